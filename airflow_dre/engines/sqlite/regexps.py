"""SQLite's REGEXP: regular expressions of Python's ``re``, which end when time is up."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import select
import signal
import sys
import threading
import time
from datetime import timedelta

from airflow_dre.engines.sqlite import regexp_worker
from airflow_dre.engines.sqlite.regexp_cost import longest_quick
from airflow_dre.sql.text_types import PATTERNS

_OURS = frozenset(PATTERNS.values())
"""Patterns of this package, whose choices exclude each other so that they never backtrack far."""
_LONGEST_OF_OURS = 2_000


class RegexpTimeout(Exception):
    """A search for a regular expression that took longer than a statement may take."""


class Regexps:
    """The regular expressions of one connection.

    ``re`` holds the interpreter as long as it runs, so that no other thread can end it. A search that may take long is made by a process
    of its own, which is killed when time is up or when the statement is interrupted.
    """

    def __init__(self) -> None:
        self.ended: str | None = None
        """Reason why a search of the current statement was ended. None: no search was."""
        self._deadline: float | None = None
        self._process: _Process | None = None
        self._found = functools.lru_cache(maxsize=1024)(self._search_apart)

    def begin(self, timeout: timedelta | None) -> None:
        """Start the time of the next statement.

        :param timeout: None: without a limit.
        """
        self.ended = None
        self._deadline = None if timeout is None else time.monotonic() + timeout.total_seconds()

    def search(self, pattern: str, value: object) -> bool | None:
        """Return whether a pattern is found in a value, or None for NULL.

        :raises RegexpTimeout: time is up.
        """
        if value is None:
            return None
        text = str(value)
        if len(text) <= longest_quick(pattern) or (pattern in _OURS and len(text) <= _LONGEST_OF_OURS):
            return _compiled(pattern).search(text) is not None
        _compiled(pattern)  # raises for a broken one
        return self._found(pattern, text)

    def abort(self) -> None:
        """End the running search. Any thread may call this."""
        process = self._process
        if process is not None:
            process.kill()

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.end()

    def _search_apart(self, pattern: str, text: str) -> bool:
        process = self._process = self._process or _Process()
        try:
            _write(process.target, regexp_worker.packed(pattern) + regexp_worker.packed(text))
            answer = os.read(process.source, 1) if self._waits_for(process.source) else b""
        except OSError:  # it was killed
            answer = b""
        if answer:
            return answer == regexp_worker.FOUND
        self.close()
        self.ended = f"the regular expression {pattern!r} was still searched for in a text of {len(text)} characters"
        raise RegexpTimeout(self.ended)

    def _waits_for(self, source: int) -> bool:
        """Return whether an answer is there before time is up."""
        if self._deadline is None:
            return True
        waiting = select.poll()
        waiting.register(source, select.POLLIN)
        return bool(waiting.poll(max(0.0, self._deadline - time.monotonic()) * 1000))


class _Process:
    """A process that runs :mod:`airflow_dre.engines.sqlite.regexp_worker`, and the pipes to it and from it."""

    def __init__(self) -> None:
        theirs_in, self.target = os.pipe()
        self.source, theirs_out = os.pipe()
        nothing = os.open(os.devnull, os.O_WRONLY)
        ends = [(os.POSIX_SPAWN_DUP2, given, place) for place, given in enumerate((theirs_in, theirs_out, nothing))]
        command = [sys.executable, "-I", "-S", regexp_worker.__file__]
        try:
            self._pid = os.posix_spawn(sys.executable, command, os.environ, file_actions=ends)
        finally:
            for each in (theirs_in, theirs_out, nothing):
                os.close(each)
        self._lock = threading.Lock()
        self._is_reaped = False

    def kill(self) -> None:
        """Kill the process. Its pipes stay open, so that a reader sees the end."""
        with self._lock:
            if not self._is_reaped:  # afterwards the number may be another process's
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self._pid, signal.SIGKILL)

    def end(self) -> None:
        """Kill the process and release its pipes."""
        self.kill()
        for pipe in (self.source, self.target):
            with contextlib.suppress(OSError):
                os.close(pipe)
        with self._lock, contextlib.suppress(ChildProcessError):
            self._is_reaped = True
            os.waitpid(self._pid, 0)


@functools.lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _write(target: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(target, rest) :]
