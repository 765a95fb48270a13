"""A suite run beside the oracle: every result must be what the oracle finds for its rows alone."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.checks.outcomes import Segment
from airflow_dre.store.records import ResultRecord
from tests.oracle.naive import FINDERS, attempts
from tests.oracle.naive_rows import fits
from tests.oracle.naive_tables import same_row_count
from tests.oracle.verdicts import RANK, Finding, Question, point
from tests.oracle.world import CannotAnswer, World

KEPT = 20


def expected_of(declaration: Declaration, world: World, remembered: str | None) -> Finding | list[tuple[Any, Finding]]:
    """Return what the oracle finds, for each segment where the check has a column ``by``.

    :raises CannotAnswer: the database refuses the plain query too.
    """
    given: dict[str, Any] = dict(declaration.arguments)
    question = Question(kind=declaration.kind, given=given, world=world, remembered=remembered)
    find = same_row_count if "same_as" in given else FINDERS[declaration.kind]
    rowless = declaration.kind in ("schema_is", "schema_unchanged", "column_count") or str(given.get("sql")).startswith("SELECT")
    if not rowless or declaration.kind == "failed_rows_sql":
        world.rows(None)
        world.rows(question.where)
    for aggregate in attempts(question):
        world.attempt(aggregate, question.where, given.get("by"))
    if "by" not in given:
        rows = [] if rowless and declaration.kind != "failed_rows_sql" else world.rows(question.where)
        return _softened(find(question, rows), given)
    by = given["by"]
    find(question, [])  # it may be refused though there is no row
    segments: dict[Any, Any] = {}
    for row in world.rows(None):
        segments.setdefault(None if row[by] is None else point(row[by]), row[by])
    found = []
    for place, value in segments.items():
        rows = [row for row in world.rows(question.where) if (None if row[by] is None else point(row[by])) == place]
        found.append((value, _softened(find(question, rows), given)))
    return found


def _softened(finding: Finding, given: Mapping[str, Any]) -> Finding:
    if given.get("severity") != "warn":
        return finding
    outcomes = frozenset("warned" if outcome == "failed" else outcome for outcome in finding.outcomes)
    return Finding(
        outcomes=outcomes,
        violations=finding.violations,
        rows=finding.rows,
        observed=finding.observed,
        tolerance=finding.tolerance,
        any_observed=finding.any_observed,
    )


def differences(declaration: Declaration, world: World, result: ResultRecord, remembered: str | None) -> list[str]:
    """Return where a result is not what the oracle finds, or nothing where it agrees."""
    try:
        expected = expected_of(declaration, world, remembered)
    except CannotAnswer as refusal:
        if result.outcome == "errored" and result.reason:
            return []
        return [f"the database refuses the plain query ({refusal}), the result is {result.outcome}: {result.reason}"]
    if result.outcome == "errored" and (_may_error(declaration, world) or _is_unfit(declaration)):
        return []
    if isinstance(expected, Finding):
        return _compared(expected, result, result.value)
    if result.outcome == "errored" and not result.segments and all("errored" in finding.outcomes for _, finding in expected):
        return []
    return _segments(expected, result)


def _is_unfit(declaration: Declaration) -> bool:
    """Return whether values of another kind than the column's are asked for, which the engine may refuse where the database would not."""
    given: dict[str, Any] = dict(declaration.arguments)
    return "values" in given and "column" in given and not all(fits(value, given["column"]) for value in given["values"])


def _may_error(declaration: Declaration, world: World) -> bool:
    """Return whether only the check's own row filter keeps the plain query from an error: a shared scan evaluates other rows too."""
    without = {name: value for name, value in declaration.arguments.items() if name != "where"}
    try:
        expected_of(Declaration(declaration.kind, without), world, None)
    except CannotAnswer:
        return True
    return False


def _compared(finding: Finding, found: ResultRecord | Segment, value: float | None) -> list[str]:
    problems = []
    if found.outcome not in finding.outcomes:
        problems.append(f"outcome {found.outcome} ({found.reason}), expected {sorted(finding.outcomes)} at {_shown(finding.observed)}")
    if found.outcome == "errored":
        return problems
    if found.violations not in finding.violations:
        problems.append(f"violations {found.violations}, expected {sorted(map(str, finding.violations))}")
    if found.rows != finding.rows:
        problems.append(f"rows {found.rows}, expected {finding.rows}")
    if not finding.any_observed and not problems and not _same(finding, found.observed, value):
        problems.append(f"observed {found.observed} (as a number {value}), expected {_shown(finding.observed)}")
    return problems


def _shown(value: Any) -> str:
    return f"{float(value)!r}" if isinstance(value, Fraction) else repr(value)


def _same(finding: Finding, observed: str | None, value: float | None) -> bool:
    expected = finding.observed
    if expected is None or observed is None:
        return expected is None and observed is None
    if isinstance(expected, bool):
        return observed in (str(expected), str(int(expected)))
    if isinstance(expected, str):
        return observed == expected
    if isinstance(expected, (date, datetime)):
        return bool(point(datetime.fromisoformat(observed)) == point(expected))
    if isinstance(expected, (float, Decimal)) and not math.isfinite(expected):
        return observed == str(float(expected))
    exact = Fraction(expected)
    if observed.lstrip("-").isdigit() and exact.denominator == 1 and not finding.tolerance:
        return int(observed) == exact
    slack = finding.tolerance + abs(exact) * Fraction(2) ** -51 + Fraction(5e-324)
    if value is None:  # a segment keeps six digits
        return math.isfinite(float(observed)) and abs(Fraction(observed) - exact) <= slack + abs(exact) / 10**5
    return math.isfinite(value) and abs(Fraction(value) - exact) <= slack


def _segments(expected: Sequence[tuple[Any, Finding]], result: ResultRecord) -> list[str]:
    if not expected:
        return [] if result.outcome == "skipped" and not result.segments else [f"no rows, and the result is {result.outcome}"]
    problems: list[str] = []
    if len(result.segments) != min(len(expected), KEPT):
        return [f"{len(result.segments)} segments, expected {len(expected)}: {result.segments}"]
    ranks = [RANK.index(segment.outcome) for segment in result.segments]
    if ranks != sorted(ranks, reverse=True):
        problems.append(f"segments are not worst first: {result.segments}")
    left = list(expected)
    for segment in result.segments:
        fitting = [item for item in left if _names(item[0], segment.value)]
        agreeing = [item for item in fitting if not _compared(item[1], segment, None)]
        if agreeing:
            left.remove(agreeing[0])
            continue
        wanted = [_compared(finding, segment, None) for _, finding in fitting]
        problems.append(f"segment {segment.value!r}: {wanted or f'not expected, there are {[value for value, _ in expected]}'}")
    if problems:
        return problems
    possible = {max(RANK.index(outcome) for outcome in finding.outcomes) for _, finding in expected}
    if all(len(finding.outcomes) == 1 for _, finding in expected) and RANK.index(result.outcome) != max(possible):
        problems.append(f"outcome {result.outcome}, expected {RANK[max(possible)]}")
    for name in ("violations", "rows"):
        parts = [getattr(segment, name) for segment in result.segments]
        counted = [part for part in parts if part is not None]
        if len(expected) <= KEPT and getattr(result, name) != (sum(counted) if counted else None):
            problems.append(f"{name} {getattr(result, name)}, the segments have {parts}")
    if result.observed != result.segments[0].observed:
        problems.append(f"observed {result.observed}, the worst segment {result.segments[0].observed}")
    return problems


def _names(value: Any, shown: str | None) -> bool:
    """Return whether a segment's text is that of a value."""
    if value is None or shown is None:
        return value is None and shown is None
    if isinstance(value, bool):
        return shown in (str(value), str(int(value)))
    if isinstance(value, (date, datetime)):
        return bool(point(datetime.fromisoformat(shown)) == point(value))
    if isinstance(value, float):
        return shown == str(value) if not math.isfinite(value) else float(shown) == value
    if isinstance(value, Decimal):
        return Decimal(shown) == value
    return shown == str(value)


def remembered_columns(catalogue: Mapping[str, str], what: str | None) -> str | None:
    """Return what the last run observed of the columns."""
    if what is None:
        return None
    return json.dumps({**catalogue, "id": "other"} if what == "other" else dict(catalogue))
