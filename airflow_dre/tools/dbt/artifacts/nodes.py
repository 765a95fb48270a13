"""The table, the names and the owner of a node of a dbt manifest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from airflow_dre.checks.dimensions import Dimension
from airflow_dre.tools.dbt.artifacts.documents import Manifest, Node

TABLES = ("model", "seed", "snapshot", "source")
"""The types of nodes that are tables (or views) of the warehouse."""
_TESTS = ("test", "unit_test")
_CALL = re.compile(r"\b(ref|source)\(([^()]*)\)")
_TEXT = re.compile(r"""((?<!\w)\w++\s*+=\s*+)?(?:'([^']*)'|"([^"]*)"|(\d+))""")
_DIMENSIONS = (
    ("not_null", Dimension.COMPLETENESS),
    ("not_be_null", Dimension.COMPLETENESS),
    ("not_empty", Dimension.COMPLETENESS),
    ("unique", Dimension.UNIQUENESS),
    ("relationships", Dimension.CONSISTENCY),
    ("expression_is_true", Dimension.CONSISTENCY),
    ("equal", Dimension.CONSISTENCY),
    ("pair", Dimension.CONSISTENCY),
    ("recen", Dimension.TIMELINESS),
    ("fresh", Dimension.TIMELINESS),
    ("row_count", Dimension.COVERAGE),
    ("rowcount", Dimension.COVERAGE),
    ("at_least_one", Dimension.COVERAGE),
    *((f"_{word}_", Dimension.ACCURACY) for word in ("max", "mean", "median", "min", "quantile", "stdev", "stdevs", "sum")),
)
"""Parts of the names of generic tests and their quality dimension. The first match counts, and the default is conformity."""


def table_of(node: Node, manifest: Manifest) -> Node | None:
    """Return the table that a node is or that a test is about, or None for other nodes, such as a hook.

    A generic test is about its model, and a test of a relationship about the child. A singular test is about the first table in its SQL.
    """
    if node.resource_type in TABLES:
        return node
    if node.resource_type not in _TESTS:
        return None
    if node.attached_node is not None:
        return manifest.find(node.attached_node)
    read = [table for name in node.depends_on.nodes if name.split(".", 1)[0] in TABLES and (table := manifest.find(name)) is not None]
    if node.test_metadata is not None:
        for names in _named_in(str(node.test_metadata.kwargs.get("model", ""))):
            for table in read:
                if names in ((table.name,), (table.source_name, table.name)):
                    return table
    return read[0] if read else None


def _named_in(text: str) -> Iterator[tuple[str, ...]]:
    """Yield the names in ``ref('model')``, ``ref('package', 'model')`` and ``source('source', 'table')``."""
    for call in _CALL.finditer(text):
        words = [found[2] or found[3] or "" for found in _TEXT.finditer(call[2]) if not found[1]]
        if words:
            yield tuple(words) if call[1] == "source" else (words[-1],)


def parts_of(table: Node) -> tuple[str | None, str | None, str]:
    """Return database, schema and name of a table in the warehouse."""
    return table.database, table.schema, table.identifier or table.alias or table.name


def kind_of(node: Node) -> str:
    """Return the kind of a node: ``not_null``, ``dbt_utils.accepted_range``, ``singular_test``, ``unit_test``, ``model`` and so on."""
    if node.test_metadata is not None:
        space = node.test_metadata.namespace
        return f"{space}.{node.test_metadata.name}" if space else node.test_metadata.name
    return "singular_test" if node.resource_type == "test" else node.resource_type


def columns_of_test(node: Node) -> tuple[str, ...]:
    """Return the columns in the arguments of a test."""
    arguments: Mapping[str, Any] = {} if node.test_metadata is None else node.test_metadata.kwargs
    for name in ("combination_of_columns", "column_list"):
        if isinstance(several := arguments.get(name), list):
            return tuple(str(column) for column in several)
    one = node.column_name or arguments.get("column_name") or arguments.get("field")
    return (str(one),) if one else ()


def dimension_of(node: Node) -> Dimension:
    """Return the quality dimension of a test, which its ``meta`` may override."""
    declared = meta_of(node).get("dimension")
    if declared in list(Dimension):
        return Dimension(declared)
    kind = kind_of(node)
    if kind in (*TABLES, "singular_test"):
        return Dimension.CONSISTENCY
    return next((dimension for part, dimension in _DIMENSIONS if part in kind), Dimension.CONFORMITY)


def meta_of(node: Node) -> Mapping[str, Any]:
    """Return the ``meta`` of a node and of its configuration."""
    return {**(node.meta or {}), **(node.config.meta or {})}


def owner_of(node: Node, table: Node | None, manifest: Manifest) -> str | None:
    """Return the owner: ``meta.owner`` of the test, or of the table, or the owner of its group."""
    for each in (node, table):
        if each is not None and isinstance(owner := meta_of(each).get("owner"), str) and owner.strip():
            return owner
    group = None if table is None or table.group is None else manifest.groups.get(f"group.{_package(table)}.{table.group}")
    if group is None:
        return None
    email = group.owner.email
    return group.owner.name or (", ".join(email) if isinstance(email, list) else email)


def _package(node: Node) -> str:
    return node.unique_id.split(".")[1]


def runbook_of(node: Node) -> str | None:
    """Return ``meta.runbook`` if it is an address."""
    runbook = meta_of(node).get("runbook")
    return runbook if isinstance(runbook, str) and runbook.startswith(("https://", "http://")) else None
