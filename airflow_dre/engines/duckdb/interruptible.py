"""Calls of DuckDB that a signal or a time limit ends at once."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar

from airflow_dre.engines.callers import Caller, CallFailed, NoAnswer
from airflow_dre.engines.duckdb.connection import DuckDB
from airflow_dre.errors import FilesUnreachable

R = TypeVar("R")


class InterruptibleCall(Protocol):
    """A way to make calls that an exception of a signal handler ends at once, even in native code."""

    def __call__(self, work: Callable[[], R], /) -> R:
        """Return the result of a call, or raise its exception."""


@contextlib.contextmanager
def interruptible(database: DuckDB, seconds: float | None) -> Iterator[InterruptibleCall]:
    """Yield a way to make calls of DuckDB on a thread of their own, for calls that no warehouse makes.

    :param seconds: longest time of a call; None: without a limit. A longer call raises :class:`FilesUnreachable`.
    """
    caller = Caller()

    def call(work: Callable[[], R], /) -> R:
        try:
            return caller.run(work, database.interrupt, seconds)
        except NoAnswer as silent:
            raise FilesUnreachable(f"the store of the files did not answer within {seconds:g} s") from silent
        except CallFailed as failed:
            error = failed.error
        raise error

    try:
        yield call
    finally:
        caller.end(lambda: None)
