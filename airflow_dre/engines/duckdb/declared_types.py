"""Types that an author declared for columns of text files. A value is read exactly as it is written, or it is an error."""

from __future__ import annotations

import re

from sqlglot import exp

from airflow_dre.engines.duckdb.guesses import DIGITS, FileType, Spelling, checked, does_not_fit, text_for
from airflow_dre.sql.names import quoted
from airflow_dre.sql.readings import Guess

DECLARED = "declared"
"""The word in place of a sense in an error of a column, where its declared type does not hold a value."""
_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT")
_DECIMAL = re.compile(r"DECIMAL\(\d+,\d+\)")
_MIDNIGHT = "[ T]0{1,2}:0{1,2}(:0{1,2}([.]0+)?)?"
_DAY = r"\s*[^\s:T]+(\s[(]BC[)])?"


def _clock(digits: int) -> str:
    """Return a pattern of a time of day with no more digits of a second than a type holds."""
    return rf"[0-9]{{1,2}}:[0-9]{{1,2}}(:[0-9]{{1,2}}([.][0-9]{{0,{digits}}}0*)?)?\s*"


_MOMENTS = {
    "DATE": rf"[^:]*|{_DAY}{_MIDNIGHT}\s*",
    "TIME": rf"\s*{_clock(6)}",
    "TIMESTAMP": rf"{_DAY}([ T]{_clock(6)})?",
    "TIMESTAMP_S": rf"{_DAY}([ T]{_clock(0)})?",
    "TIMESTAMP_MS": rf"{_DAY}([ T]{_clock(3)})?",
    "TIMESTAMP_NS": rf"{_DAY}([ T]{_clock(6)})?",
    "TIMESTAMP WITH TIME ZONE": "[^.]*([.][0-9]{0,6}0*([^0-9].*)?)?",
}
"""Patterns of the texts that DuckDB reads as a type without cutting anything off."""
_TEXTS = ("TEXT", "VARCHAR", "CHAR")
_SHORTEST = {"FLOAT": 9, "DOUBLE": 17}
"""Digits that distinguish every number of a type from every other. A text of so many may write it otherwise than DuckDB does."""


def exact_type(kind: str, spelling: Spelling) -> FileType | None:
    """Return a type that holds a value only as it is written, or None for a type that DuckDB never rounds to.

    :param kind: as DuckDB calls it.
    :param spelling: the spelling of the file, which a declared day keeps to.
    """
    if kind in _WHOLE or kind in _SHORTEST or _DECIMAL.fullmatch(kind):
        return FileType(kind, Guess.NUMBER, _fits_number(kind), f"CAST(x AS {kind})")
    form = {"DATE": spelling.date, "TIMESTAMP": spelling.timestamp, "TIMESTAMP WITH TIME ZONE": spelling.timestamp}.get(kind)
    if form is not None:
        day = exp.Literal.string(form).sql(dialect="duckdb")
        fits = f"CASE WHEN TRY_STRPTIME(x, {day}) IS NULL THEN FALSE ELSE CAST(STRPTIME(x, {day}) AS {kind}) = STRPTIME(x, {day}) END"
        return FileType(kind, Guess.MOMENT, fits, f"CAST(STRPTIME(x, {day}) AS {kind})")
    if kind in _MOMENTS:
        pattern = exp.Literal.string(f"(?i){_MOMENTS[kind]}").sql(dialect="duckdb")
        fits = f"CASE WHEN TRY_CAST(x AS {kind}) IS NULL THEN FALSE ELSE REGEXP_FULL_MATCH(x, {pattern}) END"
        return FileType(kind, Guess.MOMENT, fits, f"CAST(x AS {kind})")
    return None


def _fits_number(kind: str) -> str:
    """Return whether a number keeps all its digits, which a rounded one does not."""
    value = f"TRY_CAST(x AS {kind})"
    plain = f"CAST({value} AS VARCHAR)"
    kept = f"{DIGITS.format('x')} = {DIGITS.format(plain)}"
    if kind not in _SHORTEST:
        return f"CASE WHEN {value} IS NULL THEN FALSE WHEN {plain} = x THEN TRUE ELSE {kept} END"
    longest = f"FORMAT('{{:.{_SHORTEST[kind]}g}}', {value})"
    finite = f"CASE WHEN ISFINITE({value}) THEN {kept} OR {DIGITS.format('x')} = {DIGITS.format(longest)} "
    finite += "ELSE REGEXP_MATCHES(LOWER(x), 'inf|nan') END"
    return f"CASE WHEN {value} IS NULL THEN FALSE WHEN {plain} = x THEN TRUE ELSE {finite} END"


def unreadable(column: str, kind: str, spelling: Spelling) -> exp.Expr:
    """Return the condition of the rows whose text cannot be read as a type without a loss.

    :param kind: a type by its usual name, with its parameters.
    """
    name, _, parameters = kind.upper().partition("(")
    if name in _TEXTS:
        longest = exp.Literal.number(parameters.rstrip(")")) if parameters else exp.Literal.number(2**31)
        return exp.GT(this=exp.Length(this=exp.column(column, quoted=True)), expression=longest)
    if name == "NUMERIC" and not parameters:
        wanted = FileType("DOUBLE", Guess.NUMBER, "TRY_CAST(x AS DOUBLE) IS NOT NULL", "")
    else:
        known = {"NUMERIC": f"DECIMAL({parameters}", "TIMESTAMPTZ": "TIMESTAMP WITH TIME ZONE"}.get(name, name)
        known = known if "," in known or "(" not in known else f"{known[:-1]},0)"
        wanted = exact_type(known, spelling) or FileType(known, Guess.OTHER, f"TRY_CAST(x AS {known}) IS NOT NULL", "")
    return does_not_fit(column, wanted, spelling)


def declared_value(place: int, column: str, kind: FileType, spelling: Spelling) -> exp.Expr:
    """Return a column as its declared type reads it.

    A value that the type does not hold is an error with the place of the column.
    """
    value = checked(f"{place} {DECLARED}", kind, text_for(kind, column, spelling))
    return exp.alias_(value, quoted(column))
