"""One expectation, as its author wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One expectation as it was written."""

    place: int
    """Its place in the suite, from 0."""
    type: str
    kwargs: Mapping[str, object]
    severity: object = None
    name: str | None = None
    description: str | None = None

    @property
    def subject(self) -> str:
        """How an error calls it."""
        return f"expectations[{self.place}] {self.type}"
