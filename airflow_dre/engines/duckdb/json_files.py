"""Views of files of JSON lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from airflow_dre.engines.duckdb.columns import ColumnTypes, TextColumns, view_all_as_texts, view_texts
from airflow_dre.engines.duckdb.connection import DuckDB
from airflow_dre.engines.duckdb.declared_types import exact_type
from airflow_dre.engines.duckdb.formats import Readable
from airflow_dre.engines.duckdb.guesses import inexact, spelling_of
from airflow_dre.engines.duckdb.json_lines import create_empty_view, described_json, inexact_columns, is_guessed, known_type, type_to_read
from airflow_dre.engines.duckdb.reading import describe_relation, reading
from airflow_dre.errors import QueryFailed


def view_json_lines(database: DuckDB, name: str, readable: Readable) -> TextColumns | None:
    """Create a view that reads numbers, booleans and moments as texts too.

    DuckDB would read a number of many digits as a double, and a text as a day.

    :raises QueryFailed: a file is one array, or a type is declared for a missing column.
    """
    found = dict(described_json(database, readable))
    if not found:
        create_empty_view(database, name, readable.options.get("types", {}))
        return None
    declared = {column.casefold(): kind for column, kind in readable.options.get("types", {}).items()}
    if unknown := declared.keys() - {column.casefold() for column in found}:
        raise QueryFailed(f"types of read_options: there is no column {', '.join(sorted(unknown))} in {readable.files[0]}")
    chosen = _declared_of_json(database, readable, {column: kind for column in found if (kind := declared.get(column.casefold()))})
    rounded = inexact_columns(database, readable, {column: kind for column, kind in found.items() if chosen.get(column) != "JSON"})
    spelling = spelling_of(readable.options)
    exact = {column: each for column, kind in chosen.items() if column not in rounded and (each := exact_type(kind, spelling))}
    kinds = {column: "VARCHAR" if column in exact else chosen.get(column) or type_to_read(kind) for column, kind in found.items()}
    known = {column: kind for column, type_name in found.items() if column not in chosen and (kind := known_type(type_name))}
    readable = replace(readable, columns=kinds, inexact=rounded)
    columns = view_all_as_texts(database, readable, exact)
    certain = {column for column, kind in found.items() if column not in rounded and (column in chosen or not is_guessed(kind))}
    guessed = [column for column in columns if column not in certain]
    known |= {column: inexact(guessed.index(column), "DOUBLE" if is_guessed(found[column]) else "") for column in rounded}
    return view_texts(database, name, readable, columns, ColumnTypes(guessed=guessed, known=known, declared=exact))


def _declared_of_json(database: DuckDB, readable: Readable, types: Mapping[str, str]) -> dict[str, str]:
    """Return the declared types of columns of JSON lines as DuckDB calls them."""
    if not types:
        return {}
    described = dict(describe_relation(database, reading(readable.form, readable.files, replace(readable, columns=types).as_texts)))
    return {column: described[column] for column in types}
