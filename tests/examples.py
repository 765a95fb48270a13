"""How many examples a law is tried on."""

from __future__ import annotations

import os

from hypothesis import settings


def tries(usual: int) -> settings:
    """Return the settings of a law that is tried on fewer examples, or on more, than is usual. ``make unit`` tries a tenth of them."""
    return settings(max_examples=max(usual // 10, 3) if os.environ.get("DRE_QUICK") else usual, deadline=None)
