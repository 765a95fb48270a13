"""Questions to a warehouse in threads of their own, each with a limit that holds in native code, so that no question delays another.

A thread that waits in native code cannot be ended. It is abandoned: it keeps its connection until the driver stops waiting, but it
occupies no place. When too many threads of one warehouse are abandoned, further questions to it are refused at once.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from airflow_dre.errors import WarehouseUnreachable

log = logging.getLogger(__name__)
R = TypeVar("R")
PLACES = 4
"""Questions that one subject is asked at the same time by the triggers of a process."""
MOST_ABANDONED = 12
"""Threads of one subject that may be abandoned before further questions are refused."""
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds before a lost connection is tried again. The last one is used again and again."""


def ask_within(seconds: float, call: Callable[[], R], subject: str) -> R:
    """Return what ``call`` returns or raise what it raises, in a thread that is abandoned after ``seconds``.

    :param subject: what is asked, for the message.
    :raises WarehouseUnreachable: there is no answer in time.
    """
    question: Call[R] = Call(call)
    done = threading.Event()
    question.start(done.set)
    if not done.wait(seconds):
        raise no_answer(subject, seconds)
    return question.result()


def no_answer(subject: str, seconds: float) -> WarehouseUnreachable:
    """Return the error that a question without an answer ends with."""
    return WarehouseUnreachable(f"{subject} did not answer within {seconds:.3g} s")


def pause_before(attempt: int) -> float:
    """Return how many seconds to wait before a lost connection is tried again for the ``attempt``-th time, from 1."""
    return PAUSES[min(attempt, len(PAUSES)) - 1]


def ask_again(call: Callable[[], R], seconds: float) -> R:
    """Return what ``call`` returns, and try again if the warehouse is unreachable, as long as ``seconds`` have not passed.

    :raises WarehouseUnreachable: it was unreachable for that long.
    """
    until, attempt = time.monotonic() + seconds, 0
    while True:
        try:
            return call()
        except WarehouseUnreachable as error:
            attempt += 1
            pause = pause_before(attempt)
            if time.monotonic() + pause > until:
                raise
            log.warning("airflow-dre: %s. Trying again in %g s.", error, pause)
            time.sleep(pause)


async def ask(subject: str, seconds: float, call: Callable[[], R]) -> R:
    """Return what ``call`` returns or raise what it raises, in one of the places of a subject, without blocking the event loop.

    A wait that is cancelled frees its place.

    :param subject: what is asked, for example ``connection 'warehouse'``; each subject has places of its own.
    :param seconds: how long an answer may take once the question has a place.
    :raises WarehouseUnreachable: there is no answer in time, or too many questions to this subject are without one.
    """
    places = _places_of(subject)
    await places.enter()
    loop, answered = asyncio.get_running_loop(), asyncio.Event()
    question: Call[R] = Call(call)

    def finish() -> None:
        places.leave(question)
        _wake(loop, answered.set)

    question.start(finish)
    try:
        await asyncio.wait_for(answered.wait(), seconds)
    except TimeoutError:
        raise no_answer(subject, seconds) from None
    finally:
        places.abandon(question)
    return question.result()


class Call(Generic[R]):
    """A call in a thread that does not keep the process from ending."""

    def __init__(self, call: Callable[[], R]) -> None:
        self.abandoned = False
        self.finished = False
        self._call = call
        self._context = contextvars.copy_context()
        self._answer: R
        self._error: BaseException | None = None

    def start(self, finish: Callable[[], None]) -> None:
        """Begin, and call ``finish`` in the thread at the end."""

        def run() -> None:
            try:
                self._answer = self._context.run(self._call)
            except BaseException as error:  # raised again in the thread that waits
                self._error = error
            finish()

        threading.Thread(target=run, name="airflow-dre question", daemon=True).start()

    def result(self) -> R:
        """Return the answer, or raise the error of the call."""
        if self._error is not None:
            raise self._error
        return self._answer


@dataclass(slots=True)
class _Waiter:
    """One who waits for a place."""

    loop: asyncio.AbstractEventLoop
    woken: asyncio.Event
    granted: bool = False


@dataclass(slots=True)
class _Places:
    """The places of one subject in this process."""

    subject: str
    taken: int = 0
    abandoned: int = 0
    waiters: deque[_Waiter] = field(default_factory=deque)
    lock: threading.Lock = field(default_factory=threading.Lock)

    async def enter(self) -> None:
        """Take a place, in the order of asking."""
        with self.lock:
            if self.taken < PLACES and not self.waiters:
                self.taken += 1
                waiter = None
            else:
                waiter = _Waiter(asyncio.get_running_loop(), asyncio.Event())
                self.waiters.append(waiter)
        if waiter is not None:
            await self._granted(waiter)
        if self.abandoned >= MOST_ABANDONED:
            self._give_back()
            raise WarehouseUnreachable(f"{self.subject} does not answer: {self.abandoned} questions to it wait already")

    async def _granted(self, waiter: _Waiter) -> None:
        try:
            await waiter.woken.wait()
        except asyncio.CancelledError:
            with self.lock:
                if not waiter.granted:
                    self.waiters.remove(waiter)
            if waiter.granted:
                self._give_back()
            raise

    def leave(self, question: Call[Any]) -> None:
        """Note that the thread of a question has ended."""
        with self.lock:
            question.finished = True
            if question.abandoned:
                self.abandoned -= 1
                return
        self._give_back()

    def abandon(self, question: Call[Any]) -> None:
        """Abandon a question that is not answered, and free its place."""
        with self.lock:
            if question.finished:
                return
            question.abandoned = True
            self.abandoned += 1
        self._give_back()

    def _give_back(self) -> None:
        with self.lock:
            self.taken -= 1
            while self.waiters and self.taken < PLACES:
                waiter = self.waiters.popleft()
                waiter.granted = _wake(waiter.loop, waiter.woken.set)
                self.taken += waiter.granted


def _wake(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> bool:
    """Call in an event loop, and return whether the loop still runs."""
    try:
        loop.call_soon_threadsafe(call)
    except RuntimeError:  # it is closed, so that no task waits
        return False
    return True


_all_places: dict[str, _Places] = {}
_all_places_lock = threading.Lock()


def _places_of(subject: str) -> _Places:
    with _all_places_lock:
        return _all_places.setdefault(subject, _Places(subject))
