"""The databases that are spoken to, a module of differences each."""

from __future__ import annotations

from airflow_dre.errors import DefinitionError, Problem
from airflow_dre.sql.dialect import Dialect
from airflow_dre.sql.dialects.duckdb import DUCKDB
from airflow_dre.sql.dialects.postgres import POSTGRES
from airflow_dre.sql.dialects.sqlite import SQLITE

DIALECTS = {dialect.name: dialect for dialect in (DUCKDB, POSTGRES, SQLITE)}
_ALIASES = {"postgresql": "postgres"}


def find_dialect(name: str) -> Dialect:
    """The dialect of an Airflow connection type or SQLAlchemy dialect name.

    :raises DefinitionError: there is none.
    """
    dialect = DIALECTS.get(_ALIASES.get(name, name))
    if dialect is None:
        raise DefinitionError([Problem("connection", "conn_type", name, f"one of {', '.join(sorted(DIALECTS))}")])
    return dialect
