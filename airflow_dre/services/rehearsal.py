"""Tests on the command line, ``airflow tasks test`` and ``airflow dags test``, in which nothing is kept and no one is notified.

The command itself is recognized by a hook that Airflow calls before it runs one. The mark is a variable of the environment, so that the
processes which an executor forks from the command know it too. ``dag.test()`` in a program of its own is no such command: it keeps
everything, as a run of the scheduler does.
"""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # every command of Airflow loads this module
    from airflow_dre.config import Settings
    from airflow_dre.store.records import Delivery

log = logging.getLogger(__name__)
COMMANDS = ("task_test", "dag_test")
"""Functions of Airflow's command line that run a test."""
MARK = "_AIRFLOW_DRE_TEST"
TEMPORARY_RUN = "__airflow_temporary_run_"
"""Beginning of the id of the run that ``airflow tasks test`` makes and deletes."""
NOTHING_KEPT = "this is a test: no result is kept, no incident changes and no one is notified ([dre] keep_tests = True keeps tests)"


def mark_start(*, sub_command: str | None = None, **_: object) -> None:
    """Mark this process where a command that runs a test begins. Airflow calls it before every command."""
    if sub_command in COMMANDS:
        os.environ[MARK] = "1"


def mark_end(*, sub_command: str | None = None, **_: object) -> None:
    """Take the mark away where the command ends."""
    if sub_command in COMMANDS:
        os.environ.pop(MARK, None)


def is_rehearsal(settings: Settings) -> bool:
    """Return whether this process runs a test of which nothing is kept."""
    return MARK in os.environ and not settings.keep_tests


def is_kept(delivery: Delivery, settings: Settings) -> bool:
    """Return whether a delivery is to be kept: not in a test, and not of the temporary run of one."""
    if settings.keep_tests:
        return True
    origins = [signal.origin for signal in delivery.signals] + ([delivery.run.origin] if delivery.run is not None else [])
    return MARK not in os.environ and not any((origin.run_id or "").startswith(TEMPORARY_RUN) for origin in origins)


def log_nothing_kept() -> None:
    """Log that this is a test."""
    log.warning("airflow-dre: %s", NOTHING_KEPT)
