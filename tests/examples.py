"""Numbers of examples that laws are tried on."""

from __future__ import annotations

import os

from hypothesis import settings


def tries(usual: int) -> settings:
    """Return the settings of a law that ``make test`` tries on ``usual`` examples.

    ``make unit`` tries a tenth of them, ``make nightly`` twenty times as many.
    """
    if os.environ.get("DRE_NIGHTLY"):
        return settings(max_examples=usual * 20, deadline=None)
    return settings(max_examples=max(usual // 10, 3) if os.environ.get("DRE_QUICK") else usual, deadline=None)
