"""Regular work on the store: ending what is no longer watched, which needs no monitor, and deleting what has expired."""

from __future__ import annotations

import logging

from airflow_dre.clock import now
from airflow_dre.config import Settings
from airflow_dre.errors import StoreError
from airflow_dre.services.incidents.expiry import end_expired
from airflow_dre.store.aside import KEPT_FOR, forget_aside
from airflow_dre.store.failing_rows import drop_expired
from airflow_dre.store.retention import PRUNE_SECONDS, prune
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
    except Exception:  # nothing that runs may end because of it
        log.exception("airflow-dre: what is no longer watched could not be ended")
        return 0
    if ended:
        log.info("airflow-dre: %d SLAs and suites are no longer watched", ended)
    return ended


def delete_expired(store: Store, settings: Settings) -> None:
    """Delete failing rows, notes and results that are kept no longer, and move what an older version wrote.

    :raises airflow_dre.errors.StoreError: the store is down.
    """
    moment = now()
    with store.database.write() as connection:
        drop_expired(connection, moment)
        forget_aside(connection, moment, settings.retention or KEPT_FOR)
    share_texts(store.database, seconds=PRUNE_SECONDS)
    if settings.retention is None:
        return
    pruned = prune(store.database, moment - settings.retention)
    if pruned.runs or pruned.incidents or pruned.signals:
        counts = (pruned.runs, pruned.incidents, pruned.signals)
        log.info("airflow-dre: deleted %d suite runs, %d resolved incidents and %d signals older than [dre] retention", *counts)
