"""The partitions that a run scans, those that are late, replaced, empty or gone, and messages where it cannot know."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from airflow_dre import checks as c
from airflow_dre.errors import DefinitionError
from airflow_dre.partitions.selection import Asked, Named, Span
from airflow_dre.services.quality.report import render_report
from airflow_dre.store.records import SuiteRunRecord
from airflow_dre.values.scalars import Incomparable
from tests.partitions.warehouses import Days

JAN = [date(2026, 1, day) for day in range(1, 10)]
ROWS = [(1, None, 0.5, "a", None), (None, None, 1.5, "b", None)]
COUNT, NULLS = c.row_count(at_least=1), c.not_null("n", fail_above="60%")


def filled(days: Days, number: int = 4) -> Days:
    """Return days of two rows each, all judged."""
    for day in JAN[:number]:
        days.append(day, ROWS)
    days.judged([COUNT, NULLS], "all")
    return days


def counted(run: SuiteRunRecord) -> tuple[str | None, tuple[int, int] | None]:
    """Return the rows of the whole table, and how many partitions were scanned of how many."""
    return run.results[0].observed, run.partitions


def at(day: int, hour: int = 0) -> datetime:
    """Return a moment of January."""
    return datetime(2026, 1, day, hour, tzinfo=UTC)


def test_only_the_partition_of_the_run_is_scanned(days: Days) -> None:
    filled(days)
    days.append(JAN[4], ROWS)
    run = days.judged([COUNT, NULLS], "run", "2026-01-05")
    assert counted(run) == ("10", (1, 5))
    assert (run.results[1].violations, run.results[1].rows) == (5, 10)
    (scan,) = days.asked
    assert "GROUP BY" in scan
    assert "2026-01-05" in scan.rsplit("WHERE", 1)[1]
    assert run.results[0].statement == scan
    assert render_report(run).endswith("; 1 of 5 partitions scanned, 4 from states")
    assert run.partition_key == "2026-01-05"


@pytest.mark.parametrize(
    ("interval", "scanned"),
    [
        pytest.param((at(3), at(4)), 1, id="a day"),
        pytest.param((at(2), at(4)), 2, id="two days"),
        pytest.param((at(3), at(3)), 1, id="no length: the day of the moment, as the schedules of Airflow 3 have it"),
        pytest.param((at(3, 5), at(3, 5)), 1, id="no length, within a day"),
        pytest.param((at(3, 5), at(3, 6)), 1, id="an hour: the day that holds it"),
        pytest.param((at(2, 6), at(3, 6)), 1, id="from six to six: the day that begins within"),
    ],
)
def test_a_data_interval_means_the_partitions_that_begin_within(days: Days, interval: tuple[datetime, datetime], scanned: int) -> None:
    filled(days)
    assert counted(days.judged([COUNT, NULLS], interval=interval)) == ("8", (scanned, 4))


def test_late_and_replaced_rows_count_once_their_partition_is_named(days: Days) -> None:
    filled(days)
    days.append(JAN[1], ROWS)
    assert counted(days.judged([COUNT, NULLS], "run", "2026-01-04"))[0] == "8", "the second day was not scanned again"
    assert counted(days.judged([COUNT, NULLS], "run", "2026-01-02")) == ("10", (1, 4))
    days.clear(JAN[1])
    days.append(JAN[1], ROWS[:1])
    assert counted(days.judged([COUNT, NULLS], "run", "2026-01-02")) == ("7", (1, 4))


def test_a_partition_that_lost_its_rows_is_replaced_by_nothing_and_a_partition_that_never_was_is_an_error(days: Days) -> None:
    filled(days)
    days.clear(JAN[1])
    for _ in range(2):  # the second try of a task finds what the first did
        assert counted(days.judged([COUNT, NULLS], "run", "2026-01-02")) == ("6", (0, 3))
    run = days.judged([COUNT, NULLS, c.schema_is(["day"], extra=True)], "run", "2026-01-09")
    reason = "partition 2026-01-09 has no rows and never had any; the last that have: 2026-01-04, 2026-01-03, 2026-01-01"
    assert [(result.outcome.value, result.reason) for result in run.results[:2]] == [("errored", reason)] * 2
    assert run.results[2].outcome == "passed", "what is not about rows is answered"
    assert counted(days.judged([COUNT, NULLS], "run", "2026-01-01")) == ("6", (1, 3))


def test_changed_looks_at_another_version_and_forgets_what_is_not_listed(days: Days) -> None:
    filled(days)
    assert counted(days.judged([COUNT, NULLS], "changed")) == ("8", (4, 4)), "no version was known yet"
    assert counted(days.judged([COUNT, NULLS], "changed")) == ("8", (0, 4))
    assert not days.asked[1:], "nothing but the list was asked"
    days.append(JAN[0], ROWS)
    days.append(None, ROWS)
    days.append(JAN[6], ROWS)
    days.clear(JAN[2])
    assert counted(days.judged([COUNT, NULLS], "changed")) == ("12", (3, 5))
    assert counted(days.judged([COUNT, NULLS], "changed")) == ("12", (0, 5))


def test_all_looks_at_everything_and_forgets_what_is_gone(days: Days) -> None:
    filled(days)
    days.clear(JAN[2])
    days.append(JAN[5], ROWS)
    assert counted(days.judged([COUNT, NULLS], "all")) == ("8", (4, 4))
    assert counted(days.judged([COUNT, NULLS], "run", "2026-01-01")) == ("8", (1, 4))


def test_a_check_that_is_new_is_asked_of_the_partitions_that_lack_it(days: Days) -> None:
    filled(days)
    days.append(JAN[1], ROWS)  # late rows that only the new question notices
    run = days.judged([COUNT, NULLS, c.total("x", equals=10)], "run", "2026-01-04")
    assert [result.outcome.value for result in run.results] == ["passed"] * 3
    assert counted(run) == ("10", (4, 4)), "a partition that changed between two scans is scanned again, as a whole"
    assert counted(days.judged([COUNT, NULLS, c.total("x", equals=10)], "run", "2026-01-04")) == ("10", (1, 4))


def test_suites_of_one_table_share_what_is_kept(days: Days) -> None:
    filled(days)
    assert counted(days.judged([c.row_count(at_most=100, name="another suite")], "run", "2026-01-01")) == ("8", (1, 4))
    assert counted(days.judged([COUNT], "run", "2026-01-01", where="n > 0"))[1] == (4, 4), "another row filter is another table"


def test_a_broken_check_hides_no_other_and_costs_no_scan_of_the_table(days: Days) -> None:
    filled(days)
    run = days.judged([COUNT, NULLS, c.not_null("nowhere")], "run", "2026-01-04")
    assert [result.outcome.value for result in run.results] == ["passed", "passed", "errored"]
    assert "nowhere" in run.results[2].reason
    assert counted(run) == ("8", (1, 4))
    assert all("2026-01-04" in statement for statement in days.asked)


def test_a_number_that_cannot_be_read_again_is_not_taken_from_before(days: Days) -> None:
    broken = {"sqlite": "abs(n) > 0", "duckdb": "CAST(s AS INTEGER) > 0", "postgres": "CAST(s AS INTEGER) > 0"}[days.hook.conn_type]
    bad = (-(2**63), None, 0.5, "x", None)
    declared = [COUNT, c.rows(broken, fail_above=0)]
    for day in JAN[:2]:
        days.append(day, [(1, None, 0.5, "1", None), (2, None, 0.5, "2", None)])
    assert [result.outcome.value for result in days.judged(declared, "all").results] == ["passed"] * 2
    days.clear(JAN[0])
    days.append(JAN[0], [bad, bad])
    for key in ("2026-01-01", "2026-01-02"):  # as many rows as before, so that nothing else shows that they are others
        run = days.judged(declared, "run", key)
        assert [result.outcome.value for result in run.results] == ["passed", "errored"]
    days.clear(JAN[0])
    days.append(JAN[0], [(1, None, 0.5, "1", None)])
    assert [result.outcome.value for result in days.judged(declared, "run", "2026-01-01").results] == ["passed"] * 2


def test_a_value_that_cannot_be_kept_hides_no_other_check(days: Days) -> None:
    if days.hook.conn_type != "sqlite":
        pytest.skip("the other two take no bytes for a text")
    days.append(JAN[0], [(1, None, 0.5, b"bytes", None)])
    run = days.judged([COUNT, c.column_max("s", at_most="z")], "all")
    assert [result.outcome.value for result in run.results] == ["passed", "errored"]
    assert "a value of type bytes cannot be kept" in run.results[1].reason


def test_an_unknown_partition_column_is_reported_once_and_queried_once(days: Days) -> None:
    days.append(JAN[0], ROWS)
    run = days.judged([COUNT, NULLS], "run", "2026-01-01", by="dya")
    assert {result.outcome.value for result in run.results} == {"errored"}
    assert "dya" in run.results[0].reason
    assert len(days.asked) == 1
    missing = days.judged([COUNT], "all", table="nowhere")
    assert "nowhere" in missing.results[0].reason


EXPRESSIONS = {
    "sqlite": "strftime('%Y-%m', t)",
    "duckdb": "strftime(t, '%Y-%m')",
    "postgres": "to_char(t, 'YYYY-MM')",
}


def test_an_expression_splits_a_table_too(days: Days) -> None:
    by = EXPRESSIONS[days.hook.conn_type]
    for month in (1, 2, 3):
        days.append(JAN[0], [(month, None, 0.5, "a", datetime(2026, month, 5))] * month)
    assert counted(days.judged([COUNT], "run", "2026-03", by=by)) == ("6", (3, 3))
    days.append(JAN[0], [(4, None, 0.5, "a", datetime(2026, 2, 7))])
    assert counted(days.judged([COUNT], "run", "2026-02", by=by)) == ("7", (1, 3))
    february = (datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC))
    assert counted(days.judged([COUNT], by=by, interval=february)) == ("7", (1, 3))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param({"choice": "run"}, "a run with a partition key, or with a data interval; this one has neither", id="a manual run"),
        pytest.param({"choice": "all", "by": "SUM(n)"}, "invalid partition_by='SUM.n.'.* one SQL expression about one row", id="aggregate"),
        pytest.param({"choice": "all", "by": "(SELECT 1)"}, "invalid partition_by=", id="a SELECT"),
        pytest.param({"choice": "all", "by": "n; DROP TABLE t"}, "invalid partition_by=", id="two statements"),
        pytest.param({"choice": "all", "by": "n +"}, "invalid partition_by=", id="no expression"),
        pytest.param({"choice": "changed", "changes": "DELETE FROM t"}, "invalid changes=.*one read-only SELECT", id="no SELECT"),
        pytest.param({"choice": "changed", "changes": "SELECT day FROM t"}, "invalid changes=.*of two columns", id="one column"),
        pytest.param({"choice": "all", "where": "t > now()"}, "depends on the moment", id="a filter that moves"),
        pytest.param({"choice": "all", "where": "n IN (SELECT n FROM t)"}, "it reads other rows", id="a filter that reads other rows"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(days: Days, arguments: dict[str, Any], message: str) -> None:
    days.append(JAN[0], ROWS)
    with pytest.raises(DefinitionError, match=message):
        days.judged([COUNT], **arguments)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        pytest.param({"key": "noon"}, "partition noon was asked for: 'noon' is no date, as 2026-01-01 is", id="a key of no day"),
        pytest.param({"key": "x", "by": "x"}, "1.5 names no partition: partition by dates, timestamps, texts or", id="floats"),
        pytest.param({"interval": (at(1), at(2)), "by": "s"}, "a data interval has no partition among values such as b", id="words"),
        pytest.param({"choice": "changed", "changes": "SELECT nowhere, 1 FROM t"}, "the query in changes= failed: ", id="a list refused"),
        pytest.param(
            {"choice": "changed", "changes": "SELECT day, 1 FROM t WHERE 1 = 0"},
            "there are rows in partitions that the list of changes does not hold: 2026-01-01", id="an empty list",
        ),
    ],
)  # fmt: skip
def test_what_the_data_does_not_allow_is_an_error_of_the_checks(days: Days, arguments: dict[str, Any], reason: str) -> None:
    days.append(JAN[0], ROWS[1:])
    if days.hook.conn_type == "sqlite" and arguments.get("key") == "noon":  # whose dates are texts, so that any text may be one
        reason = "partition noon has no rows and never had any; the last that have: 2026-01-01"
    run = days.judged([COUNT], **arguments)
    assert run.results[0].outcome == "errored"
    assert reason in run.results[0].reason


def test_a_partition_of_no_moment_hides_no_other_from_a_data_interval(days: Days) -> None:
    for text in ("__HIVE_DEFAULT_PARTITION__", "2026-01-01", "2026-01-02"):
        days.append(JAN[0], [(1, None, 0.5, text, None)])
    run = days.judged([COUNT], by="s", interval=(at(1), at(2)))
    assert counted(run) == ("3", (3, 3)), run.results[0].reason
    assert counted(days.judged([COUNT], by="s", interval=(at(1), at(2)))) == ("3", (1, 3))


def test_what_is_masked_names_no_partition(days: Days) -> None:
    for text in ("ann@example.com", "b"):
        days.append(JAN[0], [(1, None, 0.5, text, None)])
    for choice, key in (("all", None), ("run", "ann@example.com")):
        run = days.judged([COUNT], choice, key, by="s")
        assert run.results[0].outcome == "errored"
        assert "ann@" not in str(run.results)


def test_texts_are_compared_only_where_their_order_is_known(days: Days) -> None:
    filled(days)
    run = days.judged([c.column_max("s", equals="b")], "all")
    if days.hook.conn_type == "postgres":
        assert run.results[0].reason == ("texts of several partitions cannot be compared: their order in postgres depends on a collation")
    else:
        assert run.results[0].outcome == "passed"


def test_different_values_are_counted_by_a_sketch(days: Days) -> None:
    declared = [
        c.distinct_count("n", approximate=True, at_least=4500, at_most=5500),
        c.unique_ratio("n", "s", approximate=True, at_least=0.3),
        c.distinct_count("s", approximate=True, equals=2),
    ]
    for place, day in enumerate(JAN[:3]):
        rows = [(n, None, None, "ab"[n % 2], None) for n in range(place * 1000, place * 1000 + 3000)]  # each overlaps the one before
        for start in range(0, 3000, 1000):
            days.append(day, rows[start : start + 1000])
    whole = days.scanned([*declared, c.distinct_count("n", equals=5000)])
    merged = days.judged(declared, "all")
    for one, other in zip(merged.results, whole.results[:3], strict=True):
        assert (one.observed, one.reason, one.expected) == (other.observed, other.reason, other.expected), (
            "a sketch of parts is that of all"
        )
    assert whole.results[3].outcome == "passed"
    count, ratio, exact = merged.results
    assert count.reason.startswith("about ") and "(±2.2 %)" in count.reason
    assert count.expected.endswith(", counted to ±2.2 %")
    assert abs(float(count.observed or 0) - 5000) < 5000 * 0.09
    assert ratio.outcome == "passed" and ratio.reason.startswith("about 0.5")
    assert (exact.outcome, exact.reason) == ("passed", "2 is within its bounds")


@pytest.mark.parametrize(
    ("asked", "like", "meant"),
    [
        (Asked(key="2026-01-05"), date(2026, 1, 1), Named(date(2026, 1, 5))),
        (Asked(key="2026-01-05T06:00"), datetime(2026, 1, 1), Named(datetime(2026, 1, 5, 6))),
        (Asked(key="2026-01-05"), at(1), Named(at(5))),
        (Asked(key="20260105"), 20260101, Named(20260105)),
        (Asked(key="north"), "south", Named("north")),
        (Asked(start=at(5), end=at(6)), "20260101", Span("20260105", "20260106", at(5), at(6))),
        (Asked(start=at(5), end=at(6)), 20260101, Span(20260105, 20260106, at(5), at(6))),
        (Asked(start=at(5), end=at(6)), at(1), Span(at(5), at(6), at(5), at(6))),
        (Asked(start=at(5), end=at(5)), "2026-01", Named("2026-01")),
        (Asked(start=at(5), end=at(6)), 2025, Named(2026)),
        (Asked(start=at(5, 1), end=at(5, 2)), "2026-01-01T00", Span("2026-01-05T01", "2026-01-05T02", at(5, 1), at(5, 2))),
    ],
    ids=repr,
)  # fmt: skip
def test_a_key_or_an_interval_becomes_values_of_the_partitions_type(asked: Asked, like: Any, meant: Named | Span) -> None:
    assert asked.among(like) == meant


@pytest.mark.parametrize("asked", [Asked(key="2026-13-01"), Asked(key="noon")])
def test_an_invalid_key_is_refused(asked: Asked) -> None:
    with pytest.raises(Incomparable, match="is no date, as 2026-01-01 is"):
        asked.among(date(2026, 1, 1))
