"""Limits of SQL over files and frames, which may read the given data and nothing else.

There are two independent locks. DuckDB opens no file but the given ones, and its configuration is locked. Each statement is parsed by
DuckDB's own parser before it runs. It is refused where it names another table, or a table function that is not on the list.
"""

from __future__ import annotations

import glob
import json
import os
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlglot import exp

TABLE_FUNCTIONS = ("generate_series", "json_each", "json_tree", "range", "repeat", "unnest")
"""Table functions that read nothing outside the statement."""
_REFUSED_FUNCTIONS = ("current_setting", "getenv", "getvariable", "write_log")
"""Functions that read the process or write to its log."""
_QUERY_NODES = ("SELECT_NODE", "SET_OPERATION_NODE", "CTE_NODE", "RECURSIVE_CTE_NODE")
_ONE_SELECT = "one SELECT"


def seal(database: Any, files: Sequence[str], *, local: bool) -> None:
    """Let a DuckDB connection and all its cursors open no file but ``files``, and lock its configuration.

    :param files: names of files as they are opened.
    :param local: whether they are on a disk, where links are followed.
    """
    names = {spelled for file in files for spelled in (file, glob.escape(file), *([os.path.realpath(file)] if local else []))}
    paths = exp.Array(expressions=[exp.Literal.string(name) for name in sorted(names)])
    database.execute(f"SET GLOBAL allowed_paths = {paths.sql(dialect='duckdb')}")
    database.execute("SET GLOBAL TimeZone = 'UTC'")
    database.execute("SET GLOBAL enable_external_access = false")
    database.execute("SET GLOBAL lock_configuration = true")


def refusal_of_statement(database: Any, sql: str, tables: Collection[str]) -> str | None:
    """Return why a statement may not run, or None where it may.

    :param database: a connection, whose parser reads the statement.
    :param tables: names of the tables that it may read, in any case.
    """
    (text,) = database.execute("SELECT json_serialize_sql($1)", [sql]).fetchone()
    parsed = json.loads(text)
    if parsed.get("error"):
        if parsed.get("error_type") == "parser":
            return None  # DuckDB refuses it itself, with a better message
        return f"only {_ONE_SELECT} is allowed in SQL over files and frames"
    statements = parsed["statements"]
    if len(statements) != 1:
        return f"only {_ONE_SELECT} is allowed in SQL over files and frames, not {len(statements)} statements"
    nodes = list(_nodes(statements[0]))
    known = {name.casefold() for name in (*tables, *_names_of_ctes(nodes))}
    return next((why for node in nodes if (why := _why_refused(node, known)) is not None), None)


def _nodes(tree: object) -> Iterator[dict[str, Any]]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node


def _names_of_ctes(nodes: Sequence[dict[str, Any]]) -> Iterator[str]:
    for node in nodes:
        if isinstance(ctes := node.get("cte_map"), dict):
            yield from (str(each.get("key")) for each in ctes.get("map", []))
        if isinstance(name := node.get("cte_name"), str):
            yield name


def _why_refused(node: dict[str, Any], known: Collection[str]) -> str | None:
    kind = node.get("type")
    if kind == "BASE_TABLE":
        name = str(node.get("table_name"))
        if name.casefold() not in known or node.get("schema_name") not in ("", None, "main"):
            return f"table {name} is not allowed: SQL over files and frames reads only the data that was given"
    elif kind == "SHOW_REF" and node.get("table_name"):
        return f"SHOW is not allowed: SQL over files and frames is {_ONE_SELECT}"
    elif kind == "TABLE_FUNCTION":
        name = str(node.get("function", {}).get("function_name"))
        if name.casefold() not in TABLE_FUNCTIONS:
            return f"table function {name} is not allowed in SQL over files and frames. Allowed: {', '.join(TABLE_FUNCTIONS)}"
    elif kind == "FUNCTION" and str(node.get("function_name")).casefold() in _REFUSED_FUNCTIONS:
        return f"function {node['function_name']} is not allowed in SQL over files and frames"
    elif isinstance(kind, str) and kind.endswith("_NODE") and kind not in _QUERY_NODES:
        return f"only {_ONE_SELECT} is allowed in SQL over files and frames"
    return None
