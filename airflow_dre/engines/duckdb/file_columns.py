"""Columns of one file, or the reason why it cannot be read."""

from __future__ import annotations

import glob
from collections.abc import Sequence

from sqlglot import exp

from airflow_dre.engines.duckdb.connection import DuckDB
from airflow_dre.engines.duckdb.formats import CSV, PARQUET, Readable, words_of
from airflow_dre.engines.duckdb.reading import APART, describe_relation, reading
from airflow_dre.engines.duckdb.reasons import duckdb_reason
from airflow_dre.errors import QueryFailed

_LENIENT: tuple[dict[str, object], ...] = (
    {"all_varchar": True, "ignore_errors": True, "strict_mode": False},
    {"all_varchar": True, "ignore_errors": True, "strict_mode": False, "quote": "", "escape": "", "null_padding": True},
)
"""Options that still find the names of the columns of a broken CSV file. The second is for a quote that is not closed."""


def written_names(database: DuckDB, readable: Readable) -> list[str]:
    """Return the names of the columns as the first file has them. DuckDB renames the second of two that are one to it."""
    first = readable.files[0]
    if readable.form is PARQUET:
        schema = exp.Anonymous(this="parquet_schema", expressions=[exp.Literal.string(glob.escape(first))])
        return _top(database.fetch_all(exp.select("name", "num_children").from_(schema)))
    if not readable.options.get("header", True):
        return []
    as_rows = {key: value for key, value in readable.options.items() if key not in ("types", "nullstr")}
    lenient = {"all_varchar": True, "header": False, "ignore_errors": True, "null_padding": True, "strict_mode": False}
    header = database.fetch_all(exp.select("*").from_(reading(readable.form, [first], {**as_rows, **APART, **lenient})).limit(1))
    return [str(name) for row in header for name in row if name is not None]


def _top(schema: Sequence[tuple[str, int | None]]) -> list[str]:
    """Return the columns of a Parquet schema, which lists the root and then each column with its parts."""
    names, place = [], 1
    while place < len(schema):
        names.append(schema[place][0])
        within = 1
        while within:
            within += (schema[place][1] or 0) - 1
            place += 1
    return names


def columns_of_file(database: DuckDB, readable: Readable, file: str) -> list[tuple[str, str]]:
    """Return names and types of the columns of one file.

    :raises QueryFailed: it is a CSV file with a malformed line.
    """
    import duckdb

    try:
        texts = {} if readable.form is PARQUET else {"all_varchar": True}
        return describe_relation(database, reading(readable.form, [file], {**readable.options, **APART, **texts}))
    except duckdb.InvalidInputException as error:
        if readable.form is PARQUET:
            raise
        raise QueryFailed(
            _broken_line(database, readable, file) or duckdb_reason(error, (*readable.files, *words_of(readable.options)), file)
        ) from error


def _broken_line(database: DuckDB, readable: Readable, file: str) -> str | None:
    """Return the reason why a CSV file is broken that DuckDB could not sniff.

    DuckDB reports the line only where it knows the columns.
    """
    import duckdb

    kept = {key: value for key, value in readable.options.items() if key not in ("types", "sample_size")}
    for lenient in _LENIENT:
        try:
            columns = describe_relation(database, reading(readable.form, [file], {**readable.options, **APART, **lenient}))
        except duckdb.Error:
            continue
        strictly = {**kept, **APART, "auto_detect": False, "columns": {column: "VARCHAR" for column, _ in columns}}
        largest = [exp.Max(this=exp.column(column, quoted=True)) for column, _ in columns]
        try:
            database.fetch_all(exp.select(*largest).from_(reading(CSV, [file], strictly)))
        except duckdb.Error as error:
            return duckdb_reason(error, (*readable.files, *words_of(readable.options)), file)
    return None
