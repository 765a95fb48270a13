"""The task instance, Dag version, data interval and partition of a suite run."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from airflow_dre.incidents.signals import Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext:
    """The task instance, Dag version, data interval and partition of a suite run."""

    origin: Origin = field(default_factory=Origin)
    dag_version: str | None = None
    data_interval_start: datetime | None = None
    data_interval_end: datetime | None = None
    partition_key: str | None = None
