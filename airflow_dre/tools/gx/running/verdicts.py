"""Great Expectations' results as judgements, with its own outcomes and the numbers they rest on."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from airflow_dre.checks.outcomes import Judgement, Outcome, Range, all_meet_it, counted, format_value
from airflow_dre.checks.reasons import OutcomeReason, because, foreign, observed
from airflow_dre.checks.thresholds import Limit
from airflow_dre.tools.gx.running.results import Validation
from airflow_dre.values.numbers import as_count, as_float

_LONGEST = 120
_OPEN = Range()


def judge(validation: Validation) -> Judgement:
    """Return the judgement of a validation, with Great Expectations' own outcome. It is skipped only where it passed without a row."""
    if validation.error is not None:
        return Judgement(outcome=Outcome.ERRORED, reason=foreign(validation.error), expected="")
    broken = Outcome.FAILED if validation.severity == "critical" else Outcome.WARNED
    outcome = Outcome.PASSED if validation.success else broken
    if validation.kind == "unexpected_rows_expectation":
        return _judge_rows(validation, outcome, as_count(validation.observed), None)
    if validation.elements is not None:
        return _judge_rows(validation, outcome, validation.unexpected or 0, validation.elements - (validation.missing or 0))
    return _judge_observed(validation, outcome)


def _judge_rows(validation: Validation, outcome: Outcome, violations: int, rows: int | None) -> Judgement:
    mostly = Decimal(str(validation.arguments.get("mostly", 1)))
    percent = mostly < 1
    limit = Limit((1 - mostly) * 100, percent=percent)
    expected = f"at most {limit} violating"
    if rows == 0 and outcome is Outcome.PASSED:
        return Judgement(outcome=Outcome.SKIPPED, reason=because("no rows to check"), expected=expected, violations=violations, rows=0)
    share = float(Fraction(100 * violations, rows)) if rows else None
    of_all = f"{violations} of {counted(rows, 'row', 'rows')} ({share:.4g}%)" if rows else counted(violations, "row", "rows")
    found = all_meet_it(rows) if rows else because("no row breaks it")
    if violations:
        found = because("{rows} {verb} it", rows=of_all, verb="breaks" if violations == 1 and not rows else "break")
    return Judgement(
        outcome=outcome,
        reason=found if outcome is Outcome.PASSED else because("{found}, more than {limit}", found=found, limit=limit),
        expected=expected,
        observed=share if percent else violations,
        unit="%" if percent else "rows",
        violations=violations,
        rows=rows,
        fail=Range(high=float(limit.amount)),
    )


def _judge_observed(validation: Validation, outcome: Outcome) -> Judgement:
    expected, fail = _bounds(validation)
    said = "no value" if validation.nothing and fail != _OPEN else format_value(validation.observed)
    counts_rows = "row_count" in validation.kind
    return Judgement(
        outcome=outcome,
        reason=_reason(outcome is Outcome.PASSED, said, expected, bounded=fail != _OPEN),
        expected=expected,
        observed=validation.observed,
        unit="rows" if counts_rows else "",
        rows=int(validation.observed) if counts_rows and isinstance(validation.observed, int) else None,
        fail=fail,
    )


def _reason(passed: bool, found: str | None, expected: str, *, bounded: bool) -> OutcomeReason:
    if found is None:
        return because("met" if passed else "not met")
    value = observed(found)
    if bounded:
        return (
            because("{value} is within its bounds", value=value)
            if passed
            else because("{value} is not {expected}", value=value, expected=expected)
        )
    return (
        because("found {value}", value=value) if passed else because("found {value}, expected {expected}", value=value, expected=expected)
    )


def _bounds(validation: Validation) -> tuple[str, Range]:
    """Return the bounds of a number in words and to draw, and for anything else the arguments in words."""
    given = validation.arguments
    low, high = given.get("min_value"), given.get("max_value", None if validation.by_row else given.get("threshold"))
    if validation.kind.endswith("_to_equal") and "value" in given:
        return f"exactly {format_value(given['value'])}", Range(low=as_float(given["value"]), high=as_float(given["value"]))
    strict_high = given.get("strict_max") or (high is not None and high is given.get("threshold"))
    words = [f"{'above' if given.get('strict_min') else 'at least'} {format_value(low)}"] if low is not None else []
    words += [f"{'below' if strict_high else 'at most'} {format_value(high)}"] if high is not None else []
    if words:
        return " and ".join(words), Range(low=as_float(low), high=as_float(high))
    about_columns = ("column", "column_A", "column_B")
    return short_text(", ".join(f"{name}={value!r}" for name, value in given.items() if name not in about_columns)), _OPEN


def short_text(text: str) -> str:
    """Return a text of at most 120 characters."""
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
