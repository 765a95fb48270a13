"""The evaluation of service level objectives by a look of the monitor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from airflow_dre.incidents.decide import Change
from airflow_dre.services.wiring import Wiring
from airflow_dre.slo.declared import SLO


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """The outcome of an evaluation of all objectives."""

    objectives: int = 0
    changes: tuple[Change, ...] = ()
    """Changes of their incidents."""


def declare_objectives(wiring: Wiring, dag_id: str, slos: Sequence[SLO], at: datetime) -> int:
    """Keep the objectives of a monitor, end those that it has no longer, and return the number of those that ended.

    :param dag_id: the Dag of the monitor.
    :raises airflow_dre.errors.StoreError: the store is down.
    """
    return 0


def evaluate_objectives(wiring: Wiring, at: datetime) -> Evaluated:
    """Count what is new, evaluate every objective, and open or resolve its incident.

    :raises airflow_dre.errors.StoreError: the store is down: the next look finds the same.
    """
    return Evaluated()
