"""The file and the line of a value that a check cannot read in its sense."""

from __future__ import annotations

from sqlglot import exp

from airflow_dre.engines.duckdb.columns import Misfit, TextColumns
from airflow_dre.engines.duckdb.connection import DuckDB
from airflow_dre.engines.duckdb.formats import CSV, PARQUET, Readable
from airflow_dre.engines.duckdb.json_lines import explain_malformed
from airflow_dre.engines.duckdb.reading import reading
from airflow_dre.engines.duckdb.reasons import line_of

_UNEVEN = ("comment", "ignore_errors", "null_padding")
"""Options with which the line of a row is not found by counting."""


def explain_misfit(database: DuckDB, columns: TextColumns, error: BaseException) -> str | None:
    """Return the file and the line of the value that a statement failed on, or None where it failed for another reason.

    :raises duckdb.Error: the files cannot be read any more.
    """
    if (column := columns.rounded(error)) is not None:
        advice = "write such numbers as texts, or set JSON in types of read_options to have them rounded"
        file = columns.readable.inexact[column]
        return f"{file}: a number of column {column} has more digits than a double holds; {advice}"
    readable = columns.readable
    misfit = columns.misfit(error)
    if misfit is None:
        return explain_malformed(database, readable, error)
    file = _file_with(database, readable, misfit)
    if readable.form is PARQUET:
        return f"{file}: the value of folder {misfit.column} is no {misfit.name}"
    place = _line_by_duckdb(database, readable, file, misfit) or _counted_line(database, readable, file, columns, misfit)
    return f"{file}, {place}: a value of column {misfit.column} is no {misfit.name}; {_advice(readable, misfit)}"


def _advice(readable: Readable, misfit: Misfit) -> str:
    if misfit.declared:
        return "declare another type in types of read_options if it need not be one: a declared type is never rounded to"
    if readable.form.function == CSV.function:
        return "set types, nullstr or all_varchar in read_options if it need not be one"
    return "set types in read_options if it need not be one"


def _file_with(database: DuckDB, readable: Readable, misfit: Misfit) -> str:
    if len(readable.files) == 1:
        return readable.files[0]
    source = reading(readable.form, readable.files, {**readable.as_texts, "filename": "dre file"})
    name = exp.Min(this=exp.column("dre file", quoted=True))
    ((found,),) = database.fetch_all(exp.select(name).from_(source).where(misfit.condition))
    return found if found in readable.files else readable.files[0]


def _line_by_duckdb(database: DuckDB, readable: Readable, file: str, misfit: Misfit) -> str | None:
    """Return the line that DuckDB itself reports when it reads the value as the type."""
    import duckdb

    if readable.form.function != CSV.function:
        return None
    options = {**readable.as_texts, "types": {**readable.options.get("types", {}), misfit.column: misfit.kind}}
    largest = exp.Max(this=exp.column(misfit.column, quoted=True))
    try:
        database.fetch_all(exp.select(largest).from_(reading(readable.form, [file], options)))
    except duckdb.Error as refused:
        line = line_of(refused)
        return None if line is None else f"line {line}"
    return None


def _counted_line(database: DuckDB, readable: Readable, file: str, columns: TextColumns, misfit: Misfit) -> str:
    """Return the line by counting rows and the line breaks within them.

    One thread reads them, so that they are in order.
    """
    texts = [exp.column(column, quoted=True) for column in columns.kinds]
    breaks = exp.Anonymous(this="CONCAT", expressions=[*[_line_breaks(text) for text in texts], exp.Literal.string("")])
    rows = exp.select(
        exp.alias_(exp.Window(this=exp.RowNumber()), "place"),
        exp.alias_(misfit.condition, "misfit"),
        exp.alias_(exp.Length(this=breaks), "breaks"),
    ).from_(reading(readable.form, [file], readable.as_texts))
    first = exp.select(exp.Min(this=exp.column("place"))).from_(rows.subquery("rows")).where(exp.column("misfit"))
    with database.in_order() as ordered:
        ((place,),) = ordered.fetch_all(first)
        before = exp.LT(this=exp.column("place"), expression=exp.Literal.number(place))
        ((within,),) = ordered.fetch_all(exp.select(exp.Sum(this=exp.column("breaks"))).from_(rows.copy().subquery("rows")).where(before))
    if any(readable.options.get(option) for option in _UNEVEN):
        return f"row {place}"
    header = readable.form.function == CSV.function and readable.options.get("header", True)
    return f"line {place + int(within or 0) + int(bool(header)) + int(readable.options.get('skip', 0))}"


def _line_breaks(text: exp.Expr) -> exp.Expr:
    """Return the line breaks of a text."""
    pattern = [text, exp.Literal.string("[^\\n]"), exp.Literal.string(""), exp.Literal.string("g")]
    return exp.Anonymous(this="REGEXP_REPLACE", expressions=pattern)
