"""Results of dbt, recorded by the callbacks of tasks that run dbt themselves."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from airflow_dre.clock import now
from airflow_dre.errors import DefinitionError
from airflow_dre.incidents.notify_options import NotifyOptions
from airflow_dre.incidents.signals import Severity
from airflow_dre.services.dbt import Artifacts, deliveries_of, locate_artifacts, read_runs
from airflow_dre.services.incidents.contexts import problem_in, recovery_in
from airflow_dre.services.incidents.delivery import deliver_all
from airflow_dre.services.incidents.places import why_not_send
from airflow_dre.services.run_context import run_context_of
from airflow_dre.services.wiring import read_wiring
from airflow_dre.store.records import Delivery

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class DbtResults:
    """The results of one dbt invocation, and who hears of their problems."""

    target_path: str
    """Target folder of dbt: a path or a URL."""
    conn_id: str | None = None
    namespace: str | None = None
    suite: str | None = None
    """Name of the suite. None: ``<dag_id>.<task_id>``."""
    allow_stale: bool = False
    options: NotifyOptions


def record_results(results: DbtResults, context: Mapping[str, Any]) -> None:
    """Record what dbt found before its task ends, and send what waits. What cannot be read is logged."""
    deliver_all(_deliveries(results, context), read_wiring().settings)


def record_results_and_end(results: DbtResults, context: Mapping[str, Any]) -> None:
    """Record what dbt found, and then how its task ended.

    The results come first: a task that failed because of them adds to their incidents, and opens none of its own.
    """
    known = dict(context)
    deliveries = _deliveries(results, known)
    if "exception" in known and known["exception"] is None:  # only the callback of a failure has an exception
        deliveries.append(Delivery(signals=(recovery_in(known, now()),)))
    elif str(getattr(known["ti"], "state", None)) != "up_for_retry":
        options = replace(results.options, severity=results.options.severity or Severity.MEDIUM)
        deliveries.append(Delivery(signals=(problem_in(known, now(), options),)))
    deliver_all(deliveries, read_wiring().settings, send=why_not_send(known) is None)


def _deliveries(results: DbtResults, context: Mapping[str, Any]) -> list[Delivery]:
    """Return the results of a task as deliveries, or an empty list where dbt left nothing that can be read."""
    ti = context["ti"]
    found, manifest = locate_artifacts(results.target_path, None, None)
    files = Artifacts(
        results=found,
        manifest=manifest,
        conn_id=results.conn_id,
        namespace=results.namespace,
        allow_stale=results.allow_stale,
        subject=f"dbt results of {ti.dag_id}.{ti.task_id}",
    )
    since = getattr(ti, "start_date", None) or getattr(context.get("dag_run"), "start_date", None)
    suite = results.suite or f"{ti.dag_id}.{ti.task_id}"
    try:
        runs = read_runs(files, suite, run_context_of(context), since=since, began="this task")
    except (DefinitionError, OSError) as error:
        log.error("airflow-dre: the results of dbt are not recorded. %s", error)
        return []
    return deliveries_of(runs, results.options)
