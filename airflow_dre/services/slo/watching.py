"""One turn of a monitor in the triggerer: an evaluation of its SLAs and SLOs, then what waits is written, sent and deleted."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import datetime

from airflow_dre.clock import now
from airflow_dre.errors import DreError, StoreError
from airflow_dre.privacy.tracebacks import masked_traceback
from airflow_dre.services.incidents.delivery import flush
from airflow_dre.services.incidents.dispatch import dispatch_outbox
from airflow_dre.services.incidents.expiry import end_expired
from airflow_dre.services.slo.declaring import declare_folder
from airflow_dre.services.slo.exchange import declare_slo_files
from airflow_dre.services.slo.monitoring import LookDone, Watch, look_once
from airflow_dre.services.slo.objectives import evaluate_objectives
from airflow_dre.services.wiring import Wiring, read_wiring
from airflow_dre.store.monitors import is_replaced

log = logging.getLogger(__name__)
SEND_SECONDS = 30.0
"""Longest time for sending after one look."""
UPKEEP_SECONDS = 300.0
"""How often the spool is written, what expired is deleted, and what is no longer watched ends."""
_kept_up: dict[str, float] = {}
"""When that was done last by each monitor of this process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The outcome of one turn."""

    declared: bool
    calls_due: int
    replaced: bool
    """True if a later run of the monitor looks by now."""


def watch_once(watch: Watch, began: datetime | None) -> Seen:
    """Look once, and send, write and delete what is due.

    :param began: when the run of the monitor began. None: it looks once, whatever other runs do.
    :raises airflow_dre.errors.StoreError: the store is down.
    """
    wiring = read_wiring()
    if watch.reads_folder and wiring.settings.slas_folder is not None:
        declare_folder(watch.dag_id, wiring.settings.slas_folder, watch.every, wiring)
    at = now()
    done = look_once(watch, wiring, at)
    _evaluate_objectives(watch, wiring, at)
    _send(watch, wiring, at)
    if done.changed:
        log.info("airflow-dre: monitor %s: %d of %d SLAs changed, %.2f s", watch.dag_id, done.changed, done.slas, done.seconds)
    return Seen(declared=done.declared, calls_due=done.calls_due, replaced=_is_replaced(watch, wiring, began, done))


def _is_replaced(watch: Watch, wiring: Wiring, began: datetime | None, done: LookDone) -> bool:
    if began is None or not done.declared:
        return False
    with wiring.open_store().database.read() as connection:
        return is_replaced(connection, watch.dag_id, watch.run_id, began)


def _evaluate_objectives(watch: Watch, wiring: Wiring, at: datetime) -> None:
    """Keep the SLOs of the folder, and evaluate all. What goes wrong with them keeps no SLA from being watched."""
    try:
        if watch.reads_folder:
            declare_slo_files(wiring, watch.dag_id, wiring.settings.slas_folder, at)
        evaluate_objectives(wiring, at)
    except StoreError:
        raise
    except DreError as error:
        log.error("airflow-dre: SLOs could not be evaluated: %s", error)
    except Exception as error:
        log.error("airflow-dre: SLOs could not be evaluated:\n%s", masked_traceback(error))


def _send(watch: Watch, wiring: Wiring, at: datetime) -> None:
    """Send what waits, and now and then write, delete and end what is due."""
    seconds = min(SEND_SECONDS, max(watch.every.total_seconds() / 2, 1.0))
    if time.monotonic() - _kept_up.get(watch.dag_id, -UPKEEP_SECONDS) < UPKEEP_SECONDS:
        dispatch_outbox(wiring.store, wiring.settings, seconds=seconds)
        return
    _kept_up[watch.dag_id] = time.monotonic()
    ended = end_expired(wiring.store, wiring.settings.forget_after, at)
    if ended:
        log.info("airflow-dre: %d SLAs and suites are no longer watched", ended)
    flush(wiring.settings, seconds=seconds)
