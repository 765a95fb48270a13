"""Exceptions by which a driver refuses a statement, and their message in one line."""

from __future__ import annotations

from airflow_dre.errors import DreError, text_of
from airflow_dre.privacy.masking import masked_line
from airflow_dre.values.text_limits import REASON

_OF_THIS_PROCESS = (DreError, MemoryError, RecursionError, ImportError, AssertionError)


def is_refusal(error: BaseException) -> bool:
    """Return whether a driver raised an exception about a statement or a connection.

    An exception about this process, or one that ends the task, is no refusal.
    """
    return isinstance(error, Exception) and not isinstance(error, _OF_THIS_PROCESS)


def first_line(error: BaseException) -> str:
    """Return the first line of a driver's message, with the secrets masked that it may quote of a row.

    Some drivers append the statement and a position in further lines.
    """
    return masked_line((text_of(error).strip().splitlines() or [type(error).__name__])[0], REASON)
