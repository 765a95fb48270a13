"""Calls into drivers on a thread of their own, so that a signal or a time limit reaches the caller while native code is busy."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from datetime import timedelta
from queue import SimpleQueue
from typing import Any, TypeVar

from airflow_dre.errors import text_of

R = TypeVar("R")
GRACE = 5.0
"""Seconds that an interrupted call may take to return before its thread is left behind."""


CONNECT_SECONDS = 300.0
"""Longest time to connect: a warehouse that sleeps may take minutes to wake."""
LEAST_CONNECT_SECONDS = 20.0
"""Time to connect where a statement may take less."""


class NoAnswer(Exception):
    """A call that did not return within its time."""


class CallFailed(Exception):
    """A call that raised an exception, as opposed to an exception of a signal handler that is raised during the wait."""

    def __init__(self, error: Exception) -> None:
        super().__init__(text_of(error))
        self.error = error


class _Job:
    """One call with its result or exception."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self.work = work
        self.done = threading.Event()
        self.result: Any = None
        self.error: BaseException | None = None

    def run(self) -> None:
        """Make the call and keep its result or its exception."""
        try:
            self.result = self.work()
        except BaseException as error:
            self.error = error
        finally:
            self.done.set()


class Caller:
    """A thread that makes the calls of one connection.

    Python runs signal handlers in its main thread and only between instructions. A driver that waits in C would hold back the
    exception by which Airflow ends a task, or SQLite would take it for an error of the function that it calls.
    """

    def __init__(self, grace: float = GRACE) -> None:
        self._grace = grace
        self.is_bypassed = False
        """True if calls are made in the caller's own thread, for a connection that belongs to it."""
        self._jobs: SimpleQueue[_Job | None] | None = None

    def run(self, work: Callable[[], R], interrupt: Callable[[], None], seconds: float | None = None, *, ends_early: bool = True) -> R:
        """Make a call and return its result.

        :param work: the call.
        :param interrupt: makes a call that is under way return early; runs in a thread of its own.
        :param seconds: longest wait; None: without a limit.
        :param ends_early: whether an interrupted call may return, so that it is worth a grace period.
        :raises CallFailed: the call raised an exception.
        :raises NoAnswer: the call did not return within ``seconds``.
        """
        job = _Job(work)
        answered = False
        try:
            self._put(job)
            answered = job.done.wait(seconds)
        finally:
            if not answered:  # time is up, or a signal handler raised
                self._give_up(job, interrupt, self._grace if ends_early else 0.0)
        if not answered:
            raise NoAnswer(f"no answer within {seconds:g} s")
        if isinstance(job.error, Exception):
            raise CallFailed(job.error) from job.error
        if job.error is not None:
            raise job.error
        result: R = job.result
        return result

    def end(self, last: Callable[[], None]) -> None:
        """End the thread with a last call, which is waited for no longer than a grace period."""
        job = _Job(last)
        if self._jobs is None:
            if self.is_bypassed:
                job.run()
            return
        self._jobs.put(job)
        self._jobs.put(None)
        self._jobs = None
        job.done.wait(self._grace)

    def _put(self, job: _Job) -> None:
        if self.is_bypassed:
            job.run()
            return
        if self._jobs is None:
            self._jobs = SimpleQueue()
            threading.Thread(target=_work, args=(self._jobs,), daemon=True, name="airflow-dre-driver").start()
        self._jobs.put(job)

    def _give_up(self, job: _Job, interrupt: Callable[[], None], grace: float) -> None:
        """Interrupt a call, and abandon its thread where it does not return."""

        def quietly() -> None:
            with contextlib.suppress(Exception):
                interrupt()

        threading.Thread(target=quietly, daemon=True, name="airflow-dre-interrupt").start()  # which may itself wait for a server
        if not job.done.wait(grace) and self._jobs is not None:
            self._jobs.put(None)
            self._jobs = None


def connect_seconds(timeout: timedelta | None) -> float:
    """Return how long connecting may take where a statement may take ``timeout``."""
    return CONNECT_SECONDS if timeout is None else min(max(timeout.total_seconds(), LEAST_CONNECT_SECONDS), CONNECT_SECONDS)


def connect_within(caller: Caller, connect: Callable[[], R], close: Callable[[R], None], seconds: float) -> R:
    """Return a connection, and close one that is opened after ``seconds``.

    :raises CallFailed: connecting raised an exception.
    :raises NoAnswer: no connection was opened in time.
    """
    given_up = threading.Event()

    def work() -> R:
        opened = connect()
        if given_up.is_set():
            close(opened)
        return opened

    return caller.run(work, given_up.set, seconds, ends_early=False)


def _work(jobs: SimpleQueue[_Job | None]) -> None:
    while (job := jobs.get()) is not None:
        job.run()
        del job  # or its result would be held until the next call
