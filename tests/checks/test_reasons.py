"""Reasons are templates with values, of which some can be hidden before they become text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest

from airflow_dre.checks import column_max, fresh, in_set, row_count
from airflow_dre.checks.check import Answers, Check
from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.checks.dimensions import Dimension
from airflow_dre.checks.judging import Unanswered, evaluate, first_round
from airflow_dre.checks.metrics import Metric
from airflow_dre.checks.outcomes import Judgement, Outcome
from airflow_dre.checks.reasons import OutcomeReason, Value, ValueSource, because, foreign, observed, segment
from airflow_dre.checks.segments import judged
from airflow_dre.privacy.masking import Mask
from airflow_dre.services.quality.redact import Redaction, redacted_result
from airflow_dre.store.records import Definition, ResultRecord
from airflow_dre.values.scalars import Answer

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def upper(value: Value) -> str:
    """Return the source of a value in place of the value."""
    return value.source.value.upper()


@pytest.mark.parametrize(
    ("reason", "text", "sources"),
    [
        pytest.param(because("no rows"), "no rows", "no rows", id="no value"),
        pytest.param(because("{n} rows", n=3), "3 rows", "CHECK rows", id="a value of the check"),
        pytest.param(
            because("{n} is not {b}", n=observed(7.5), b="at most 3"), "7.5 is not at most 3", "OBSERVED is not CHECK", id="observed"
        ),
        pytest.param(foreign("no {column}"), "no {column}", "FOREIGN", id="a message with braces"),
        pytest.param(
            because("{a}: {b}", a=segment("{x}"), b=because("{n} rows", n=1)), "{x}: 1 rows", "SEGMENT: CHECK rows", id="a reason inside"
        ),
        pytest.param(
            because("bad: {all}", all=(because("{a}", a=segment("x")), foreign("y"))),
            "bad: x; y",
            "bad: SEGMENT; FOREIGN",
            id="a list of reasons",
        ),
    ],
)
def test_a_reason_becomes_text_with_its_values_or_without(reason: OutcomeReason, text: str, sources: str) -> None:
    assert (str(reason), str(reason.with_texts(upper))) == (text, sources)


def test_a_reason_knows_which_sources_it_quotes() -> None:
    reason = because("{all}", all=(because("{a}", a=segment("x")), because("{b}", b=observed(1))))
    assert [source for source in ValueSource if reason.quotes(source)] == [ValueSource.OBSERVED, ValueSource.SEGMENT]


def result(declaration: Declaration, mask: Mask, *answers: Answer | Unanswered, by: str | None = None) -> ResultRecord:
    """Return the record of a check with a mask."""
    (check,) = parse_checks([declaration])
    judgement = evaluate(check, dict(zip(first_round(check), answers, strict=True)), NOW)
    definition = Definition(name=check.name, kind=check.kind, columns=check.columns, dimension="accuracy", severity="error", by=by)
    return redacted_result(check.id, judgement, None, Redaction(definition=definition, mask=mask, sql_words=check.sql_words))


def test_only_values_of_masked_columns_are_hidden() -> None:
    highest = column_max("salary", at_most=3)
    assert result(highest, Mask(), 41).reason == "41 is not at most 3"
    assert result(highest, Mask(columns=("salary",)), 41).reason == "*** is not at most 3"
    counted = in_set("salary", [1])
    assert result(counted, Mask(columns=("salary",)), 41, 5).reason == "5 of 41 rows (12.2%) break it, more than 0"


def test_segments_of_a_masked_column_are_hidden_wherever_they_are_listed() -> None:
    declared, rows = row_count(at_least=2, by="email"), (("a not pass: b", 1), ("c", 2))
    shown, hidden = (result(declared, mask, rows, by="email") for mask in (Mask(), Mask(columns=("email",))))
    assert shown.reason == "1 of 2 values of email do not pass: a not pass: b: 1 is not at least 2"
    assert hidden.reason == "1 of 2 values of email do not pass: ***: 1 is not at least 2"
    assert [segment.value for segment in hidden.segments] == ["***", "***"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Careless(Check):
    """A check whose reason marks no value."""

    kind: ClassVar[str] = "careless"
    default_dimension: ClassVar[Dimension] = Dimension.ACCURACY

    def identity_arguments(self) -> Mapping[str, object]:
        return {"column": "salary"}

    def metrics(self) -> tuple[Metric, ...]:
        return ()

    def judge(self, answers: Answers, now: datetime) -> Judgement:
        return Judgement(outcome=Outcome.FAILED, reason=because("found 41"), expected="at most 3", observed=41)


def test_a_reason_that_marks_no_value_is_hidden_as_a_whole() -> None:
    judgement = judged(Careless(), Answers({}), NOW)
    assert str(judgement.reason) == "found 41"
    definition = Definition(name="n", kind="careless", columns=("salary",), dimension="accuracy", severity="error")
    redaction = Redaction(definition=definition, mask=Mask(columns=("salary",)))
    assert redacted_result("0" * 16, judgement, None, redaction).reason == "***, expected at most 3"


AT = fresh("at", max_age="1h")


def test_a_hidden_value_leaves_the_limit_in_the_reason() -> None:
    shown, hidden = (result(AT, mask, NOW - timedelta(hours=3)) for mask in (Mask(), Mask(columns=("at",))))
    assert (shown.outcome.value, shown.reason) == ("failed", "the newest row is 3 h old (2025-12-31T21:00:00+00:00)")
    assert (hidden.outcome.value, hidden.reason) == ("failed", "the newest row is *** old (***), expected at most 1 h old")


@pytest.mark.parametrize(("by", "dataset"), [("email", "main.orders"), (None, "main.email")], ids=["segments", "dataset"])
def test_an_errored_reason_hides_values_where_a_foreign_message_hides_its_numbers(by: str | None, dataset: str) -> None:
    (check,) = parse_checks([AT])
    judgement = evaluate(check, {first_round(check)[0]: datetime(2099, 1, 1, tzinfo=UTC)}, NOW)
    assert judgement.outcome is Outcome.ERRORED
    definition = Definition(name="n", kind="fresh", columns=("at",), dimension="timeliness", severity="error", by=by)
    reasons = [
        redacted_result(check.id, judgement, None, Redaction(definition=definition, mask=mask, dataset=dataset)).reason
        for mask in (Mask(columns=("other",)), Mask(columns=("email",)))
    ]
    assert [text.partition(", so that")[0] for text in reasons] == [
        "the newest row lies 26663 d in the future (2099-01-01T00:00:00+00:00), where 5 min are tolerated",
        "the newest row lies *** in the future (***), where 5 min are tolerated",
    ]
    assert "expected" not in reasons[1]
