"""dbt's results as judgements: the outcome is dbt's own, and messages of a database are kept without the values that they quote."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

from airflow_dre.checks.outcomes import Judgement, Outcome, Range
from airflow_dre.checks.reasons import OutcomeReason, because, foreign, observed
from airflow_dre.tools.dbt.artifacts.documents import Node, Period, Result
from airflow_dre.tools.dbt.reading.thresholds import USUAL, most_accepted
from airflow_dre.values.instants import format_duration

OUTCOMES: Mapping[str, Outcome] = {
    "error": Outcome.ERRORED,
    "fail": Outcome.FAILED,
    "no-op": Outcome.SKIPPED,
    "partial success": Outcome.ERRORED,
    "pass": Outcome.PASSED,
    "skipped": Outcome.SKIPPED,
    "success": Outcome.PASSED,
    "warn": Outcome.WARNED,
}
"""Outcomes by dbt's status of a node."""
OF_SOURCES: Mapping[str, Outcome] = {
    "error": Outcome.FAILED,
    "pass": Outcome.PASSED,
    "runtime error": Outcome.ERRORED,
    "warn": Outcome.WARNED,
}
"""Outcomes by dbt's status of the freshness of a source. An error is data that is too old."""
_OPEN = Range()
_PREAMBLE = re.compile(r"[\w ]{1,60} (?:Error|Exception) in [\w ]{1,60} \S{1,300} \(.*\)|\S+ failed, error:")
_BY_DBT = ("Compilation Error", "Parsing Error")
"""Errors of a project before any row is read."""
_QUOTED = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`""")
_LAST_WORD = re.compile(r"(: )(\S+)$")
_SECONDS = {"minute": 60.0, "hour": 3600.0, "day": 86400.0}


def judge_test(result: Result, node: Node) -> Judgement:
    """Return the judgement of a data test. Its failures are the rows that it selects, unless the project counts otherwise.

    dbt reports no number for a test that passed. It is not known where some failures are accepted.
    """
    outcome = outcome_of(result)
    warn, fail = (condition or USUAL for condition in (node.config.warn_if, node.config.error_if))
    strict = (node.config.severity or "error").lower() == "error"
    warns_apart = not strict or warn != fail
    failures = result.failures if _is_counted(outcome, warn, fail, strict=strict) else None
    by_row = (node.config.fail_calc or "count(*)").strip().lower() == "count(*)"
    return Judgement(
        outcome=outcome,
        reason=_reason(result, outcome),
        expected=_expected(warn, fail, strict=strict),
        observed=failures,
        unit="rows" if by_row and failures is not None else "",
        violations=failures if by_row and isinstance(failures, int) else None,
        warn=_accepted(warn) if warns_apart else _OPEN,
        fail=_accepted(fail) if strict else _OPEN,
    )


def _is_counted(outcome: Outcome, warn: str, fail: str, *, strict: bool) -> bool:
    """Return whether the failures in dbt's result are their number. For a test that passed dbt writes 0, even where some are accepted."""
    if outcome is Outcome.PASSED:
        return warn == USUAL and (fail == USUAL or not strict)
    return outcome in (Outcome.WARNED, Outcome.FAILED)


def _expected(warn: str, fail: str, *, strict: bool) -> str:
    if strict and warn != fail:
        return f"fails if {fail}, warns if {warn}"
    return f"{'fails' if strict else 'warns'} if {warn}"


def judge_build(result: Result, expected: str) -> Judgement:
    """Return the judgement of a model, seed or snapshot that was built, or of a hook that was run."""
    outcome = outcome_of(result)
    return Judgement(outcome=outcome, reason=_reason(result, outcome), expected=expected)


def judge_unit_test(result: Result) -> Judgement:
    """Return the judgement of a unit test. The rows that differ stay in the log of dbt."""
    outcome = outcome_of(result)
    differs = outcome is Outcome.FAILED
    return Judgement(
        outcome=outcome,
        reason=because("actual differs from expected") if differs else _reason(result, outcome),
        expected="actual equals expected",
    )


def judge_source(result: Result) -> Judgement:
    """Return the judgement of the freshness of a source."""
    outcome = OF_SOURCES.get(result.status, Outcome.ERRORED)
    age = result.max_loaded_at_time_ago_in_s
    ends = {name: _seconds(period) for name, period in (("warn", result.criteria.warn_after), ("fail", result.criteria.error_after))}
    words = [f"{name}s above {_duration(end)}" for name, end in ends.items() if end is not None]
    if age is None:
        message = str(result.error or result.message or f"dbt reports {result.status!r}")
        reason = _message(outcome, without_quoted_values(message, result.compiled_code or ""))
        return Judgement(outcome=outcome, reason=reason, expected=", ".join(words))
    return Judgement(
        outcome=outcome,
        reason=because("the newest row is {age} old", age=observed(_duration(age))),
        expected=", ".join(words),
        observed=age,
        unit="seconds",
        warn=Range(high=ends["warn"]),
        fail=Range(high=ends["fail"]),
    )


def _duration(seconds: float) -> str:
    return format_duration(timedelta(seconds=seconds))


def _seconds(period: Period | None) -> float | None:
    return None if period is None or period.count is None else period.count * _SECONDS[period.period or "day"]


def outcome_of(result: Result) -> Outcome:
    """Return the outcome of a node, which is errored for an unknown status."""
    return OUTCOMES.get(result.status, Outcome.ERRORED)


def _accepted(condition: str) -> Range:
    most = most_accepted(condition)
    return _OPEN if most is None else Range(high=float(most))


def _message(outcome: Outcome, text: str) -> OutcomeReason:
    """Return a text of dbt as a reason: the message of an error may quote anything, any other text is dbt's own."""
    return foreign(text) if outcome is Outcome.ERRORED else because("{text}", text=text)


def _reason(result: Result, outcome: Outcome) -> OutcomeReason:
    return _message(outcome, _text(result, outcome))


def _text(result: Result, outcome: Outcome) -> str:
    message = without_quoted_values(result.message or "", result.compiled_code or "")
    if result.status not in OUTCOMES:
        return f"dbt reports the unknown status {result.status!r}, instead of {', '.join(OUTCOMES)}"
    if outcome is Outcome.SKIPPED:
        return message or "dbt skipped it, since a node before it failed"
    if outcome is Outcome.PASSED:
        return f"dbt reports {result.status}"
    return message or f"dbt reports {result.status}"


def without_quoted_values(message: str, statement: str) -> str:
    """Return the first line of a database's message, without the values that it quotes.

    A name is part of the statement, and a value of a row is not.

    :param message: the message in dbt's result, which begins with a line of dbt.
    :param statement: the compiled SQL.
    """
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    rest = [line for line in lines if not _PREAMBLE.fullmatch(line)] or lines
    if not rest:
        return ""

    def masked(found: re.Match[str]) -> str:
        return found[0] if found[0][1:-1] and found[0][1:-1] in statement else f"{found[0][0]}…{found[0][-1]}"

    if message.lstrip().startswith(_BY_DBT):
        return rest[0]
    line = _QUOTED.sub(masked, rest[0])
    return _LAST_WORD.sub(lambda found: found[0] if found[2] in statement or "…" in found[2] else f"{found[1]}…", line)
