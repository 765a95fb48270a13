"""``airflow dre send``: what the monitor does beside its looks, for an installation without one."""

from __future__ import annotations

import os
from typing import Any

from airflow_dre.cli.checking import CONTEXT
from airflow_dre.cli.refusals import one_line

SECONDS = 60.0
"""Longest time to spend sending."""


def send_waiting(_: Any) -> None:
    """Write what waits in the spool, end what is watched no longer, and send what waits.

    :raises SystemExit: the store does not answer; its text says why.
    """
    from airflow_dre.clock import now
    from airflow_dre.config import read_settings
    from airflow_dre.services.incidents.delivery import flush
    from airflow_dre.services.incidents.expiry import end_expired
    from airflow_dre.services.wiring import store_of

    os.environ.setdefault(CONTEXT, "server")  # so that connections of Airflow's own database are found
    settings = read_settings()
    with one_line():
        store = store_of(settings)
        written = store.replay()
        ended = end_expired(store, settings.forget_after, now())
        more, told = flush(settings, seconds=SECONDS)
    print(
        f"Deliveries written: {written + more}. Messages sent: {told.sent}, waiting: {told.waiting}, given up: {told.dead}. "
        f"SLAs and suites that are no longer watched: {ended}."
    )
