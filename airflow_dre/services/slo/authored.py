"""SLAs as Dag files make them. Every Dag file with one imports this module."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from airflow_dre.services.slo.declared_sla import DeclaredSla
from airflow_dre.services.slo.targets import Target

Occasion = Literal["warn", "miss", "recover", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthoredSla:
    """An SLA for a monitor, with the callbacks of its Dag file."""

    declared: DeclaredSla
    callbacks: Mapping[Occasion, Sequence[Callable[[Any], Any]]]

    @property
    def name(self) -> str:
        """Its name."""
        return self.declared.name

    @property
    def target(self) -> Target:
        """The table, file, asset or Dag that it watches."""
        return self.declared.target
