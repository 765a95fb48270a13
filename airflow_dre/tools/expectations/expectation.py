"""Expectations as their authors wrote them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One expectation as its author wrote it."""

    place: int
    """Its place in the suite, from 0."""
    type: str
    kwargs: Mapping[str, object]
    severity: object = None
    name: str | None = None
    description: str | None = None

    @property
    def subject(self) -> str:
        """Its name in an error."""
        return f"expectations[{self.place}] {self.type}"
