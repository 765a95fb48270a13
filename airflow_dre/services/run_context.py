"""When and for whom a suite runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from airflow_dre.incidents.signals import Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext:
    """When and for whom a suite runs."""

    origin: Origin = field(default_factory=Origin)
    dag_version: str | None = None
    data_interval_start: datetime | None = None
    data_interval_end: datetime | None = None
    partition_key: str | None = None
