"""Tracebacks of other people's programs as they may be logged."""

from __future__ import annotations

import traceback

from airflow_dre.privacy.masking import masked

_FRAMES = 30
"""Calls of each error that are shown, those next to where it was raised."""


def masked_traceback(error: BaseException) -> str:
    """Return the traceback of an error, masked: a driver quotes its address with the password, and a line of source may hold one."""
    return masked("".join(traceback.format_exception(error, limit=-_FRAMES))).rstrip()
