"""The one typed value that callbacks of an SLA receive."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

CallKind = Literal["warn", "miss", "repeat", "recover", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaMiss:
    """An SLA that is about to be missed, was missed, is kept again, or cannot be evaluated.

    A callback finds it in its context: ``context["sla"]``.
    """

    kind: CallKind
    """Reason of the call: ``warn``, ``miss``, ``repeat`` (the miss lasts), ``recover`` or ``unknown``."""
    sla: str
    """Name of the SLA."""
    what: str
    """Its subject, for example the name of a table."""
    due: datetime | None
    """The due moment that is near, or that was missed first. None where the SLA cannot be evaluated."""
    how_late: timedelta
    """How long the due moment has passed. 0 before it."""
    since: datetime
    """When the reason of the call began: the miss, the recovery, the warning or the failed look."""
    last_good: datetime | None
    """The newest value that is known. None: there was no value yet."""
    found_late: bool = False
    """True if the monitor was not running when it began."""
    incident: int | None = None
    """Number of the incident, if there is one."""
    links: dict[str, str] = field(default_factory=dict)
    """Addresses of pages: ``incident``, ``monitor``."""
