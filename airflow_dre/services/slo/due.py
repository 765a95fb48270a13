"""Moments at which a Dag is due by its schedule."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import import_module


def next_due(schedule: object, now: datetime) -> datetime | None:
    """Return when a Dag with a schedule is due after ``now``, or None if its schedule does not show it."""
    if isinstance(schedule, timedelta) and schedule > timedelta(0):
        return now + schedule
    if isinstance(schedule, str):
        try:
            found: datetime = import_module("croniter").croniter(schedule, now).get_next(datetime)
        except (ValueError, KeyError, AttributeError):  # @once and @continuous
            return None
        return found
    return None
