"""Signals that end a task, as Airflow raises them from a handler."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator


class TaskTimeout(BaseException):
    """As the exception by which Airflow ends a task that takes too long."""


@contextlib.contextmanager
def time_is_up(seconds: float, kind: type[BaseException] = TaskTimeout) -> Iterator[None]:
    """Raise an exception in a signal handler, as Airflow's ``execution_timeout`` does."""

    def stop(*_: object) -> None:
        raise kind

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
