"""Regular work on the store: ending what is no longer watched, which needs no monitor, and deleting what has expired."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from functools import partial

from airflow_dre.clock import now
from airflow_dre.config import Settings
from airflow_dre.errors import StoreError
from airflow_dre.privacy.tracebacks import masked_traceback
from airflow_dre.services.incidents.expiry import end_expired
from airflow_dre.store.aside import KEPT_FOR, forget_aside
from airflow_dre.store.failing_rows import drop_expired
from airflow_dre.store.heads import save_missing_heads
from airflow_dre.store.last_events import EVENTS_KEPT_FOR
from airflow_dre.store.retention import PRUNE_SECONDS, prune, prune_events, prune_promises
from airflow_dre.store.shared_texts import share_texts
from airflow_dre.store.store import Store

log = logging.getLogger(__name__)


def run_housekeeping(store: Store, settings: Settings) -> int:
    """End what has been without news for ``[dre] forget_after``, and return the number. It never raises.

    Its messages are queued, and the next sender sends them.
    """
    try:
        ended = end_expired(store, settings.forget_after, now(), unrecorded=False)
    except StoreError as error:
        log.debug("airflow-dre: what is no longer watched is ended later: %s", error)
        return 0
    except Exception as error:  # nothing that runs may end because of it
        log.error("airflow-dre: what is no longer watched could not be ended:\n%s", masked_traceback(error))
        return 0
    if ended:
        log.info("airflow-dre: %d SLAs and suites are no longer watched", ended)
    return ended


def delete_expired(store: Store, settings: Settings) -> None:
    """Delete failing rows, notes and results that are kept no longer, and move what an older version wrote.

    What a busy store does not let it move or delete now is left to the next round.

    :raises airflow_dre.errors.StoreError: the store is down.
    """
    moment = now()
    with store.database.write() as connection:
        drop_expired(connection, moment)
        forget_aside(connection, moment, settings.retention or KEPT_FOR)
    try:
        share_texts(store.database, seconds=PRUNE_SECONDS)
        save_missing_heads(store.database)
    except StoreError as error:
        log.warning("airflow-dre: what an older version wrote is moved later: %s", error)
    if settings.retention is None:
        return
    try:
        _prune(store, moment, settings.retention)
    except StoreError as error:
        log.warning("airflow-dre: what is older than [dre] retention is deleted later: %s", error)


class _State:
    announced = False


_state = _State()


def _prune(store: Store, moment: datetime, retention: timedelta) -> None:
    """Delete what is older than ``[dre] retention``, and log how much."""
    announce = None if _state.announced else partial(_announce, retention)
    pruned = prune(store.database, moment - retention, announce=announce)
    promises = prune_promises(store.database, moment - retention)
    promises += prune_events(store.database, moment - max(retention, EVENTS_KEPT_FOR))
    if promises:
        log.info("airflow-dre: deleted %d records of SLAs, monitors and last events older than [dre] retention", promises)
    if pruned.runs or pruned.incidents or pruned.signals:
        counts = (pruned.runs, pruned.incidents, pruned.signals)
        log.info("airflow-dre: deleted %d suite runs, %d resolved incidents and %d signals older than [dre] retention", *counts)


def _announce(retention: timedelta, old_runs: int) -> None:
    """Log once in each process that deletion begins, and how to prevent it."""
    _state.announced = True
    log.info(
        "airflow-dre: [dre] retention = %s: deletes suite runs, signals and resolved incidents that are older, up to %d suite runs now; "
        "set 0 to keep for ever",
        _as_option(retention),
        old_runs,
    )


def _as_option(duration: timedelta) -> str:
    """Return a duration as the option spells it, in its largest unit."""
    seconds = int(duration.total_seconds())
    size, unit = next(found for found in ((86_400, "d"), (3600, "h"), (60, "m"), (1, "s")) if seconds % found[0] == 0)
    return f"{seconds // size}{unit}"
