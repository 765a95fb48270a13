"""The table function of DuckDB that reads files."""

from __future__ import annotations

import glob
from collections.abc import Mapping, Sequence

from sqlglot import exp

from airflow_dre.engines.duckdb.connection import DuckDB
from airflow_dre.engines.duckdb.formats import FORMAT, Format

APART = {"filename": False, "hive_partitioning": False, "union_by_name": False}
"""Options that read only the columns of a file itself."""


def reading(form: Format, files: Sequence[str], options: Mapping[str, object]) -> exp.Expr:
    """Return the table function that reads files, each by its exact name, with options as literals."""
    names = exp.Array(expressions=[exp.Literal.string(glob.escape(name)) for name in files])
    settings = {**form.preset, **{name: value for name, value in options.items() if name != FORMAT}}
    if settings.get("null_padding"):  # with which DuckDB refuses line breaks within quotes, unless it reads with one thread
        settings["parallel"] = False
    arguments = [exp.EQ(this=exp.to_identifier(name), expression=_literal(value)) for name, value in settings.items()]
    return exp.Anonymous(this=form.function, expressions=[names, *arguments])


def describe_relation(database: DuckDB, relation: exp.Expr) -> list[tuple[str, str]]:
    """Return the names and types of the columns of a relation."""
    return [(str(name), str(kind)) for name, kind, *_ in database.fetch_all(exp.Describe(this=exp.select("*").from_(relation)))]


def _literal(value: object) -> exp.Expr:
    if isinstance(value, bool):
        return exp.true() if value else exp.false()
    if isinstance(value, int):
        return exp.Literal.number(value)
    if isinstance(value, Mapping):
        pairs = [exp.PropertyEQ(this=exp.Literal.string(str(name)), expression=_literal(each)) for name, each in value.items()]
        return exp.Struct(expressions=pairs)
    if isinstance(value, list):
        return exp.Array(expressions=[_literal(each) for each in value])
    return exp.Literal.string(str(value))
