"""A process that runs regular expressions, so that one that takes too long can be ended. It is run as a script and imports nothing of ours.

Each request holds two texts, a pattern and a value, each after its length; each answer is one byte.
"""

from __future__ import annotations

import os
import re
import signal
import sys
from typing import BinaryIO

FOUND, MISSING = b"1", b"0"
SIZE = 4
"""Bytes of a length, the most significant first."""
_CHECKS = 2.0
"""Seconds between checks for the parent process."""


def main() -> None:
    """Answer requests until there are no more."""
    _end_with(os.getppid())
    source, target = sys.stdin.buffer, sys.stdout.buffer
    while (pattern := _text(source)) is not None and (value := _text(source)) is not None:
        target.write(FOUND if re.search(pattern, value) is not None else MISSING)
        target.flush()


def _end_with(parent: int) -> None:
    """End this process when its parent is gone, since nothing else would end a search that takes for ever."""

    def look(*_: object) -> None:
        if os.getppid() != parent:
            os._exit(1)

    signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, _CHECKS, _CHECKS)


def packed(text: str) -> bytes:
    """Return a text after its length."""
    encoded = text.encode("utf-8", "surrogatepass")
    return len(encoded).to_bytes(SIZE, "big") + encoded


def _text(source: BinaryIO) -> str | None:
    head = source.read(SIZE)
    return None if len(head) < SIZE else source.read(int.from_bytes(head, "big")).decode("utf-8", "surrogatepass")


if __name__ == "__main__":
    main()
