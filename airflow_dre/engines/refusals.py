"""Which exceptions are a driver's refusal of a statement."""

from __future__ import annotations

from airflow_dre.errors import DreError

_OF_THIS_PROCESS = (DreError, MemoryError, RecursionError, ImportError, AssertionError)


def is_refusal(error: BaseException) -> bool:
    """Return whether a driver raised it about a statement or a connection: no exception that speaks of this process or ends the task."""
    return isinstance(error, Exception) and not isinstance(error, _OF_THIS_PROCESS)
