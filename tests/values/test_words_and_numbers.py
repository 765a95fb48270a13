"""Numbers and names in messages: few digits, but enough to distinguish a value from its bound, and distinct names of checks."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_dre import checks as c
from airflow_dre.checks.check import Answers
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.checks.outcomes import counted, format_value, number_text

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.5, "1.5"),
        (2.0, "2"),
        (1 / 3, "0.333333"),
        (0.0333333333, "0.033333"),
        (12.6391234, "12.6391"),
        (123456.789, "123457"),
        (1234567.891, "1234567.89"),
        (0.00001234567, "1.23e-05"),
        (Decimal("12.3400000000000000"), "12.34"),
        (Decimal("0.1"), "0.1"),
        (Decimal(12345678901234567890), "12345678901234567890"),
        (float("inf"), "inf"),
        (-1 / 3, "-0.333333"),
    ],
)
def test_a_number_has_a_sensible_precision(value: float | Decimal, text: str) -> None:
    assert number_text(value) == text
    assert format_value(value) == text


@given(value=st.floats(min_value=-1e9, max_value=1e9))
def test_no_number_has_seven_digits_behind_its_point(value: float) -> None:
    assert re.search(r"\.\d{7}", number_text(value)) is None
    assert float(number_text(value)) == pytest.approx(value, rel=1e-2, abs=1e-12)


@pytest.mark.parametrize(
    ("value", "bound"), [(0.1 + 0.2, 0.3), (1234567.9, 1234567), (100.00000001, 100), (Decimal("5.0000001"), 5), (0.30000001, 0.3)]
)
def test_a_value_that_breaks_a_bound_never_looks_like_it(value: float | Decimal, bound: float) -> None:
    (check,) = parse_checks([c.mean("a", at_most=bound)])
    reason = check.judge(Answers({check.metrics()[0]: value}), NOW).reason
    told, _, allowed = str(reason).partition(" is not at most ")
    assert (allowed, Decimal(told) > Decimal(str(bound))) == (str(bound), True)


@pytest.mark.parametrize(("number", "text"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows")])
def test_a_noun_follows_its_number(number: int, text: str) -> None:
    assert counted(number, "row", "rows") == text


def test_one_row_is_one_row() -> None:
    (check,) = parse_checks([c.not_null("a")])
    judged = [
        str(check.judge(Answers(dict(zip(check.metrics(), answers, strict=True))), NOW).reason) for answers in ((1, 1), (1, 0), (2, 0))
    ]
    assert {reason.replace("1 of 1 row (100%)", "") for reason in judged} & {"the 1 row meets it", "all 2 rows meet it"}
    assert not any("1 rows" in reason for reason in judged)


NONE_OF_ONE = [
    (c.has_values("a", ["x"]), [1, 1], "1 of 1 value is missing: 'x'", "all of 1 value"),
    (c.row_count(same_as="b"), [1, 1], "1 row, b has 1", None),
]


@pytest.mark.parametrize(("declared", "answers", "reason", "expected"), NONE_OF_ONE, ids=["a value", "a row"])
def test_one_of_anything_is_one(declared: Any, answers: list[int], reason: str, expected: str | None) -> None:
    (check,) = parse_checks([declared])
    judged = check.judge(Answers(dict(zip(check.metrics(), answers, strict=True))), NOW)
    assert str(judged.reason) == reason
    assert expected in (None, judged.expected)


def test_a_segmented_check_is_named_so_and_keeps_its_id() -> None:
    plain, named, segmented = parse_checks([c.not_null("a"), c.not_null("b", by="s"), c.row_count(at_least=1, by="s")])
    assert [plain.name, named.name, segmented.name] == ["not_null(a)", "not_null(b, by=s)", "row_count(by=s)"]
    again = [parse_checks([c.not_null("b", by="s", name=name)])[0].id for name in ("not_null(b)", "not_null(b, by=s)")]
    assert again == [named.id, named.id], "a name that is the default one, now or before, is no name of its own"
    assert named.id == "12168b882537a75b"
