"""Runs that end, as the scheduler and the API server see them: the only messengers left when a task was killed or a run marked by hand.

A hook runs inside the scheduler's transaction. It writes a few rows to the store, never a message to a receiver, and while the store is
down it only appends to the spool. No thread helps it: the scheduler forks, and a fork while a thread holds a lock leaves a child that
hangs.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from airflow.listeners import hookimpl

if TYPE_CHECKING:
    from airflow_dre.incidents.signals import Signal

log = logging.getLogger(__name__)
_BY_HAND = "manually set"
"""What Airflow's message holds when a person set the state of a run."""
DOWN_SECONDS = 60.0
"""For how long a store that did not answer is not asked again."""


class _State:
    down_until = 0.0


_state = _State()


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
    from airflow_dre.errors import StoreError
    from airflow_dre.services.rehearsal import is_rehearsal
    from airflow_dre.services.wiring import store_of, tell_default_routes
    from airflow_dre.store.records import Delivery

    try:
        settings = read_settings()
        if is_rehearsal(settings) or not settings.watches(dag_run.dag_id):
            return
        delivery = tell_default_routes(Delivery(signals=tuple(_signals(dag_run, msg, failed=failed))), settings.default_routes)
        store = store_of(settings, hurried=True)
        if time.monotonic() < _state.down_until:
            store.spool.append(delivery)
            return
        try:
            store.deliver(delivery)
        except StoreError as error:
            _state.down_until = time.monotonic() + DOWN_SECONDS
            log.error("airflow-dre: %s. What was to be written waits in %s.", error, store.spool.append(delivery))
    except Exception:  # a listener must never stop the scheduler
        log.exception("airflow-dre: could not record the end of run %s of %s", dag_run.run_id, dag_run.dag_id)


def _signals(dag_run: Any, msg: str, *, failed: bool) -> list[Signal]:
    from sqlalchemy.orm import object_session

    from airflow_dre.services.contexts import failed_run, failed_task, succeeded_run
    from airflow_dre.store.clock import now

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
