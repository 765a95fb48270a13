"""Runs that end, as the scheduler and the API server see them: the only messengers left when a task was killed or a run marked by hand.

A hook runs inside the scheduler's transaction, so it only appends to the spool (milliseconds, on disk) and lets a thread write the store.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

from airflow.listeners import hookimpl

if TYPE_CHECKING:
    from airflow_dre.incidents.signals import Signal

log = logging.getLogger(__name__)
_BY_HAND = "manually set"
"""What Airflow's message holds when a person set the state of a run."""
_draining = threading.Lock()


@hookimpl
def on_dag_run_failed(dag_run: Any, msg: str) -> None:
    """Record the failed tasks of a run, or the run itself where a person marked it or no task failed."""
    _record(dag_run, msg, failed=True)


@hookimpl
def on_dag_run_success(dag_run: Any, msg: str) -> None:
    """Record that a run succeeded, and tasks that failed without failing it."""
    _record(dag_run, msg, failed=False)


def _record(dag_run: Any, msg: str, *, failed: bool) -> None:
    from airflow_dre.config import read_settings
    from airflow_dre.services.wiring import store_of, tell_default_routes
    from airflow_dre.store.records import Delivery

    try:
        settings = read_settings()
        if not settings.watches(dag_run.dag_id):
            return
        delivery = Delivery(signals=tuple(_signals(dag_run, msg, failed=failed)))
        store_of(settings).spool.append(tell_default_routes(delivery, settings.default_routes))
    except Exception:  # a listener must never stop the scheduler
        log.exception("airflow-dre: could not record the end of run %s of %s", dag_run.run_id, dag_run.dag_id)
        return
    threading.Thread(target=_drain, name="airflow-dre-drain", daemon=True).start()


def _signals(dag_run: Any, msg: str, *, failed: bool) -> list[Signal]:
    from sqlalchemy.orm import object_session

    from airflow_dre.services.contexts import failed_run, failed_task, succeeded_run
    from airflow_dre.store.store import now

    if failed and _BY_HAND in msg:
        return [failed_run(dag_run.dag_id, dag_run.run_id, now(), reason="marked failed by hand")]
    session = object_session(dag_run)
    tasks = dag_run.get_task_instances(state=["failed"], **({} if session is None else {"session": session}))
    signals = [failed_task(ti, now(), error=f"run ended: {msg}") for ti in tasks]
    if not failed:
        signals.append(succeeded_run(dag_run.dag_id, dag_run.run_id, now()))
    elif not signals:
        signals.append(failed_run(dag_run.dag_id, dag_run.run_id, now(), reason=msg or "failed"))
    return signals


def _drain() -> None:
    """Write what waits and send messages, one thread at a time; what fails stays for the next one."""
    from airflow_dre.services.wiring import drain

    with _draining:
        try:
            drain()
        except Exception:  # the spool keeps it; nobody waits for this thread
            log.exception("airflow-dre: could not write to the results store; the records wait in the spool")
