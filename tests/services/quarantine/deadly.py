"""A connection that ends its process, or fails, at a chosen step: before each statement, before the commit, and after it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

from tests.hooks import Hook


class Step:
    """Counts the steps of a process, and does something at one of them."""

    def __init__(self, at: int | None, then: Callable[[], None]) -> None:
        self.seen: list[str] = []
        self._at = at
        self._then = then

    def __call__(self, name: str) -> None:
        self.seen.append(name)
        if len(self.seen) - 1 == self._at:
            self._then()


class Stepping:
    """A connection or a cursor that reports its steps, and is otherwise the real one."""

    def __init__(self, real: Any, step: Step) -> None:
        vars(self).update(_real=real, _step=step)

    def cursor(self) -> Stepping:
        return Stepping(self._real.cursor(), self._step)

    def execute(self, sql: str) -> Any:
        self._step(sql.split()[0])
        return self._real.execute(sql)

    def commit(self) -> None:
        self._step("before commit")
        self._real.commit()
        self._step("after commit")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._real, name, value)


def die() -> None:
    """End this process as the kernel does when memory is short."""
    os.kill(os.getpid(), signal.SIGKILL)


def fail() -> None:
    """Fail as a driver does."""
    raise OSError("the disk is full")


def stepping(hook: Hook, at: int | None, then: Callable[[], None] = die) -> tuple[Hook, Step]:
    """Return a hook whose connections do something at a step, and the steps that were seen."""
    step = Step(at, then)
    return Hook(hook.conn_type, lambda: Stepping(hook.get_conn(), step)), step
