"""Calls of a function within a block, observed without replacing it."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any


@contextlib.contextmanager
def calls_of(function: Callable[..., Any]) -> Iterator[list[str]]:
    """Yield the files that call a function within the block, in this thread, one for each call."""
    callers: list[str] = []
    code, before = getattr(function, "__code__"), sys.getprofile()  # noqa: B009

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code is code and frame.f_back is not None:
            callers.append(frame.f_back.f_code.co_filename)

    sys.setprofile(note)
    try:
        yield callers
    finally:
        sys.setprofile(before)
