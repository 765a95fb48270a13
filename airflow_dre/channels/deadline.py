"""A wall-clock deadline for a call that may hang anywhere, also in native code.

The time limits of an HTTP client hold for each read and write: a receiver that sends a byte now and then holds its caller for ever, and a
name server that does not answer is not limited at all. The call therefore runs in a daemon thread, and the caller stops waiting.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as WaitTimeout
from contextvars import copy_context
from typing import Any, TypeVar

T = TypeVar("T")


class DeadlinePassed(Exception):
    """The call took longer than it may."""


class GivenUp(Exception):
    """The caller does not wait any more, so the exchange goes no further."""


class Exchange:
    """One exchange with a receiver, whose connections are cut when its caller stops waiting."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._given_up = False
        self._sockets: list[socket.socket] = []

    def trace(self, name: str, info: dict[str, Any]) -> None:
        """Note each connection that httpcore opens. It is the value of its extension ``trace``.

        :raises GivenUp: the caller does not wait any more, so that nothing more may be sent.
        """
        stream = info.get("return_value") if name.endswith("connect_tcp.complete") else None
        opened = stream.get_extra_info("socket") if stream is not None else None
        with self._lock:
            if opened is not None:
                self._sockets.append(opened.dup())  # TLS detaches the original
            given_up = self._given_up
        if given_up:
            self.give_up()
            raise GivenUp

    def give_up(self) -> None:
        """Cut every connection, which ends a read or write that waits in another thread."""
        with self._lock:
            self._given_up = True
            for opened in self._sockets:
                with contextlib.suppress(OSError):
                    opened.shutdown(socket.SHUT_RDWR)
        self.forget()

    def forget(self) -> None:
        """Close what was kept to cut connections."""
        with self._lock:
            for opened in self._sockets:
                opened.close()
            self._sockets.clear()


def call_within(seconds: float, call: Callable[[Exchange], T]) -> T:
    """Return what ``call`` returns within ``seconds``.

    :param seconds: longest time to wait.
    :param call: takes the exchange whose :meth:`Exchange.trace` sees its connections.
    :raises DeadlinePassed: the time is over; the call is abandoned and its connections are cut.
    :raises BaseException: whatever ``call`` raised.
    """
    exchange, outcome, context = Exchange(), Future[T](), copy_context()

    def run() -> None:
        try:
            result = context.run(call, exchange)
        except BaseException as error:
            outcome.set_exception(error)
        else:
            outcome.set_result(result)

    threading.Thread(target=run, name="dre-exchange", daemon=True).start()
    try:
        return outcome.result(timeout=seconds)
    except WaitTimeout:
        if outcome.done():
            return outcome.result()
        raise DeadlinePassed(f"it took more than {seconds:g} s") from None
    finally:  # also where Airflow's own time limit interrupts the wait
        if outcome.done():
            exchange.forget()
        else:
            exchange.give_up()
