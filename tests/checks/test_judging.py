"""What every check makes of what a warehouse answers."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_dre import checks as c
from airflow_dre.checks.declaration import Declaration
from airflow_dre.checks.evaluate import Unanswered, evaluate, score
from airflow_dre.checks.outcomes import Outcome, worst
from airflow_dre.checks.parse import parse_checks

NOW = datetime(2013, 2, 2, tzinfo=UTC)
EVERY_KIND = [
    c.not_null("a", warn_above="2%", fail_above="5%"),
    c.unique("a", "b"),
    c.between("a", 1, 5),
    c.in_set("a", [1, "x"]),
    c.rows("a > b"),
    c.row_count(at_least=1, warn_at_least=10),
    c.column_min("a", at_least=0),
    c.column_max("a", at_most="2013-01-01"),
    c.mean("a", equals=3),
    c.metric_sql("SUM(a)", at_most=3),
    c.fresh("a", max_age="1d", warn_age="12h"),
]


def judged(declaration: Declaration, *answers: Any) -> Any:
    (check,) = parse_checks([declaration])
    return evaluate(check, dict(zip(check.metrics(), answers, strict=True)), NOW)


@pytest.mark.parametrize(
    ("declaration", "answers", "outcome", "observed"),
    [
        pytest.param(c.not_null("a"), (10, 0), "passed", 0, id="no violation"),
        pytest.param(c.not_null("a"), (10, 1), "failed", 1, id="the default admits no violation"),
        pytest.param(c.not_null("a", warn_above="2%", fail_above="5%"), (27004, 521), "passed", 100 * 521 / 27004, id="below both"),
        pytest.param(c.not_null("a", warn_above="2%", fail_above="5%"), (100, 3), "warned", 3.0, id="between warning and failure"),
        pytest.param(c.not_null("a", warn_above="2%", fail_above="5%"), (24951, 1261), "failed", 126100 / 24951, id="the blizzard"),
        pytest.param(c.not_null("a", severity="warn"), (10, 1), "warned", 1, id="severity warn never fails"),
        pytest.param(c.not_null("a"), (0, 0), "skipped", None, id="an empty table is skipped"),
        pytest.param(c.unique("a"), (0, 0), "skipped", None, id="no complete key is skipped"),
        pytest.param(c.between("a", 1, 2), (0, 0), "skipped", None, id="no value is skipped"),
        pytest.param(c.rows("a"), (3, 1), "failed", 1, id="a broken row rule"),
        pytest.param(c.row_count(at_least=1), (0,), "failed", 0, id="an empty table has zero rows, which are judged"),
        pytest.param(c.row_count(at_least=1, warn_at_least=10), (5,), "warned", 5, id="few rows warn"),
        pytest.param(c.row_count(equals=5), (5,), "passed", 5, id="exactly"),
        pytest.param(c.mean("a", at_most=3), (None,), "skipped", None, id="the mean of nothing is skipped"),
        pytest.param(c.mean("a", at_most=3), (Decimal("3.01"),), "failed", Decimal("3.01"), id="a Decimal mean"),
        pytest.param(c.column_max("a", at_most=date(2013, 1, 1)), ("2013-01-02",), "failed", "2013-01-02", id="dates as text"),
        pytest.param(c.column_min("a", at_least=3), ("word",), "errored", None, id="text cannot be held against a number"),
        pytest.param(c.metric_sql("SUM(a)", at_most=1), (float("nan"),), "failed", None, id="not-a-number fails"),
        pytest.param(c.fresh("a", max_age="1d"), ("2013-02-01T00:00:00Z",), "passed", 86400.0, id="exactly one day old"),
        pytest.param(c.fresh("a", max_age="1d"), ("2013-01-31",), "failed", 172800.0, id="two days old"),
        pytest.param(c.fresh("a", max_age="1d", warn_age="6h"), (datetime(2013, 2, 1, 12, tzinfo=UTC),), "warned", 43200.0, id="older"),
        pytest.param(c.fresh("a", max_age="1d"), (None,), "failed", None, id="a table without any timestamp is not fresh"),
        pytest.param(c.fresh("a", max_age="1d"), ("word",), "errored", None, id="text is no timestamp"),
        pytest.param(c.fresh("a", max_age="1d"), ("2013-03-01",), "passed", 0.0, id="the future has no age"),
        pytest.param(c.fresh("a", max_age="1d", as_of="2013-01-01"), ("2012-12-31",), "passed", 86400.0, id="as of another moment"),
        pytest.param(c.not_null("a"), (Unanswered("no such column"), Unanswered("no such column")), "errored", None, id="no answer"),
    ],
)
def test_outcomes(declaration: Declaration, answers: tuple[Any, ...], outcome: str, observed: Any) -> None:
    judgement = judged(declaration, *answers)
    assert judgement.outcome == outcome
    assert judgement.reason
    if observed is not None:
        assert judgement.observed == observed


def test_a_judgement_tells_its_numbers() -> None:
    judgement = judged(c.not_null("dep_time", warn_above=100, fail_above="5%"), 24951, 1261)
    assert judgement.reason == "1261 of 24951 rows (5.054%) break it, more than 5%"
    assert judgement.expected == "at most 5% violating (warn above 100)"
    assert (judgement.violations, judgement.rows, judgement.unit) == (1261, 24951, "%")
    assert judgement.fail.high == 5.0
    assert judgement.warn.high == pytest.approx(100 * 100 / 24951)


scalars = st.one_of(
    st.none(), st.integers(), st.floats(), st.decimals(), st.text(), st.dates(), st.datetimes(), st.datetimes(timezones=st.just(UTC))
)


@pytest.mark.parametrize(
    "declaration", [d for d in EVERY_KIND if d.kind not in ("not_null", "unique", "between", "in_set", "rows", "row_count")], ids=repr
)
@given(answer=scalars)
def test_judging_a_metric_is_total(declaration: Declaration, answer: Any) -> None:
    assert judged(declaration, answer).outcome in Outcome


@pytest.mark.parametrize("declaration", [d for d in EVERY_KIND if d.kind in ("not_null", "unique", "between", "in_set", "rows")], ids=repr)
@given(rows=st.one_of(st.none(), st.integers(0)), broken=st.one_of(st.none(), st.integers(0)))
def test_judging_rows_is_total(declaration: Declaration, rows: int | None, broken: int | None) -> None:
    assert judged(declaration, rows, broken).outcome in Outcome


@pytest.mark.parametrize(
    ("outcomes", "whole"),
    [
        ([], "skipped"),
        (["skipped", "passed"], "passed"),
        (["passed", "warned"], "warned"),
        (["errored", "warned"], "errored"),
        (["failed", "errored"], "failed"),
    ],
)
def test_a_suite_is_as_bad_as_its_worst_check(outcomes: list[str], whole: str) -> None:
    assert worst([Outcome(name) for name in outcomes]) == whole


def test_the_score_counts_a_warning_half_and_leaves_skipped_checks_out() -> None:
    assert score([Outcome.PASSED, Outcome.WARNED, Outcome.SKIPPED]) == 75.0
    assert score([Outcome.SKIPPED]) is None
