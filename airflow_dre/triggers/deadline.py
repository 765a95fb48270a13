"""The callback of Deadline Alerts, which Airflow runs in the triggerer when a deadline is over."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from importlib import import_module
from typing import Any

log = logging.getLogger(__name__)
REPORT_SECONDS = 120.0
"""Longest time for the report of a miss. What it records is kept within seconds, or waits in the spool."""


async def settle_deadline(context: Mapping[str, Any], alert: str) -> str:
    """Evaluate a deadline when Airflow calls, report a miss once, and return the result.

    :param context: the context that Airflow passes to a Deadline Alert.
    :param alert: the deadline and what its miss opens and calls, as text.
    :raises airflow_dre.errors.DefinitionError: the run has no task and no group of this name. Airflow shows the text with the deadline.
    """
    from airflow_dre.services.asking import ask

    await ask("airflow-dre's own modules", REPORT_SECONDS, _load)
    from airflow_dre.clock import now
    from airflow_dre.errors import DefinitionError
    from airflow_dre.services.slo.deadline_calls import call_all
    from airflow_dre.services.slo.deadline_reports import call_signal, report_miss
    from airflow_dre.services.slo.deadlines import read_alert, run_in, watch_deadline
    from airflow_dre.slo.deadline import DeadlineResult, task_problem

    wanted, run = read_alert(alert), run_in(context, now())
    look = await watch_deadline(run, wanted)
    log.info("airflow-dre: the deadline %s of run %s of %s is %s", wanted.deadline.name, run.run_id, run.dag_id, look.result)
    if look.result is DeadlineResult.NO_SUCH_TASK:
        error = DefinitionError([task_problem(wanted.deadline, look.states.others or (), run=f" of run {run.run_id} of {run.dag_id}")])
        log.error("airflow-dre: a deadline cannot be evaluated: %s", error)
        raise error
    if look.result is DeadlineResult.MISSED:
        miss = await ask("the results store, asked by callbacks,", REPORT_SECONDS, lambda: report_miss(run, wanted, look, context))
        await call_all(wanted.callables, miss, call_signal(miss, run, context), context)
    return str(look.result)


def _load() -> None:
    """Import what a callback needs, in a thread: imports would hold up every other wait of the triggerer."""
    for module in ("deadline_calls", "deadline_reports"):
        import_module(f"airflow_dre.services.slo.{module}")
