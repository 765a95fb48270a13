"""A timestamp of the future has no age, and a timestamp without a zone is of the zone that is named."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_dre import checks as c
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.checks.judging import evaluate
from airflow_dre.checks.kinds.freshness import FUTURE_TOLERANCE, AgeLimits, judge_age
from airflow_dre.checks.metrics import MaximumOf
from airflow_dre.checks.outcomes import Outcome
from airflow_dre.values.instants import to_instant

NOW = datetime(2026, 11, 27, 18, tzinfo=UTC)
HOUR = timedelta(hours=1)
TOKYO, NEW_YORK = "Asia/Tokyo", "America/New_York"


@pytest.mark.parametrize(
    ("newest", "arguments", "outcome", "observed"),
    [
        pytest.param(NOW + timedelta(minutes=5), {}, "passed", 0.0, id="as far ahead as clocks may differ"),
        pytest.param(NOW + timedelta(minutes=5, seconds=1), {}, "errored", None, id="a second further ahead"),
        pytest.param(datetime(2099, 1, 1), {}, "errored", None, id="a booking of 2099"),
        pytest.param("2099-01-01 00:00:00", {}, "errored", None, id="a booking of 2099 as text"),
        pytest.param(NOW + 2 * HOUR, {"future_tolerance": "3h"}, "passed", 0.0, id="ahead within a tolerance of its own"),
        pytest.param(NOW + timedelta(seconds=2), {"future_tolerance": "1s"}, "errored", None, id="ahead of a small tolerance"),
        pytest.param(datetime(2026, 11, 27, 22), {}, "errored", None, id="wall clock of Tokyo taken for UTC"),
        pytest.param(datetime(2026, 11, 27, 22), {"time_zone": TOKYO}, "failed", 18000.0, id="wall clock of Tokyo named as such"),
        pytest.param("2026-11-28 03:00:00", {"time_zone": TOKYO}, "passed", 0.0, id="text of Tokyo, just now"),
        pytest.param(datetime(2026, 11, 27, 18, tzinfo=UTC), {"time_zone": TOKYO}, "passed", 0.0, id="a zone of its own is kept"),
        pytest.param(datetime(2026, 11, 28, 4), {"time_zone": TOKYO}, "errored", None, id="ahead in its own zone"),
        pytest.param(date(2026, 11, 28), {"max_age": "1d"}, "passed", 0.0, id="a date that has begun east of UTC"),
        pytest.param("2026-11-28", {"max_age": "1d"}, "passed", 0.0, id="such a date as text"),
        pytest.param(date(2026, 11, 29), {"max_age": "1d"}, "errored", None, id="a date that has begun nowhere"),
        pytest.param(date(2026, 11, 28), {"max_age": "1d", "time_zone": TOKYO}, "passed", 10800.0, id="the date of Tokyo"),
        pytest.param(date(2026, 11, 28), {"max_age": "1d", "time_zone": NEW_YORK}, "errored", None, id="a date that New York awaits"),
        pytest.param("infinity", {}, "errored", None, id="infinity, which PostgreSQL holds"),
        pytest.param("20000-01-01 00:00:00+00", {}, "errored", None, id="a year that Python does not hold"),
        pytest.param("-infinity", {}, "failed", None, id="older than everything"),
        pytest.param("0044-03-15 00:00:00 BC", {}, "failed", None, id="before the year 1"),
        pytest.param(NOW - HOUR, {"as_of": "2026-11-01"}, "passed", 0.0, id="newer than the end of a backfill, and past"),
        pytest.param(NOW + HOUR, {"as_of": "2026-11-01"}, "errored", None, id="newer than now, whatever as_of is"),
        pytest.param(NOW + HOUR, {"as_of": "2026-11-27T19:00:00Z"}, "passed", 0.0, id="not newer than an as_of that lies ahead"),
    ],
)
def test_the_future(newest: Any, arguments: dict[str, Any], outcome: str, observed: float | None) -> None:
    (check,) = parse_checks([c.fresh("t", **{"max_age": "1h", **arguments})])
    judgement = evaluate(check, {check.metrics()[0]: newest}, NOW)
    assert (judgement.outcome, judgement.observed) == (outcome, observed), str(judgement.reason)
    assert ("in the future" in str(judgement.reason)) == (outcome == "errored")


@pytest.mark.parametrize(
    ("wall_clock", "in_utc"),
    [
        pytest.param("2026-10-25T01:59:00", "2026-10-24T23:59:00", id="before clocks go back"),
        pytest.param("2026-10-25T02:30:00", "2026-10-25T00:30:00", id="the first of two"),
        pytest.param("2026-10-25T03:30:00", "2026-10-25T02:30:00", id="after clocks went back"),
        pytest.param("2026-03-29T02:30:00", "2026-03-29T01:30:00", id="skipped: by the offset before"),
        pytest.param("2026-03-29T03:30:00", "2026-03-29T01:30:00", id="after clocks went forward"),
    ],
)
def test_when_clocks_change(wall_clock: str, in_utc: str) -> None:
    moment = datetime.fromisoformat(wall_clock)
    expected = datetime.fromisoformat(in_utc).replace(tzinfo=UTC)
    assert to_instant(moment, ZoneInfo("Europe/Berlin")) == to_instant(wall_clock, ZoneInfo("Europe/Berlin")) == expected
    assert to_instant(moment.replace(fold=1), ZoneInfo("Europe/Berlin")) == expected


@given(
    newest=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),
    zone=st.sampled_from([None, TOKYO, NEW_YORK, "Asia/Kathmandu", "Pacific/Apia"]),
)
def test_nothing_from_beyond_the_tolerance_is_ever_passed(newest: datetime, zone: str | None) -> None:
    found = judge_age(newest, NOW, AgeLimits(max_age=timedelta(days=3650), zone=None if zone is None else ZoneInfo(zone)))
    moment = newest.replace(tzinfo=UTC if zone is None else ZoneInfo(zone))
    assert (found.outcome is Outcome.PASSED) == (moment - NOW <= FUTURE_TOLERANCE)


def test_new_arguments_enter_the_identity_only_where_they_are_given() -> None:
    plain, tolerant, zoned, expression = parse_checks(
        [
            c.fresh("t", max_age="1d", name="a"),
            c.fresh("t", max_age="1d", name="a", future_tolerance="1h", where="1 = 1"),
            c.fresh("t", max_age="1d", name="a", time_zone=TOKYO),
            c.fresh(expression="to_timestamp(epoch)", max_age="1d"),
        ]
    )
    (same,) = parse_checks([c.fresh("t", max_age="2d", name="a", future_tolerance="3h")])
    assert same.id == plain.id
    assert len({plain.id, tolerant.id, zoned.id, expression.id}) == 4
    assert expression.metrics() == (MaximumOf(sql="to_timestamp(epoch)"),)
    assert expression.columns == ()
    assert expression.name == "fresh(to_timestamp(epoch))"
