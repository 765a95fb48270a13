"""The databases that are spoken to, a module of differences each."""

from __future__ import annotations

from airflow_dre.errors import DefinitionError, Problem
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
"""Airflow's connection types, as its providers name them."""
_SQLALCHEMY = {"mariadb": MYSQL, "postgresql": POSTGRES}
"""Names of SQLAlchemy's dialects that are neither sqlglot's nor Airflow's."""


def find_dialect(name: str) -> Dialect:
    """Return the dialect of an Airflow connection type, a SQLAlchemy dialect or a sqlglot dialect.

    :raises DefinitionError: there is none.
    """
    dialect = {**DIALECTS, **_SQLALCHEMY, **CONNECTION_TYPES}.get(name)
    if dialect is None:
        raise DefinitionError([Problem("connection", "conn_type", name, f"one of {', '.join(sorted(CONNECTION_TYPES))}")])
    return dialect
