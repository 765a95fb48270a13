"""Findings of the oracle, each as the smallest case: a difference that is mended stays mended."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from airflow_dre import checks as c
from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.store.records import ResultRecord
from tests.oracle.declared import Example
from tests.oracle.running import run, run_loaded
from tests.oracle.tables import COLUMNS, PARENT, Contents
from tests.oracle.world import World

NEW_YORK = ZoneInfo("America/New_York")


def results(
    world: World, rows: list[dict[str, Any]], *declared: Declaration, where: str | None = None, parents: int = 0
) -> list[ResultRecord]:
    """Return what checks find in rows of which only some cells are given."""
    empty = dict.fromkeys(COLUMNS)
    contents = Contents(
        rows=tuple({**empty, "id": place, **row} for place, row in enumerate(rows, start=1)),
        parents=tuple({**dict.fromkeys(PARENT), "k": place} for place in range(parents)),
    )
    record, _ = run(Example(contents=contents, where=where, declared=declared, remembered=None), world)
    return list(record.results)


def told(result: ResultRecord) -> dict[str | None, tuple[str, str | None]]:
    """Return outcome and observed value of each segment."""
    return {segment.value: (segment.outcome.value, segment.observed) for segment in result.segments}


def test_a_segment_without_a_complete_key_has_no_distinct_keys_and_is_judged(world: World) -> None:
    rows: list[dict[str, Any]] = [{"m": 1, "s": "a"}, {"m": 2, "s": None}, {"m": 3, "s": "b", "n": 1}]
    (result,) = results(world, rows, c.distinct_count("s", by="m", at_least=1, where="n IS NULL"))
    assert told(result) == {"1": ("passed", "1"), "2": ("failed", "0"), "3": ("failed", "0")}


def test_a_segment_with_nothing_to_look_at_is_skipped_by_every_kind(world: World) -> None:
    rows: list[dict[str, Any]] = [{"m": 1, "x": 1.0, "t": datetime(2013, 1, 1)}, {"m": 2}]
    declared = [c.median("x", by="m", at_least=0), c.most_common("x", [1], by="m"), c.no_gaps("t", every="day", by="m")]
    for result in results(world, rows, *declared):
        assert {name: outcome for name, (outcome, _) in told(result).items()} == {"1": "passed", "2": "skipped"}, result.definition.kind


def test_not_a_number_is_one_segment(world: World) -> None:
    if world.dialect == "sqlite":
        pytest.skip("SQLite has no NaN")
    rows: list[dict[str, Any]] = [{"x": math.nan, "s": "a"}, {"x": math.nan, "s": "b"}, {"x": math.inf, "s": "a"}]
    (result,) = results(world, rows, c.unique("s", by="x"))
    assert [(segment.value, segment.rows) for segment in result.segments] == [("inf", 1), ("nan", 2)]


def test_z_scores_of_an_infinite_segment_are_counted_there(world: World) -> None:
    rows: list[dict[str, Any]] = [{"x": place, "y": value} for place in (math.inf, -math.inf, 0.1) for value in [0.0] * 9 + [100.0]]
    if world.dialect != "sqlite":
        rows += [{"x": math.nan, "y": value} for value in [0.0] * 9 + [100.0]]
    (result,) = results(world, rows, c.z_scores("y", within=2, by="x"))
    assert {segment.violations for segment in result.segments} == {1}
    assert len(result.segments) == (3 if world.dialect == "sqlite" else 4)


def test_the_deviation_of_a_small_segment_is_not_covered_by_a_large_one(world: World) -> None:
    rows: list[dict[str, Any]] = [{"m": 1, "x": value} for value in (1.0, 2.0, 3.0)] + [{"m": 2, "x": 1e9}, {"m": 2, "x": 3e9}]
    by_segment, by_filter = results(world, rows, c.stddev("x", by="m", at_least=0), c.stddev("x", where="m = 1", equals=1))
    assert told(by_segment) == {"1": ("passed", "1"), "2": ("passed", "1414213562.37")}
    assert by_filter.outcome == "passed", by_filter.reason


def test_an_infinity_has_no_deviation_and_no_z_score(world: World) -> None:
    deviation, scores, mean = results(
        world, [{"x": 1.0}, {"x": math.inf}], c.stddev("x", at_most=5), c.z_scores("x", within=3), c.mean("x", at_most=5)
    )
    assert (deviation.outcome, deviation.observed) == ("failed", "nan")
    assert scores.outcome == "errored"
    assert scores.reason.startswith("x has no finite mean and standard deviation: inf and ")
    assert (mean.outcome, mean.observed) == ("failed", "inf")


def test_equal_values_have_no_z_score_however_their_sum_is_rounded(world: World) -> None:
    (result,) = results(world, [{"x": 0.1}] * 3, c.z_scores("x", within=0.5))
    assert (result.outcome, result.violations, result.rows) == ("passed", 0, 3)


def test_another_table_is_counted_though_no_row_is_left_here_and_a_neighbour_breaks_the_scan(world: World) -> None:
    same, broken = results(world, [{"n": 1}], c.row_count(same_as="p"), c.not_null("nowhere"), where="n > 1", parents=2)
    assert (same.outcome, same.reason) == ("failed", "0 rows, p has 2: 2 of 2 rows (100%) break it, more than 0")
    assert broken.outcome == "errored"


def test_days_begin_in_utc_wherever_the_session_is(world: World) -> None:
    moments = [datetime(2013, 1, 1, 23, 30, tzinfo=NEW_YORK), datetime(2013, 1, 3, 0, 30, tzinfo=UTC)]
    zoned, days = results(
        world,
        [{"z": moment, "d": moment.astimezone(UTC).date()} for moment in moments],
        c.no_gaps("z", every="day"),
        c.no_gaps("d", every="hour", fail_above=23),
    )
    assert (zoned.outcome, zoned.rows) == ("passed", 2)
    assert (days.outcome, days.violations, days.rows) == ("passed", 23, 25)


def test_a_moment_is_the_same_moment_in_another_zone(world: World) -> None:
    noon = datetime(2013, 1, 1, 12, tzinfo=UTC)
    here, common, days = results(
        world,
        [{"z": noon, "t": datetime(2013, 1, 1, 12)}],
        c.between("z", noon.astimezone(NEW_YORK), noon.astimezone(NEW_YORK)),
        c.most_common("z", [noon.astimezone(NEW_YORK)]),
        c.most_common("t", [datetime(2013, 1, 1, 12)]),
    )
    assert [here.outcome, common.outcome, days.outcome] == ["passed"] * 3


def test_most_common_tells_neighbouring_numbers_apart_and_ties_in_one_order(world: World) -> None:
    near, tie = results(
        world, [{"x": 1.0000001, "m": 2}, {"x": 1.0000001, "m": 1}], c.most_common("x", [1.0000002]), c.most_common("m", [1, 2])
    )
    assert near.outcome == "failed"
    assert (tie.observed, tie.reason) == ("1", "most common: 1, 2")


def test_a_large_integer_is_compared_with_a_float_exactly(world: World) -> None:
    (result,) = results(world, [{"n": 2**53 + 1}], c.column_max("n", at_most=float(2**53)))
    assert (result.outcome, result.observed) == ("failed", "9007199254740993")


def test_a_day_that_python_cannot_hold_is_compared_by_the_database(world: World) -> None:
    if world.dialect != "postgres":
        pytest.skip("only PostgreSQL keeps days that Python has not")
    declared = (c.column_max("d", at_most="2014-01-01"), c.column_min("d", at_least="2012-01-01"), c.not_null("d"), c.unique("d"))
    results(world, [{"d": None}])
    example = Example(contents=Contents(rows=(), parents=()), where=None, declared=declared, remembered=None)
    for day, largest, smallest in (("infinity", "failed", "passed"), ("0044-03-15 BC", "passed", "failed")):
        world.run(f"UPDATE t SET d = '{day}'")
        record, _ = run_loaded(example, world)
        assert [result.outcome.value for result in record.results] == [largest, smallest, "passed", "passed"]
        assert {result.observed for result in record.results[:2]} == {day}
