"""The signal of a suite run about its dataset, from which incidents are made."""

from __future__ import annotations

from msgspec.structs import replace

from airflow_dre.checks.outcomes import Outcome, counted
from airflow_dre.incidents.explanation import Explanation, explain
from airflow_dre.incidents.identity import DataCause
from airflow_dre.incidents.notify_options import NotifyOptions
from airflow_dre.incidents.signals import Event, Signal
from airflow_dre.incidents.slices import Slice
from airflow_dre.store.records import Delivery, SuiteRunRecord
from airflow_dre.values.dataset import short_name


def signal_of(run: SuiteRunRecord, *, warnings_count: bool = False) -> Signal | None:
    """Return the signal of a suite run about its dataset, or None if all its checks were skipped.

    :param warnings_count: whether warnings are a problem too.
    """
    problems = (Outcome.FAILED, Outcome.ERRORED, Outcome.WARNED) if warnings_count else (Outcome.FAILED, Outcome.ERRORED)
    broken = sorted((result for result in run.results if result.outcome in problems), key=lambda result: -result.outcome.rank)
    table = short_name(run.name)
    if run.outcome is Outcome.SKIPPED:
        return None
    event, title = Event.CHECKS_PASSED, f"{table}: all checks of {run.suite} passed"
    why = Explanation()
    if broken:
        event, verb = _BROKEN[run.outcome]
        named = [result for result in broken if run.outcome is Outcome.WARNED or result.outcome is not Outcome.WARNED]
        names = ", ".join(result.definition.name for result in named[:3]) + (", ..." if len(named) > 3 else "")
        title = f"{table}: {len(named)} of {counted(len(run.results), 'check', 'checks')} {verb}: {names}"
        why = explain(
            (f"{result.definition.name}: {result.reason}" for result in broken),
            broken=len(named),
            checks=len(run.results),
            owners=(result.definition.owner for result in broken),
            runbooks=(result.definition.runbook for result in broken),
        )
    return Signal(
        cause=DataCause(namespace=run.namespace, name=run.name, suite=run.suite),
        event=event,
        at=run.measured_at,
        title=title,
        detail="\n".join(f"{result.definition.name}: {result.reason}" for result in broken),
        origin=run.origin,
        explanation=why,
        occurrence_id="" if run.origin.run_id is not None else run.measured_at.isoformat(),
        slice=Slice(interval_start=run.data_interval_start, interval_end=run.data_interval_end, partition_key=run.partition_key),
        parts=tuple(result.definition.name for result in broken),
    )


_BROKEN = {
    Outcome.FAILED: (Event.CHECKS_FAILED, "failed"),
    Outcome.ERRORED: (Event.CHECKS_ERRORED, "could not be answered"),
    Outcome.WARNED: (Event.CHECKS_WARNED, "warned"),
}


def delivery_of(run: SuiteRunRecord, note: str = "", notify_options: NotifyOptions | None = None) -> Delivery:
    """Return a suite run and its signal, to be kept together.

    :param note: text that is added to the detail of a problem.
    :param notify_options: who hears of a problem; None: the default routes alone.
    """
    notify_options = notify_options or NotifyOptions()
    signal = signal_of(run, warnings_count=notify_options.warnings_count)
    if signal is not None and note and signal.event.firing:
        signal = replace(signal, detail=f"{signal.detail}\n{note}")
    return Delivery(run=run, signals=() if signal is None else notify_options.address((signal,)))
