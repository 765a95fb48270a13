"""The supported databases, a module of differences each."""

from __future__ import annotations

import functools

from airflow_dre.errors import DefinitionError, PlugInError, Problem
from airflow_dre.plug_ins import find_plug_in, plug_in_names
from airflow_dre.sql.dialect import Dialect
from airflow_dre.sql.dialects.bigquery import BIGQUERY
from airflow_dre.sql.dialects.databricks import DATABRICKS
from airflow_dre.sql.dialects.duckdb import DUCKDB
from airflow_dre.sql.dialects.mssql import MSSQL
from airflow_dre.sql.dialects.mysql import MYSQL
from airflow_dre.sql.dialects.postgres import POSTGRES
from airflow_dre.sql.dialects.redshift import REDSHIFT
from airflow_dre.sql.dialects.snowflake import SNOWFLAKE
from airflow_dre.sql.dialects.spark import SPARK
from airflow_dre.sql.dialects.sqlite import SQLITE
from airflow_dre.sql.dialects.trino import TRINO

_ALL = (BIGQUERY, DATABRICKS, DUCKDB, MSSQL, MYSQL, POSTGRES, REDSHIFT, SNOWFLAKE, SPARK, SQLITE, TRINO)
DIALECTS = {dialect.name: dialect for dialect in _ALL}
CONNECTION_TYPES = {
    "databricks": DATABRICKS,
    "duckdb": DUCKDB,
    "gcpbigquery": BIGQUERY,
    "mssql": MSSQL,
    "mysql": MYSQL,
    "postgres": POSTGRES,
    "redshift": REDSHIFT,
    "snowflake": SNOWFLAKE,
    "spark": SPARK,
    "spark_connect": SPARK,
    "sqlite": SQLITE,
    "trino": TRINO,
}
"""The dialects of Airflow's connection types, as its providers name them."""
_SQLALCHEMY = {"mariadb": MYSQL, "postgresql": POSTGRES}
"""Names of SQLAlchemy's dialects that are neither sqlglot's nor Airflow's."""
_KNOWN = {**DIALECTS, **_SQLALCHEMY, **CONNECTION_TYPES}
GROUP = "airflow_dre.dialects"
"""Entry points of other packages: the name of a connection type, and a ``Dialect``."""


def find_dialect(name: str) -> Dialect:
    """Return the dialect of an Airflow connection type, a SQLAlchemy dialect or a sqlglot dialect.

    Other packages add dialects by entry points, which are read only for an unknown name.

    :raises DefinitionError: the name is unknown, or the dialect of another package does not load.
    """
    return _KNOWN.get(name) or _installed_dialect(name)


@functools.cache
def _installed_dialect(name: str) -> Dialect:
    try:
        dialect = find_plug_in(GROUP, name, Dialect)
    except PlugInError as broken:
        raise DefinitionError([Problem("connection", "conn_type", name, f"one whose dialect loads; {broken}")]) from broken
    if dialect is None:
        allowed = ", ".join(sorted({*CONNECTION_TYPES, *plug_in_names(GROUP)}))
        raise DefinitionError([Problem("connection", "conn_type", name, f"one of {allowed}")])
    return dialect
