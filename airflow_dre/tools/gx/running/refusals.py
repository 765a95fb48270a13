"""Refusals of data that Great Expectations cannot read, and of SQL that it must not run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from airflow_dre.errors import DefinitionError, Problem
from airflow_dre.sql.dialects import find_dialect
from airflow_dre.sql.raw import read_rows
from airflow_dre.tools.gx.running.data import Data, FrameData, QueryData, TableData
from airflow_dre.tools.gx.running.shape import called

CONNECTIONS = ("postgres", "sqlite")
"""Airflow connection types that Great Expectations is run on."""
_BEGINNING = re.compile(r"\s*SELECT\s", re.IGNORECASE)


def refuse_data(data: Data, expectations: Sequence[Any] = ()) -> None:
    """Refuse data that Great Expectations cannot read, and SQL that it must not run, before any statement.

    :raises DefinitionError: a connection of another type, a table of another database, or SQL that is not one read-only SELECT.
    """
    if isinstance(data, FrameData):
        return
    if data.hook.conn_type not in CONNECTIONS:
        allowed = f"{', '.join(CONNECTIONS)}; for other databases pass a DataFrame"
        raise DefinitionError([Problem("connection", "conn_type", data.hook.conn_type, allowed)])
    if isinstance(data, TableData) and len(data.table) > 2:
        raise DefinitionError([Problem("suite", "table", ".".join(data.table), "[schema.]table of the database of the connection")])
    problems: list[Problem] = []
    for subject, query in _queries(data, expectations):
        try:
            read_rows(query, find_dialect(data.hook.conn_type).name, subject)
        except DefinitionError as refused:
            problems += refused.problems
    if isinstance(data, QueryData) and not problems and not _BEGINNING.match(data.query):
        problems.append(Problem("GXCheckOperator", "query", data.query, "a query that begins with SELECT, as Great Expectations needs it"))
    if problems:
        raise DefinitionError(problems)


def _queries(data: TableData | QueryData, expectations: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """Yield every query of the author, each after the name of its argument or expectation."""
    if isinstance(data, QueryData):
        yield "GXCheckOperator query", data.query
    for position, expectation in enumerate(expectations):
        query = getattr(expectation, "unexpected_rows_query", None)
        if isinstance(query, str):
            yield called(position, expectation.expectation_type), query.replace("{batch}", "batch").replace("{{", "{").replace("}}", "}")
