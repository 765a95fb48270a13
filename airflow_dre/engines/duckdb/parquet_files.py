"""Views of Parquet files."""

from __future__ import annotations

import glob
import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import unquote

from sqlglot import exp

from airflow_dre.engines.duckdb.columns import ColumnTypes, TextColumns, view_all_as_texts, view_texts
from airflow_dre.engines.duckdb.connection import DuckDB
from airflow_dre.engines.duckdb.file_columns import columns_of_file, written_names
from airflow_dre.engines.duckdb.formats import Readable
from airflow_dre.engines.duckdb.guesses import NOTHING
from airflow_dre.engines.duckdb.reading import describe_relation, reading
from airflow_dre.engines.duckdb.same_columns import refuse_differences, refuse_same_names

_FOLDER = re.compile(r"(?<![^/])([^/=]++)=[^/]*+/")


_STATED = (
    "file_name",
    "name",
    "type",
    "type_length",
    "repetition_type",
    "num_children",
    "converted_type",
    "scale",
    "precision",
    "logical_type",
)
"""Columns of DuckDB's description of a Parquet schema, in their order."""


def view_parquet(database: DuckDB, name: str, readable: Readable) -> TextColumns | None:
    """Create a view of Parquet files, which declare the types of their columns. Only those of the folders around them are guessed.

    :raises QueryFailed: columns differ, or two have one name.
    """
    refuse_same_names(readable.files[0], written_names(database, readable))
    if not readable.options.get("union_by_name") and not _same_schemas(database, readable.files):
        found = {file: dict(columns_of_file(database, readable, file)) for file in readable.files}
        refuse_differences(found)
        if any(NOTHING.name in columns.values() for columns in found.values()):  # the column has the type that it has in the other files
            readable = replace(readable, options={**readable.options, "union_by_name": True})
    source = reading(readable.form, readable.files, readable.as_texts)
    guessed = _folders(database, readable, source)
    if not guessed:
        database.create_view(name, source)
        return None
    return view_texts(database, name, readable, view_all_as_texts(database, readable, {}), ColumnTypes(guessed=guessed))


def _folders(database: DuckDB, readable: Readable, source: exp.Expr) -> list[str]:
    """Return the columns of folders such as ``code=007``, which DuckDB prefers to those of the files."""
    if readable.options.get("hive_partitioning") is False or _FOLDER.search(readable.files[0]) is None:
        return []
    apart = reading(readable.form, readable.files, {**readable.options, "hive_partitioning": False})
    held = dict(describe_relation(database, apart))
    named = {unquote(key).casefold() for key in _FOLDER.findall(readable.files[0])}
    certain = readable.options.get("hive_partitioning") is True
    return [
        column
        for column, kind in describe_relation(database, source)
        if column.casefold() in named and kind == "VARCHAR" and (certain or held.get(column) != kind)
    ]


def _same_schemas(database: DuckDB, files: Sequence[str]) -> bool:
    """Return whether Parquet files declare one schema. Where they do not, their columns may still be the same."""
    names = exp.Array(expressions=[exp.Literal.string(glob.escape(file)) for file in files])
    schema = exp.Anonymous(this="parquet_schema", expressions=[names])
    schemas: dict[object, list[tuple[object, ...]]] = {}
    for file, *column in database.fetch_all(exp.select(*_STATED).from_(schema)):
        schemas.setdefault(file, []).append(tuple(column))
    first, *others = schemas.values()
    return len(schemas) == len(files) and all(other == first for other in others)
