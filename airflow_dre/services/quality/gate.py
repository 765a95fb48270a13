"""Gates: which outcomes let the task go on."""

from __future__ import annotations

from collections.abc import Iterable

from airflow_dre.checks.outcomes import Outcome, counted
from airflow_dre.errors import GateError
from airflow_dre.store.records import SuiteRunRecord
from airflow_dre.values.dataset import short_name
from airflow_dre.values.text_limits import NAME, one_line

GATES = {
    "error": (Outcome.FAILED, Outcome.ERRORED),
    "warn": (Outcome.FAILED, Outcome.ERRORED, Outcome.WARNED),
    "never": (),
}
"""Values of ``fail_on`` and the outcomes that close the gate."""


def check_gates(runs: Iterable[SuiteRunRecord], fail_on: str) -> None:
    """Let good runs pass.

    :raises GateError: one of them holds an outcome that ``fail_on`` does not let pass; names all such checks and their reasons.
    """
    closed = [why for run in runs if (why := _why_closed(run, fail_on)) is not None]
    if closed:
        raise GateError("\n".join(closed))


def _why_closed(run: SuiteRunRecord, fail_on: str) -> str | None:
    stopped = [result for result in run.results if result.outcome in GATES[fail_on]]
    if not stopped:
        return None
    lines = [f"- {result.definition.name} {result.outcome.value}: {result.reason}" for result in stopped]
    count = f"{len(stopped)} of {counted(len(run.results), 'check', 'checks')} of {one_line(short_name(run.name), NAME)}"
    verb = "does" if len(run.results) == 1 else "do"
    return "\n".join([f"{count} {verb} not let the task pass (fail_on={fail_on!r}):", *lines])
