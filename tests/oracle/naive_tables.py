"""The oracle for checks of rows beside each other, of another table, of the clock or of the catalogue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

from tests.oracle.naive_rows import fits
from tests.oracle.tables import COLUMNS, SQL_TYPES, Type
from tests.oracle.verdicts import NOW, SKIPPED, Finding, Question, Rows, is_floating, limited, literal_point, one, point, present
from tests.oracle.world import quoted, spelled


def keys_of(question: Question, rows: Rows) -> list[tuple[Any, ...]]:
    columns = question.given["columns"]
    return [tuple(point(row[name]) for name in columns) for row in present(rows, *columns)]


def unique(question: Question, rows: Rows) -> Finding:
    keys = keys_of(question, rows)
    counts = Counter(keys)
    return limited(question, sum(counts[key] > 1 for key in keys), len(keys))


def foreign_key(question: Question, rows: Rows) -> Finding:
    wanted = [name.removeprefix("p.") for name in question.given["to"]]
    known = {tuple(point(part) for part in key) for key in question.world.parents(wanted) if None not in key}
    keys = keys_of(question, rows)
    return limited(question, sum(key not in known for key in keys), len(keys))


def steps(question: Question, rows: Rows) -> Finding:
    order = question.given["order_by"]
    names = [order] if isinstance(order, str) else order
    looked = present(rows, question.column)

    def place(row: Mapping[str, Any]) -> list[Any]:
        return [(1, 0) if row[name] is None else (0, point(row[name])) for name in names]

    ordered = [point(row[question.column]) for row in sorted(looked, key=place)]
    rising, strictly = question.kind == "increasing", bool(question.given.get("strictly"))
    wrong = sum((after < before if rising else after > before) or (strictly and after == before) for before, after in pairwise(ordered))
    return limited(question, wrong, len(looked))


def same_row_count(question: Question, rows: Rows) -> Finding:
    ((other,),) = question.world.ask("SELECT COUNT(*) FROM p")
    if len(rows) == other == 0:
        return limited(question, 0, 0)
    return replace(limited(question, abs(len(rows) - other), max(other, 1)), rows=len(rows))


def failed_rows(question: Question, rows: Rows) -> Finding:
    """Return the verdict on the rows of a query, which are also the rows checked if the table is empty."""
    found = len(question.world.ask(question.given["sql"]))
    return limited(question, found, len(rows) or found)


def no_gaps(question: Question, rows: Rows) -> Finding:
    unit = question.given["every"]
    start, end = (None if question.given.get(name) is None else point(question.given[name]) for name in ("start", "end"))
    found = {_number(point(row[question.column]), unit) for row in present(rows, question.column)}
    if start is not None:
        found = {period for period in found if period >= _number(start, unit)}
    if end is not None:
        found = {period for period in found if period <= _number(end, unit)}
    if not found and (start is None or end is None):
        return limited(question, 0, 0)
    first = _number(start, unit) if start is not None else min(found)
    last = _number(end, unit) if end is not None else max(found)
    expected = last - first + 1
    return limited(question, expected - len(found), expected)


def _number(moment: datetime, unit: str) -> int:
    """Return the number of a calendar unit, counted from the year 1, whose first day was a Monday."""
    days = moment.toordinal() - 1
    month = (moment.year - 1) * 12 + moment.month - 1
    return {
        "hour": days * 24 + moment.hour, "day": days, "week": days // 7, "month": month, "quarter": month // 3, "year": moment.year,
    }[unit]  # fmt: skip


def fresh(question: Question, rows: Rows) -> Finding:
    moments = [point(row[question.column]) for row in present(rows, question.column)]
    if not moments:
        return Finding(outcomes=one("failed"))
    as_of, newest = point(question.given["as_of"]), max(moments)
    eastern = timedelta(hours=14) if COLUMNS[question.column] is Type.DATE else timedelta(0)
    if newest - max(as_of, point(NOW)) > timedelta(minutes=5) + eastern:
        return Finding(outcomes=one("errored"))
    age = max(as_of - newest, timedelta(0))
    units = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}

    def longer(name: str) -> bool:
        text = question.given.get(name)
        return text is not None and age > int(text[:-1]) * units[text[-1]]

    outcome = "failed" if longer("max_age") else "warned" if longer("warn_age") else "passed"
    return Finding(outcomes=one(outcome), observed=Fraction(age // timedelta(microseconds=1), 10**6), tolerance=Fraction(1, 10**4))


def has_values(question: Question, rows: Rows) -> Finding:
    looked = present(rows, question.column)
    floating = is_floating(question.column, question.world.dialect)
    held = {point(row[question.column]) for row in looked}

    def stands(value: Any) -> bool:
        if fits(value, question.column):
            return literal_point(value, floating=floating) in held
        truth = question.world.truths(f"{quoted(question.column)} IN ({spelled(value, question.world.dialect)})", question.where)
        return any(truth[row["id"]] for row in looked)

    missing = [value for value in question.given["values"] if not stands(value)]
    return Finding(outcomes=one("failed" if missing else "passed"), rows=len(looked), any_observed=True)


def most_common(question: Question, rows: Rows) -> Finding:
    counts = Counter(point(row[question.column]) for row in present(rows, question.column))
    if not counts:
        return SKIPPED
    if not all(fits(value, question.column) for value in question.given["values"]):
        return Finding(outcomes=one("passed", "failed"), any_observed=True)  # no database is asked whether 1 is '1'
    most = [value for value, count in counts.items() if count == max(counts.values())]
    floating = is_floating(question.column, question.world.dialect)
    known = {literal_point(value, floating=floating) for value in question.given["values"]}
    good = any(value in known for value in most) and (len(most) == 1 or question.given.get("ties") is not False)
    return Finding(outcomes=one("passed" if good else "failed"), any_observed=True)


def catalogue(dialect: str) -> dict[str, str]:
    """Return names and types of the columns as the catalogue lists them."""
    told = {
        "TIMESTAMPTZ": "TIMESTAMP WITH TIME ZONE",
        **({"TIMESTAMP": "timestamp without time zone"} if dialect == "postgres" else {}),
    }
    types = SQL_TYPES[dialect]
    found = {name: told.get(types[kind], types[kind]) for name, kind in COLUMNS.items()}
    return {name: kind.lower() for name, kind in found.items()} if dialect in ("postgres", "spark") else found


_SAME_TYPES = [
    {"INTEGER"},
    {"BIGINT", "int8"}, {"DOUBLE", "DOUBLE PRECISION"}, {"DECIMAL(24,6)"}, {"NUMERIC"}, {"TEXT", "STRING"}, {"VARCHAR", "varchar(20)"},
    {"BOOLEAN"}, {"DATE"}, {"TIMESTAMP", "TIMESTAMP_NTZ"}, {"TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE"},
]  # fmt: skip


def _same_type(expected: str, found: str) -> bool:
    if expected == "varchar(20)":
        return False  # no column of the table has that length
    return (
        expected == found or any({expected, found} <= group for group in _SAME_TYPES) or (expected, found) == ("NUMERIC", "DECIMAL(24,6)")
    )


def schema_is(question: Question, rows: Rows) -> Finding:
    given = question.given["columns"]
    wanted = given if isinstance(given, dict) else dict.fromkeys(given)
    here = {name: SQL_TYPES[question.world.dialect][kind] for name, kind in COLUMNS.items()}
    wrong = sum(kind is not None and not _same_type(kind, here[name]) for name, kind in wanted.items())
    if not question.given.get("extra"):
        wrong += len(here.keys() - wanted.keys())
    if not wrong and question.given.get("ordered") and [name for name in here if name in wanted] != list(wanted):
        wrong = 1
    return Finding(outcomes=one("failed" if wrong else "passed"), violations=frozenset([wrong]), any_observed=True)


def schema_unchanged(question: Question, rows: Rows) -> Finding:
    changed = question.remembered == "other"
    return Finding(outcomes=one("failed" if changed else "passed"), violations=frozenset([1 if changed else 0]), any_observed=True)
