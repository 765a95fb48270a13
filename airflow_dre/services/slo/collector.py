"""A pause of Python's garbage collector while many rows are read and dropped again."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pause the garbage collector, which would examine every row of a batch several times and find nothing to collect.

    Where threads pause it at the same time, it runs again when the one ends that paused it first.
    """
    was_running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_running:
            gc.enable()
