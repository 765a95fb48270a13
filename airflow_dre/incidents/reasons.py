"""Reasons of decisions about incidents."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Template of the text that explains a change, as the log shows it."""

    FIRST = "first problem of this cause"
    LIVE = "the incident of this cause is live"
    COUNTED = "this occurrence is counted already"
    COUNTED_AND_RESOLVED = "this occurrence was counted and its incident is resolved"
    RECOVERED_SINCE = "a newer recovery is known"
    RECOVERED = "{title}"
    STILL_BROKEN = "still broken: {broken}"
    OTHER_MAP_INDEX_BROKEN = "another map index of this run is broken"
    NOTHING_LIVE = "nothing to resolve"
    NEWER_PROBLEM = "a newer problem is known"
    OTHER_SLICE = "it is about an older interval or another partition"
    RUN_ENDED_WELL = "the run is remembered as healthy"
    NOT_WATCHED = "failures of this Dag are only remembered"


class UpdateReason(StrEnum):
    """Reason why routes that know an incident hear of it once more."""

    ANOTHER_BROKEN = "another check is broken"
    FAILS_NOW = "a warning became a failure"
    SEVERITY_ROSE = "the severity rose"
