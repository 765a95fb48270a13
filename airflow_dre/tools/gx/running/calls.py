"""Great Expectations on a thread of its own, so that the exception by which Airflow ends a task ends its statements as well."""

from __future__ import annotations

import contextlib
import contextvars
import sqlite3
import threading
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from airflow_dre.engines.callers import Caller, CallFailed
from airflow_dre.engines.driver import interrupt
from airflow_dre.engines.sqlite.regexps import Regexps

R = TypeVar("R")
_GRACE = 0.5
"""Seconds that Great Expectations may take to end. Native code that takes longer is left to its thread."""
_AGAIN = 0.05
"""Seconds between attempts to end a statement. Great Expectations runs the next one when the first is ended."""


def run_apart(work: Callable[[], R]) -> R:
    """Return the result of ``work``, or raise its exception.

    An exception of a signal handler is raised at once, and ends the statements that ``work`` runs through SQLAlchemy.
    """
    used, over, context = _Connections(), threading.Event(), contextvars.copy_context()

    def whole() -> R:
        try:
            with used.noted():
                return context.run(work)
        finally:
            over.set()

    def end() -> None:
        while not over.is_set():
            used.interrupt()
            over.wait(_AGAIN)

    caller = Caller(_GRACE)
    try:
        return caller.run(whole, end)
    except CallFailed as failed:
        error = failed.error
    finally:
        caller.end(used.close)
    raise error


class _Connections:
    """The connections that run the statements of one thread."""

    def __init__(self) -> None:
        self._connections: list[Any] = []
        self._regexps = Regexps()

    @contextlib.contextmanager
    def noted(self) -> Iterator[None]:
        """Note every connection that the thread uses, of any engine."""
        from sqlalchemy import Engine, event

        here = threading.get_ident()

        def note(_: object, cursor: Any, *more: object) -> None:
            connection = getattr(cursor, "connection", None)
            if connection is None or threading.get_ident() != here or any(connection is one for one in self._connections):
                return
            self._connections.append(connection)
            if isinstance(connection, sqlite3.Connection):  # SQLAlchemy's own function would run in this process, without an end
                connection.create_function("regexp", 2, self._regexps.search, deterministic=True)

        event.listen(Engine, "before_cursor_execute", note)
        self._regexps.begin(None)
        try:
            yield
        finally:
            event.remove(Engine, "before_cursor_execute", note)

    def interrupt(self) -> None:
        """Interrupt the running statements."""
        self._regexps.abort()
        for connection in [*self._connections]:
            with contextlib.suppress(Exception):  # it may be closed by now
                interrupt(connection)

    def close(self) -> None:
        """End the searches for regular expressions."""
        self._regexps.close()
