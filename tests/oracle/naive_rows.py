"""The oracle for rules about one row alone."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from itertools import combinations
from typing import Any

from tests.oracle.tables import COLUMNS, Type
from tests.oracle.verdicts import Finding, Question, Rows, is_floating, limited, literal_point, point, present
from tests.oracle.world import quoted, spelled


def rule(wrong: Callable[[Question], Callable[[Mapping[str, Any]], bool]], *needs: str) -> Callable[[Question, Rows], Finding]:
    """Return a kind that counts rows in which all needed columns have a value and ``wrong`` is true."""

    def find(question: Question, rows: Rows) -> Finding:
        names = [
            name for need in needs for name in ([question.given[need]] if isinstance(question.given[need], str) else question.given[need])
        ]
        looked = present(rows, *names)
        is_wrong = wrong(question)
        return limited(question, sum(is_wrong(row) for row in looked), len(looked))

    return find


def outside(question: Question) -> Callable[[Mapping[str, Any]], bool]:
    given, column = question.given, question.column
    floating = is_floating(column, question.world.dialect)
    low, high = (None if given.get(name) is None else literal_point(given[name], floating=floating) for name in ("low", "high"))
    ends = given.get("inclusive", "both")

    def wrong(row: Mapping[str, Any]) -> bool:
        here = point(row[column])
        below = low is not None and (here < low or (here == low and ends not in ("both", "low")))
        above = high is not None and (here > high or (here == high and ends not in ("both", "high")))
        return below or above

    return wrong


_FITTING: dict[Type, tuple[type, ...]] = {
    Type.INTEGER: (int, float, Decimal),
    Type.DOUBLE: (int, float, Decimal),
    Type.DECIMAL: (int, float, Decimal),
    Type.TEXT: (str,),
    Type.BOOLEAN: (bool,),
    Type.DATE: (date,),
    Type.TIMESTAMP: (datetime,),
    Type.ZONED: (datetime,),
}


def fits(value: Any, column: str) -> bool:
    """Return whether a literal is of the kind of a column."""
    return isinstance(value, _FITTING[COLUMNS[column]]) and (not isinstance(value, bool) or COLUMNS[column] is Type.BOOLEAN)


def member(question: Question) -> Callable[[Mapping[str, Any]], bool]:
    """Return whether ``1`` is ``'1'`` or TRUE is the database's habit, or its refusal."""
    values, dialect = question.given["values"], question.world.dialect
    if not all(fits(value, question.column) for value in values):
        listed = ", ".join(spelled(value, dialect) for value in values)
        truth = question.world.truths(f"{quoted(question.column)} IN ({listed})", question.where)
        return lambda row: bool(truth[row["id"]])
    floating = is_floating(question.column, question.world.dialect)
    known = {literal_point(value, floating=floating) for value in question.given["values"]}
    return lambda row: point(row[question.column]) in known


def tuple_member(question: Question) -> Callable[[Mapping[str, Any]], bool]:
    columns = question.given["columns"]
    floating = [is_floating(name, question.world.dialect) for name in columns]
    known = {
        tuple(literal_point(part, floating=kind) for part, kind in zip(item, floating, strict=True)) for item in question.given["values"]
    }
    return lambda row: tuple(point(row[name]) for name in columns) in known


def _several(question: Question, ask: Callable[[str, str, str | None], dict[int, Any]]) -> Callable[[Mapping[str, Any]], bool]:
    given = question.given["pattern"]
    patterns = [given] if isinstance(given, str) else given
    truths = [ask(question.column, pattern, question.where) for pattern in patterns]
    enough = all if question.given.get("every") else any
    return lambda row: enough(truth[row["id"]] for truth in truths)


def opposite(make: Callable[[Question], Callable[[Mapping[str, Any]], bool]]) -> Callable[[Question], Callable[[Mapping[str, Any]], bool]]:
    def wrong(question: Question) -> Callable[[Mapping[str, Any]], bool]:
        good = make(question)
        return lambda row: not good(row)

    return wrong


def matching(question: Question) -> Callable[[Mapping[str, Any]], bool]:
    return _several(question, question.world.search)


def like(question: Question) -> Callable[[Mapping[str, Any]], bool]:
    """Match a pattern. SQLite ignores the case of ASCII letters, and the backslash escapes everywhere."""
    folds = question.world.dialect == "sqlite"

    def ask(column: str, pattern: str, where: str | None) -> dict[int, Any]:
        fold = str.maketrans({chr(n): chr(n + 32) for n in range(65, 91)}) if folds else {}
        parts = re.findall(r"\\.|.", pattern.translate(fold), re.DOTALL)
        regex = "".join({"%": ".*", "_": "."}.get(part, re.escape(part[-1])) for part in parts)
        found = question.world.rows(where)
        return {
            row["id"]: row[column] is not None and re.fullmatch(regex, row[column].translate(fold), re.DOTALL) is not None for row in found
        }

    return _several(question, ask)


def wrong_length(question: Question) -> Callable[[Mapping[str, Any]], bool]:
    given = question.given
    low, high = given.get("equals", given.get("at_least", 0)), given.get("equals", given.get("at_most", math.inf))
    return lambda row: not low <= len(row[question.column]) <= high


def unreadable(question: Question) -> Callable[[Mapping[str, Any]], bool]:
    readable = _READABLE[question.given["kind"]]
    return lambda row: not readable(row[question.column].strip(" \t\n\r\f\v"))


def _is_date(text: str) -> bool:
    if [len(part) for part in text.split("-")] != [4, 2, 2] or not _digits(text.replace("-", "")):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _digits(text: str) -> bool:
    return bool(text) and all(letter in "0123456789" for letter in text)


def _is_timestamp(text: str) -> bool:
    day, rest = text[:10], text[10:]
    if not _is_date(day) or not rest:
        return _is_date(day) and not rest
    found = re.match(r"[ T](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s*(Z|[-+]\d\d(?::?\d\d)?)?$", rest, re.ASCII)
    return found is not None and int(found[1]) < 24 and int(found[2]) < 60 and int(found[3] or 0) < 60


def _is_number(text: str) -> bool:
    if any(letter not in "0123456789.+-eE" for letter in text):
        return False
    try:
        float(text)
    except ValueError:
        return False
    return True


_READABLE: dict[str, Callable[[str], bool]] = {
    "integer": lambda text: _digits(text[1:] if text[:1] in ("-", "+") else text),
    "number": _is_number,
    "boolean": lambda text: text.lower() in {"true", "false", "t", "f", "yes", "no", "y", "n", "on", "off", "1", "0"},
    "date": _is_date,
    "timestamp": _is_timestamp,
    "uuid": lambda text: [len(part) for part in text.split("-")] == [8, 4, 4, 4, 12] and _hex(text.replace("-", "")),
}


def _hex(text: str) -> bool:
    return all(letter in "0123456789abcdefABCDEF" for letter in text)


def no_json(question: Question) -> Callable[[Mapping[str, Any]], bool]:
    column, world = question.column, question.world
    if world.dialect == "sqlite":
        return lambda row: not _is_json(row[column])
    if world.dialect == "spark":  # a VARIANT takes no name twice, and Spark stops reading behind the first document
        taken = world.truths(f"TRY_PARSE_JSON({quoted(column)}) IS NOT NULL", question.where)
        return lambda row: not taken[row["id"]] or not _is_json(row[column])
    condition = f"{quoted(column)} IS JSON" if world.dialect == "postgres" else f"json_valid({quoted(column)})"
    truth = world.truths(condition, question.where)
    return lambda row: not truth[row["id"]]


def _is_json(text: str) -> bool:
    def no(name: str) -> Any:
        raise ValueError(name)

    try:
        json.loads(text, parse_constant=no)
    except ValueError:
        return False
    return True


def wrong_order(question: Question) -> Callable[[Mapping[str, Any]], bool]:
    left, operator, right = (str(question.given[name]) for name in ("left", "operator", "right"))
    holds: dict[str, Callable[[Any, Any], bool]] = {
        "==": lambda one, other: one == other,
        "!=": lambda one, other: one != other,
        "<": lambda one, other: one < other,
        "<=": lambda one, other: one <= other,
        ">": lambda one, other: one > other,
        ">=": lambda one, other: one >= other,
    }
    return lambda row: not holds[operator](point(row[left]), point(row[right]))


def sum_equals(question: Question, rows: Rows) -> Finding:
    """Query the database, whose addition may overflow or round."""
    columns, total = question.given["columns"], spelled(question.given["total"], question.world.dialect)
    sums = question.world.truths(f"{' + '.join(map(quoted, columns))} = {total}", question.where)
    looked = present(rows, *columns)
    return limited(question, sum(not sums[row["id"]] for row in looked), len(looked))


def same_in_row(question: Question) -> Callable[[Mapping[str, Any]], bool]:
    columns = question.given["columns"]
    return lambda row: any(point(row[one]) == point(row[other]) for one, other in combinations(columns, 2))


def condition(question: Question) -> Callable[[Mapping[str, Any]], bool]:
    truth = question.world.truths(question.given["condition"], question.where)
    return lambda row: truth[row["id"]] is False
