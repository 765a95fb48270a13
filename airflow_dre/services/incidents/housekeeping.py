"""Ending what nobody watches any more from whatever runs regularly, so that no monitor is needed for it."""

from __future__ import annotations

import logging

from airflow_dre.clock import now
from airflow_dre.config import Settings
from airflow_dre.errors import StoreError
from airflow_dre.services.incidents.expiry import end_expired
from airflow_dre.store.store import Store

log = logging.getLogger(__name__)


def run_housekeeping(store: Store, settings: Settings) -> int:
    """End what has given no news for ``[dre] forget_after``, and return how many; never raise.

    Its messages are queued, and whoever sends next sends them.
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
