"""``airflow dre send``: the sending of the monitor, for an installation without one."""

from __future__ import annotations

import os
from typing import Any

from airflow_dre.cli.checking import CONTEXT
from airflow_dre.cli.refusals import exit_with_reason

SECONDS = 60.0
"""Longest time to spend sending."""


def send_waiting(_: Any) -> None:
    """Write what waits in the spool, end what is no longer watched, and send what waits.

    :raises SystemExit: the store does not answer; its text is the reason.
    """
    from airflow_dre.services.upkeep import send_all

    os.environ.setdefault(CONTEXT, "server")  # so that connections of Airflow's own database are found
    with exit_with_reason():
        done = send_all(SECONDS)
    sent = done.messages
    print(
        f"Deliveries written: {done.written}. Messages sent: {sent.sent}, waiting: {sent.waiting}, given up: {sent.dead}. "
        f"SLAs and suites that are no longer watched: {done.ended}."
    )
