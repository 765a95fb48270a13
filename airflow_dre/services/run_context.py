"""The task instance, Dag version, data interval and partition of a suite run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from airflow_dre.incidents.signals import Origin
from airflow_dre.services.incidents.outcomes import origin_of
from airflow_dre.values.instants import to_instant


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext:
    """The task instance, Dag version, data interval and partition of a suite run."""

    origin: Origin = field(default_factory=Origin)
    dag_version: str | None = None
    data_interval_start: datetime | None = None
    data_interval_end: datetime | None = None
    partition_key: str | None = None


def run_context_of(context: Mapping[str, Any]) -> RunContext:
    """Return when and for which task instance a suite runs. A run without a logical date has no data interval."""
    ti = context["ti"]
    version = getattr(ti, "dag_version_id", None)
    return RunContext(
        origin=origin_of(ti),
        dag_version=None if version is None else str(version),
        data_interval_start=to_instant(context.get("data_interval_start")),
        data_interval_end=to_instant(context.get("data_interval_end")),
        partition_key=context.get("partition_key"),
    )
