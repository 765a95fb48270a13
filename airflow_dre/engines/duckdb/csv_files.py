"""Views of CSV files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlglot import exp

from airflow_dre.engines.duckdb.columns import ColumnTypes, TextColumns, view_all_as_texts, view_texts
from airflow_dre.engines.duckdb.connection import DuckDB
from airflow_dre.engines.duckdb.csv_beginnings import Beginning, beginning_of, with_beginnings
from airflow_dre.engines.duckdb.declared_types import exact_type
from airflow_dre.engines.duckdb.file_columns import columns_of_file, written_names
from airflow_dre.engines.duckdb.formats import Readable
from airflow_dre.engines.duckdb.guesses import FileType, spelling_of
from airflow_dre.engines.duckdb.reading import APART, describe_relation, reading
from airflow_dre.engines.duckdb.same_columns import refuse_differences, refuse_same_names
from airflow_dre.errors import QueryFailed


def view_csv(database: DuckDB, name: str, readable: Readable) -> TextColumns:
    """Create a view of CSV files.

    :raises QueryFailed: a file lacks a header or has a malformed line, or columns differ, or two have one name.
    """
    beginnings = {file: beginning_of(database, readable, file) for file in readable.files}
    readable = with_beginnings(readable, beginnings)
    _refuse_misshapen(database, readable, beginnings)
    refuse_same_names(readable.files[0], written_names(database, readable))
    typed = {column.casefold() for column in readable.options.get("types", {})}
    readable, declared = _declared_apart(database, readable)
    columns = view_all_as_texts(database, readable, declared)
    guessed = [] if readable.options.get("all_varchar") else [column for column in columns if column.casefold() not in typed]
    return view_texts(database, name, readable, columns, ColumnTypes(guessed=guessed, declared=declared))


def _declared_apart(database: DuckDB, readable: Readable) -> tuple[Readable, dict[str, FileType]]:
    """Return the files without the declared types to which DuckDB would round, and those types by column."""
    types = readable.options.get("types", {})
    if not types:
        return readable, {}
    names, spelling = {column.casefold() for column in types}, spelling_of(readable.options)
    described = describe_relation(database, reading(readable.form, readable.files, readable.as_texts))
    found = {column: exact_type(kind, spelling) for column, kind in described if column.casefold() in names}
    declared = {column: kind for column, kind in found.items() if kind is not None}
    apart = {column.casefold() for column in declared}
    rest = {column: kind for column, kind in types.items() if column.casefold() not in apart}
    kept = {option: value for option, value in readable.options.items() if option != "types"}
    return replace(readable, options={**kept, "types": rest} if rest else kept), declared


def _refuse_misshapen(database: DuckDB, readable: Readable, beginnings: Mapping[str, Beginning]) -> None:
    """Refuse CSV files without a header, with a malformed line, or with different columns.

    :raises QueryFailed: a file is one of these.
    """
    found = {
        file: list(each.columns if each.columns is not None else dict(columns_of_file(database, readable, file)))
        for file, each in beginnings.items()
    }
    for file, columns in found.items():
        if columns == ["column0"] and readable.options.get("header", True) and _is_empty(database, readable, file):
            raise QueryFailed(f"{file} is empty: it lacks even the line with the names of the columns")
    if not readable.options.get("union_by_name"):
        refuse_differences({file: dict.fromkeys(columns, "") for file, columns in found.items()})


def _is_empty(database: DuckDB, readable: Readable, file: str) -> bool:
    relation = reading(readable.form, [file], {**readable.options, **APART})
    return not database.fetch_all(exp.select(exp.Literal.number(1)).from_(relation).limit(1))
