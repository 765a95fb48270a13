"""The answer to one question about the newest value or event of a target."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """The newest value or event of a target, or the reason why it is unknown."""

    newest: datetime | None = None
    """In UTC. None: the target has no value, unless ``unknown`` is set."""
    unknown: str | None = None
    """Reason why the newest value is unknown, with secrets masked. None: it is known."""
