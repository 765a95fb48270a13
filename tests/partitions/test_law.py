"""A table judged from states is judged as from every row, whatever happened to its partitions."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from airflow_dre import checks as c
from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.store.records import ResultRecord, SuiteRunRecord
from tests.partitions.warehouses import Days, Remembered

DAYS = [date(2026, 1, day) for day in range(1, 4)]
ROWS = st.tuples(
    st.sampled_from([None, 0, 1, 2, 3, -4, 7, 2**53 + 1, -(2**61)]),
    st.sampled_from([None, *map(Decimal, ("0.1", "0.2", "1.500", "-2.25", "999999999.125"))]),
    st.sampled_from([None, 0.0, 0.1, 0.2, 0.3, -2.25, 1e15, 1e-7, 3.5]),
    st.sampled_from([None, "", "a", "b", "B", "ab", "é"]),
    st.sampled_from([None, *[datetime(2026, 1, 1) + timedelta(hours=hours) for hours in (0, 5, 30, 31, 77)]]),
)
CHECKS: Sequence[Declaration] = (
    c.row_count(at_least=5, warn_at_least=8),
    c.not_null("n", fail_above="25%"),
    c.null("s", fail_above=4),
    c.between("n", 0, 3, fail_above=2),
    c.in_set("s", ["a", "b"], fail_above="40%", where="n > 0"),
    c.matches("s", "^a", fail_above="60%"),
    c.compare("n", "<=", "x", fail_above=1),
    c.rows("n > 0 OR s IS NOT NULL", fail_above=1),
    c.tuple_in_set("n", "s", values=[(1, "a"), (2, "b")], fail_above="50%"),
    c.column_min("n", at_least=-4),
    c.column_max("q", at_most=2),
    c.column_max("x", at_most=100),
    c.column_min("t", at_least=datetime(2026, 1, 1, 3)),
    c.total("n", at_least=0, at_most=2**54),
    c.total("q", at_most=Decimal("1.85")),
    c.total("x", at_least=0.65, if_empty="fail"),
    c.mean("n", at_least=1),
    c.mean("q", at_most=1, where="n >= 0"),
    c.mean("x", at_most=3),
    c.stddev("n", at_most=2.5),
    c.stddev("q", at_most=1),
    c.stddev("x", at_most=100),
    c.unique("day", "n", "s", fail_above=1),
    c.distinct_count("day", at_least=2),
    c.distinct_count("s", at_least=3, approximate=True),
    c.unique_ratio("n", "s", at_least=0.5, approximate=True),
    c.has_values("s", ["a", "é"]),
    c.distribution("n", reference={0: 1, 1: 1, 2: 2}, distance="chi_square", at_most=5),
    c.no_gaps("t", every="hour", fail_above=3),
    c.fresh("t", max_age="30d", as_of=datetime(2026, 1, 31)),
    c.not_null("n", name="each day", by="day", fail_above=1),
)
EXAMPLES = {"sqlite": 80, "duckdb": 20, "postgres": 15}
"""Of each two to five runs of up to nine checks. ``DRE_NIGHTLY=1`` tries 2,000 new ones."""

SUITES = st.lists(st.integers(1, len(CHECKS) - 1), min_size=4, max_size=8, unique=True)


@st.composite
def happenings(draw: st.DrawFn) -> list[tuple[str, list[tuple[str, date | None, list[Any]]]]]:
    """Draw runs, each after changes: rows were appended to a day, or replaced it, or were taken away."""
    found = []
    for _ in range(draw(st.integers(2, 5))):
        choice = draw(st.sampled_from(["run", "run", "changed", "changed", "all"]))
        days = st.sampled_from(DAYS if choice == "run" else [*DAYS, None])
        changes = []
        for _ in range(1 if choice == "run" else draw(st.integers(0, 3))):
            what = draw(st.sampled_from(["append", "append", "replace", "empty"]))
            changes.append((what, draw(days), [] if what == "empty" else draw(st.lists(ROWS, min_size=1, max_size=4))))
        found.append((choice, changes))
    return found


def test_merged_states_tell_what_a_look_at_every_row_tells(days: Days) -> None:
    examples = 2000 if os.environ.get("DRE_NIGHTLY") else EXAMPLES[days.hook.conn_type]
    patient = settings(
        max_examples=examples, deadline=None, derandomize=not os.environ.get("DRE_NIGHTLY"), database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip

    @patient
    @given(happenings(), SUITES, st.sampled_from([None, None, "n IS NULL OR n < 5"]))
    def law(happened: list[Any], chosen: list[int], where: str | None) -> None:
        declared = [CHECKS[0], *[CHECKS[number] for number in chosen]]
        days.memory = Remembered()
        days.run("DELETE FROM t")
        days.run("DELETE FROM versions")
        for choice, changes in happened:
            for what, day, rows in changes:
                if what != "append":
                    days.clear(day)
                days.append(day, rows)
            key = str(changes[0][1]) if choice == "run" else None
            found = days.judged(declared, choice, key, where=where)
            if key is not None and "has no rows and never had any" in found.results[0].reason:
                assert {result.outcome for result in found.results} == {"errored"}
            elif key is None or "and the table has none" not in found.results[0].reason:
                assert differences(found, days.scanned(declared, where)) == []

    law()


def differences(merged: SuiteRunRecord, whole: SuiteRunRecord) -> list[str]:
    """Return the differences between two runs."""
    return [
        f"{one.definition.name}: from states {facts(one)}, from all rows {facts(other)}"
        for one, other in zip(merged.results, whole.results, strict=True)
        if not alike(one, other)
    ]


def facts(result: ResultRecord) -> tuple[object, ...]:
    """Return all facts of a result."""
    return result.outcome.value, result.violations, result.rows, result.value, result.reason


def alike(one: ResultRecord, other: ResultRecord) -> bool:
    """Return whether two results are the same, up to the rounding of the database's own sums."""
    same = (one.outcome, one.violations, one.rows) == (other.outcome, other.violations, other.rows)
    if one.value is None or other.value is None:
        return same and one.value == other.value
    return same and (
        math.isclose(one.value, other.value, rel_tol=1e-9, abs_tol=1e-9) or (one.value != one.value and other.value != other.value)
    )
