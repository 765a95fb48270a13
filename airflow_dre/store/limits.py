"""Time limits of the results store, and the connection to PostgreSQL that keeps them.

The server's own limits (``lock_timeout``, ``statement_timeout``) hold while the server works. A server that is stopped, or a network that
swallows everything, keeps to none of them, so the client counts the time as well: psycopg waits for its socket in short turns, and every
turn checks the time. No thread and no signal is needed, so that a process that forks can use it.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Generator, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLimits:
    """Seconds that the store may take, by what it is doing."""

    connect: int
    """To accept a connection. Of each of several hosts."""
    lock: float
    """To let go of what others lock."""
    statement: float
    """To carry out one statement."""
    whole: float
    """For one transaction from the connection to the commit."""

    @property
    def server_settings(self) -> dict[str, str]:
        """Return the settings of PostgreSQL for one transaction, in milliseconds."""
        return {
            "lock_timeout": str(int(self.lock * 1000)),
            "statement_timeout": str(int(self.statement * 1000)),
            "idle_in_transaction_session_timeout": str(int(self.whole * 1000)),
        }

    @property
    def connection_options(self) -> dict[str, int]:
        """Return the options of libpq for a connection."""
        return {
            "connect_timeout": self.connect,
            "tcp_user_timeout": int(self.statement * 1000),
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
        }


FAIL_FAST = TimeLimits(connect=2, lock=1.0, statement=2.0, whole=4.0)
"""For a caller that holds others up, such as the listener in the scheduler's loop."""
PATIENT = TimeLimits(connect=5, lock=30.0, statement=60.0, whole=90.0)
"""For tasks, the monitor and the API."""
MIGRATION = TimeLimits(connect=5, lock=60.0, statement=3600.0, whole=3600.0)
"""For a person who upgrades the tables."""
POOL_SECONDS = 10.0
"""How long a thread waits for one of the connections that the others hold."""

_until: ContextVar[float | None] = ContextVar("dre_store_until", default=None)


@contextlib.contextmanager
def within(seconds: float) -> Iterator[None]:
    """Limit all that the store is asked inside, on this thread. An outer limit that ends sooner stays."""
    outer = _until.get()
    until = time.monotonic() + seconds
    token = _until.set(until if outer is None else min(outer, until))
    try:
        yield
    finally:
        _until.reset(token)


def is_over() -> bool:
    """Return whether the time of :func:`within` has passed. False outside of it."""
    until = _until.get()
    return until is not None and time.monotonic() >= until


def left(most: float) -> float:
    """Return the seconds that are left, at most ``most``, at least 0."""
    until = _until.get()
    return most if until is None else max(0.0, min(most, until - time.monotonic()))


@lru_cache(maxsize=1)
def limited_connection() -> Any:
    """Return the class of psycopg connections whose every wait ends when the time of :func:`within` has passed."""
    import psycopg

    class LimitedConnection(psycopg.Connection[Any]):
        """A connection that is closed when its time is over, since a later answer of its server would be read as the next one."""

        @classmethod
        def _connect_gen(cls, *args: Any, **options: Any) -> Any:
            return _watched(super()._connect_gen(*args, **options), lambda: None)

        def wait(self, gen: Any, *args: Any, **options: Any) -> Any:
            return super().wait(_watched(gen, self.pgconn.finish), *args, **options)

    def _watched(waiting: Generator[Any, Any, Any], give_up: Any) -> Generator[Any, Any, Any]:
        try:
            state = next(waiting)
            while True:
                ready = yield state
                if is_over():
                    give_up()
                    raise psycopg.OperationalError("it took longer than it may")
                state = waiting.send(ready)
        except StopIteration as end:
            return end.value

    return LimitedConnection
