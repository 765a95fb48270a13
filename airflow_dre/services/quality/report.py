"""A suite run as a table for the task log."""

from __future__ import annotations

from collections.abc import Sequence

from airflow_dre.checks.outcomes import Outcome, counted, worst
from airflow_dre.store.records import ResultRecord, SuiteRunRecord
from airflow_dre.values.text_limits import NAME, REASON, one_line

_MARKS = {Outcome.PASSED: "ok", Outcome.WARNED: "WARN", Outcome.FAILED: "FAIL", Outcome.ERRORED: "ERROR", Outcome.SKIPPED: "skip"}
_HEADINGS = ("outcome", "check", "observed", "expected", "violations", "rows")
_WIDEST = 60


def render_report(run: SuiteRunRecord) -> str:
    """Return the table, worst check first, with the reasons of what did not pass below it."""
    results = sorted(run.results, key=lambda result: -result.outcome.rank)
    rows = [_HEADINGS, *(_row(result) for result in results)]
    widths = [min(max(len(row[place]) for row in rows), _WIDEST) for place in range(len(_HEADINGS))]
    lines = ["  ".join(_fit(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    counts = ", ".join(f"{number} {outcome}" for outcome, number in run.counts.items() if number)
    score = "no score" if run.score is None else f"score {run.score:g}"
    scope = f"{run.name} in {run.namespace}" + (f" where {run.row_filter}" if run.row_filter else "")
    head = f"{run.suite}: {run.outcome.value} ({counts or 'no checks'}; {score})"
    looked_at = max((result.rows for result in run.results if result.rows is not None), default=None)
    over = "" if looked_at is None else f" over {counted(looked_at, 'row', 'rows')}"
    lookups = f" and {counted(run.lookups, 'look-up', 'look-ups')}" if run.lookups else ""
    tail = f"{counted(run.queries, 'query', 'queries')}{over}{lookups} in {run.seconds:.3f} s on {run.engine}{_partitions(run)}"
    reasons = [line for result in results if _notable(result) for line in _reasons(result)]
    head, scope, tail = (one_line(text, REASON) for text in (head, scope, tail))
    return "\n".join([head, scope, "", lines[0], "  ".join("-" * width for width in widths), *lines[1:], "", *reasons, tail])


def render_reports(runs: Sequence[SuiteRunRecord]) -> str:
    """Return the tables of the runs in which something did not pass, and a line for each of the others."""
    calm = [run for run in runs if run.outcome is Outcome.PASSED]
    lines = [f"{run.name} in {run.namespace}: all {counted(len(run.results), 'check', 'checks')} passed" for run in calm]
    return "\n\n".join(["\n".join(lines)] * bool(lines) + [render_report(run) for run in runs if run not in calm])


def _partitions(run: SuiteRunRecord) -> str:
    if run.partitions is None:
        return ""
    scanned, total = run.partitions
    return f"; {scanned} of {counted(total, 'partition', 'partitions')} scanned, {total - scanned} from states"


def _reasons(result: ResultRecord) -> list[str]:
    """Return why a check did not pass, and which segments did not."""
    by = result.definition.by
    segments = [segment for segment in result.segments if segment.outcome.rank > Outcome.PASSED.rank]
    lines = [f"  {_MARKS[segment.outcome]}: {by} {segment.value or 'without a value'}: {segment.reason}" for segment in segments]
    return [f"{_MARKS[result.outcome]}: {result.definition.name}: {result.reason}", *lines]


def _row(result: ResultRecord) -> tuple[str, ...]:
    unit = "" if result.unit in ("", "rows") else ("" if result.unit == "%" else " ") + ("s" if result.unit == "seconds" else result.unit)
    observed = "-" if result.observed is None else result.observed + unit
    numbers = [str(number) if number is not None else "-" for number in (result.violations, result.rows)]
    return (_MARKS[result.outcome], result.definition.name, observed, result.expected or "-", *numbers)


def _notable(result: ResultRecord) -> bool:
    return result.outcome is not Outcome.PASSED


def _fit(cell: str, width: int) -> str:
    cell = one_line(cell, NAME)
    return cell.ljust(width) if len(cell) <= width else cell[: width - 1] + "…"


def summarize(run: SuiteRunRecord) -> dict[str, object]:
    """Return the small summary that a task returns."""
    return {
        "dataset": f"{run.namespace}/{run.name}",
        "suite": run.suite,
        "outcome": run.outcome.value,
        "score": run.score,
        "counts": run.counts,
        "queries": run.queries,
        "broken": [result.definition.name for result in run.results if result.outcome in (Outcome.FAILED, Outcome.ERRORED)],
    }


def summarize_all(runs: Sequence[SuiteRunRecord]) -> dict[str, object]:
    """Return the summary of a task that checked several datasets."""
    counts = {outcome.value: sum(run.counts[outcome.value] for run in runs) for outcome in Outcome}
    parts = [summarize(run) for run in runs]
    kept = ("dataset", "outcome", "score", "counts", "broken")
    return {
        "suite": runs[0].suite if runs else "",
        "outcome": worst([run.outcome for run in runs]).value,
        "counts": counts,
        "datasets": [{name: part[name] for name in kept} for part in parts],
    }
