"""Types of columns of texts: the narrowest that holds every value exactly as it is written, or text.

A guess never changes a value. A value that would be rounded, cut, padded or turned into another day is a text. Numbers with leading zeros
or a plus sign are texts, and so are days that are not written as ISO 8601.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlglot import exp, parse_one

from airflow_dre.checks.senses import Sense
from airflow_dre.sql.names import quoted
from airflow_dre.sql.readings import Guess

MISFIT = "dre-misfit"
"""The beginning of an error of a column, before the place of the column and the sense that a value of it does not have."""
GUESSED = "guessed"
"""The word in place of a sense in an error of a column, where the type of its first values does not hold a later one."""
INEXACT = "inexact"
"""The name of the type of a column of JSON lines with numbers that a double does not hold."""
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = "([01][0-9]|2[0-3]):[0-5][0-9]"
_SECONDS = ":[0-5][0-9]([.][0-9]{1,6}0*)?"
_ZONE = " ?(Z|[-+][0-9]{2}(:?[0-9]{2})?)"
DIGITS = "REGEXP_REPLACE(REPLACE(REGEXP_EXTRACT(LOWER({0}), '^[^0-9.]*([0-9.]*)', 1), '.', ''), '^0+|0+$', '', 'g')"
"""The digits of a number without its sign, its point, its exponent and the zeros around them."""
_SPELLED = "CAST(TRY_CAST(x AS DOUBLE) AS VARCHAR)"
EXACT = f"CASE WHEN STRLEN(x) <= 15 OR {_SPELLED} = x THEN TRUE ELSE {DIGITS.format('x')} = {DIGITS.format(_SPELLED)} END"
"""True if a double holds all digits of a number. DuckDB evaluates a CASE step by step, and all parts of an AND at once."""
_FINITE = "ISFINITE(TRY_CAST(x AS DOUBLE))"
_NUMBER = (
    "CASE WHEN TRY_CAST(x AS DOUBLE) IS NULL OR CONTAINS(x, '_') THEN FALSE "
    f"WHEN {_FINITE} THEN {EXACT} ELSE REGEXP_MATCHES(LOWER(x), 'inf|nan') END"
)
_ODD_SIGN = r"CASE WHEN x >= '1' AND x < ':' THEN FALSE ELSE REGEXP_MATCHES(x, '^\s*([+]|-?0[0-9])') END"
_PLAIN_NUMBER = f"CASE WHEN {_ODD_SIGN} THEN FALSE ELSE {_NUMBER} END"
"""A number without leading zeros and without a plus sign."""
_MOMENT = f"CASE WHEN TRY_CAST(x AS TIMESTAMP) IS NULL THEN FALSE ELSE REGEXP_FULL_MATCH(x, '{_DAY}([ T]{_TIME}({_SECONDS})?)?') END"
_TRUE = "true|t|yes|y|on|1"
_FALSE = "false|f|no|n|off|0"
"""Patterns, since DuckDB joins with a list, whether or not the column is selected."""


@dataclass(frozen=True, slots=True)
class FileType:
    """One type that the values of a column may have."""

    name: str
    guess: Guess
    fits: str
    """SQL for whether the text ``x`` is exactly a value of the type."""
    value: str
    """SQL for the value of the text ``x``."""


_DECIMAL = FileType("DECIMAL", Guess.NUMBER, "REGEXP_FULL_MATCH(x, '-?(0|[1-9][0-9]{0,37})?([.][0-9]{0,38})?')", "")
TYPES = (
    FileType("BIGINT", Guess.NUMBER, "CAST(TRY_CAST(x AS BIGINT) AS VARCHAR) = x", "TRY_CAST(x AS BIGINT)"),
    FileType("HUGEINT", Guess.NUMBER, "CAST(TRY_CAST(x AS HUGEINT) AS VARCHAR) = x", "TRY_CAST(x AS HUGEINT)"),
    FileType("DOUBLE", Guess.NUMBER, _PLAIN_NUMBER, "TRY_CAST(x AS DOUBLE)"),
    FileType("BOOLEAN", Guess.BOOLEAN, "LOWER(x) = 'true' OR LOWER(x) = 'false'", "CAST(x AS BOOLEAN)"),
    FileType("DATE", Guess.MOMENT, "LENGTH(x) = 10 AND CAST(TRY_CAST(x AS DATE) AS VARCHAR) = x", "TRY_CAST(x AS DATE)"),
    FileType("TIMESTAMP", Guess.MOMENT, _MOMENT, "CAST(x AS TIMESTAMP)"),
    FileType(
        "TIMESTAMPTZ",
        Guess.MOMENT,
        f"REGEXP_FULL_MATCH(x, '{_DAY}[ T]{_TIME}({_SECONDS})?{_ZONE}') AND TRY_CAST(x AS TIMESTAMPTZ) IS NOT NULL",
        "CAST(x AS TIMESTAMPTZ)",
    ),
    FileType("TIME", Guess.OTHER, f"REGEXP_FULL_MATCH(x, '{_TIME}{_SECONDS}')", "CAST(x AS TIME)"),
)
"""From the narrowest. Numbers of digits that a double does not hold come last, as decimals."""
TEXT = FileType("VARCHAR", Guess.TEXT, "TRUE", "x")
NOTHING = FileType('"NULL"', Guess.NOTHING, "TRUE", "NULL")
_SENSES = {
    Sense.TEXT: FileType("VARCHAR", Guess.TEXT, "TRUE", "x"),
    Sense.NUMBER: FileType("DOUBLE", Guess.NUMBER, _NUMBER, "CAST(x AS DOUBLE)"),
    Sense.MOMENT: FileType("TIMESTAMP", Guess.MOMENT, _MOMENT, "CAST(x AS TIMESTAMP)"),
    Sense.BOOLEAN: FileType(
        "BOOLEAN", Guess.BOOLEAN, f"REGEXP_FULL_MATCH(LOWER(x), '{_TRUE}|{_FALSE}')", f"REGEXP_FULL_MATCH(LOWER(x), '{_TRUE}')"
    ),
}
_NAMES = {Sense.NUMBER: "number", Sense.MOMENT: "timestamp without a zone", Sense.BOOLEAN: "boolean"}


@dataclass(frozen=True, slots=True)
class Spelling:
    """The notation of values in a file, as its author declared it."""

    decimal: str = "."
    thousands: str = ""
    date: str | None = None
    timestamp: str | None = None

    def number(self, text: exp.Expr) -> exp.Expr:
        """Return a text with the digits of a number as SQL writes them."""
        if self.thousands:
            text = exp.Anonymous(this="REPLACE", expressions=[text, exp.Literal.string(self.thousands), exp.Literal.string("")])
        if self.decimal != ".":
            text = exp.Anonymous(this="REPLACE", expressions=[text, exp.Literal.string(self.decimal), exp.Literal.string(".")])
        return text


def spelling_of(options: Mapping[str, Any]) -> Spelling:
    """Return the spelling of a file by its options."""
    return Spelling(
        options.get("decimal_separator") or ".", options.get("thousands") or "", options.get("dateformat"), options.get("timestampformat")
    )


def types_of(spelling: Spelling) -> tuple[FileType, ...]:
    """Return the types that values may have, from the narrowest, with days in the formats that an author declared."""
    found = list(TYPES)
    for place, (name, form) in enumerate((("DATE", spelling.date), ("TIMESTAMP", spelling.timestamp))):
        if form is not None:
            literal = exp.Literal.string(form).sql(dialect="duckdb")
            kind = "TIMESTAMPTZ" if name == "TIMESTAMP" and "%z" in form.lower() else name
            fits, value = f"TRY_STRPTIME(x, {literal}) IS NOT NULL", f"CAST(STRPTIME(x, {literal}) AS {kind})"
            found.insert(place, FileType(kind, Guess.MOMENT, fits, value))
    return tuple(found)


def filled(template: str, text: exp.Expr) -> exp.Expr:
    """Return an expression about ``x`` as one about a text.

    It is not a tree, since views of many columns have thousands of such expressions.
    """
    return exp.Var(this=f"({text.sql(dialect='duckdb').join(_parts(template))})")


@functools.lru_cache
def _parts(template: str) -> tuple[str, ...]:
    """Return the SQL of an expression between the places of ``x``."""
    mark = exp.Var(this="\0")
    tree = parse_one(template, read="duckdb")
    return tuple(tree.transform(lambda node: mark if _is_x(node) else node).sql(dialect="duckdb").split("\0"))


def _is_x(node: exp.Expr) -> bool:
    return isinstance(node, exp.Column) and node.name == "x"


def text_for(kind: FileType, column: str, spelling: Spelling) -> exp.Expr:
    """Return the text of a column as a type reads it."""
    text = exp.column(column, quoted=True)
    return spelling.number(text) if kind.guess is Guess.NUMBER else text


def tests_of(column: str, kinds: Sequence[FileType], spelling: Spelling) -> list[exp.Expr]:
    """Return the aggregates that count the values of a column, and test for each type whether all of them are of it."""
    text = exp.column(column, quoted=True)
    decimal = text_for(_DECIMAL, column, spelling)
    return [
        exp.Count(this=text),
        *[all_fit(kind, column, spelling) for kind in kinds],
        exp.LogicalOr(this=filled(_FINITE, decimal)),
        all_fit(_DECIMAL, column, spelling),
        exp.Max(this=filled("LENGTH(SPLIT_PART(LTRIM(x, '-'), '.', 1))", decimal)),
        exp.Max(this=filled("LENGTH(SPLIT_PART(x, '.', 2))", decimal)),
    ]


def all_fit(kind: FileType, column: str, spelling: Spelling) -> exp.Expr:
    """Return the aggregate that is false where a value is not of a type."""
    text = text_for(kind, column, spelling)
    nothing = exp.Is(this=exp.column(column, quoted=True), expression=exp.Null())
    return exp.LogicalAnd(this=exp.Coalesce(this=filled(kind.fits, text), expressions=[nothing]))


TESTS = 5
"""Number of aggregates of a column in addition to those of its types."""
SCREENED = 5
"""Number of aggregates of a column that most types are known by."""


def screens_of(column: str, spelling: Spelling) -> list[exp.Expr]:
    """Return the aggregates by which :func:`screened` knows the type of a column, where all days are written as ISO 8601."""
    whole, text = TYPES[0], exp.column(column, quoted=True)
    nothing = exp.Is(this=text, expression=exp.Null())
    number = filled("TRY_CAST(x AS DOUBLE) IS NOT NULL", text_for(whole, column, spelling))
    others = ("x >= '0' AND x < ':'", "LOWER(x) = 'true' OR LOWER(x) = 'false'")
    fits = [number, *[filled(template, text) for template in others]]
    conditions = [exp.LogicalAnd(this=exp.Or(this=nothing.copy(), expression=each)) for each in fits]
    return [exp.Count(this=text), all_fit(whole, column, spelling), *conditions]


def screened(found: Sequence[Any]) -> FileType | None:
    """Return the type of a column by a few aggregates, or None where they do not suffice.

    Numbers are read as doubles, moments and times begin with a digit, and everything else but booleans is text.
    """
    count, whole, numbers, digits, truths = found
    if not count:
        return NOTHING
    return TYPES[0] if whole else None if numbers or digits or truths else TEXT


def decided(found: Sequence[Any], kinds: Sequence[FileType]) -> FileType:
    """Return the type of a column from its aggregates."""
    count, *fits, finite, decimal, whole, fraction = found
    if not count:
        return NOTHING
    for kind, all_fit in zip(kinds, fits, strict=True):
        if all_fit and (kind.name != "DOUBLE" or finite):
            return kind
    if decimal and whole + fraction <= 38:
        return _decimal(fraction)
    return TEXT


def _decimal(fraction: int) -> FileType:
    """Return the decimal type with so many digits after the point."""
    name, before = f"DECIMAL(38,{fraction})", 38 - fraction
    whole = f"(0|[1-9][0-9]{{0,{before - 1}}})?" if before else "0?"
    fits = f"CASE WHEN REGEXP_FULL_MATCH(x, '-?{whole}([.][0-9]{{0,{fraction}}})?') THEN TRY_CAST(x AS {name}) IS NOT NULL ELSE FALSE END"
    return FileType(name, Guess.NUMBER, fits, f"TRY_CAST(x AS {name})")


def inexact(place: int, kind: str) -> FileType:
    """Return the type of a column whose numbers were rounded when it was read. To select it is an error.

    :param place: its place among the guessed columns.
    :param kind: its type in SQL; empty: the type that was read.
    """
    value = f"CAST(x AS {kind})" if kind else "x"
    refused = f"ERROR(CONCAT('{MISFIT} {place} {INEXACT} ', LEFT(CAST(x AS VARCHAR), 0)))"
    return FileType(INEXACT, Guess.OTHER, "TRUE", f"CASE WHEN {refused} IS NULL THEN {value} END")


def in_sense(place: int, column: str, kind: FileType, sense: Sense, spelling: Spelling) -> exp.Expr:
    """Return a column in a sense.

    A value that does not have the sense is an error with the place of the column.
    """
    wanted = _SENSES[sense]
    if kind.name == INEXACT:
        return exp.cast(filled(kind.value, exp.column(column, quoted=True)), wanted.name)
    if sense is Sense.TEXT:
        return exp.column(column, quoted=True)
    return checked(f"{place} {sense.value}", wanted, text_for(wanted, column, spelling))


def checked(mark: str, wanted: FileType, text: exp.Expr) -> exp.Expr:
    """Return the value of a text, or an error with a mark where the text is not of the wanted type."""
    nothing = exp.Is(this=text.copy(), expression=exp.Null())
    empty = exp.Anonymous(this="LEFT", expressions=[text.copy(), exp.Literal.number(0)])
    message = exp.Anonymous(this="CONCAT", expressions=[exp.Literal.string(f"{MISFIT} {mark} "), empty])
    refused: exp.Expr = exp.Anonymous(this="ERROR", expressions=[message])
    if wanted is NOTHING:
        return exp.Case().when(nothing, exp.Null()).else_(refused)
    refused = exp.cast(refused, wanted.name, dialect="duckdb")
    return exp.Case().when(filled(wanted.fits, text), filled(wanted.value, text)).when(nothing, exp.Null()).else_(refused)


def does_not_fit(column: str, kind: FileType, spelling: Spelling) -> exp.Expr:
    """Return the condition of the rows with a value that is not of a type."""
    has_value = exp.Not(this=exp.Is(this=exp.column(column, quoted=True), expression=exp.Null()))
    return exp.and_(has_value, exp.Not(this=filled(kind.fits, text_for(kind, column, spelling))))


def misfit_of(column: str, sense: Sense, spelling: Spelling) -> tuple[exp.Expr, str, str]:
    """Return the condition of the rows whose value does not have a sense, and the type it lacks, in words and for DuckDB."""
    wanted = _SENSES[sense]
    return does_not_fit(column, wanted, spelling), _NAMES[sense], wanted.name


def typed_value(column: str, kind: FileType, spelling: Spelling, unsure: int | None = None) -> exp.Expr:
    """Return a column as its type reads it.

    :param unsure: place of a column whose later values may be of another type; to select one is an error with that place.
    """
    if kind is TEXT:
        return exp.column(column, quoted=True)
    if unsure is not None:
        return exp.alias_(checked(f"{unsure} {GUESSED}", kind, text_for(kind, column, spelling)), quoted(column))
    return exp.alias_(filled(kind.value, text_for(kind, column, spelling)), quoted(column))
