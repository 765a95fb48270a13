"""SLAs and monitors as answers of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_dre.api.presenters import present_dataset
from airflow_dre.api.slo import schemas
from airflow_dre.values.dataset import DatasetName

if TYPE_CHECKING:
    from airflow_dre.services.slo.reading import MonitorState, SlaState


def present_sla(found: SlaState) -> schemas.SlaSummary:
    """Return the state of an SLA."""
    sla = found.sla
    return schemas.SlaSummary(
        name=sla.sla,
        dataset=present_dataset(DatasetName(sla.namespace, sla.name)),
        state=found.state,
        since=sla.since,
        reason=found.reason,
        evaluated_at=sla.evaluated_at,
        newest=sla.newest,
        max_age_seconds=sla.max_age_seconds,
        monitor=sla.dag_id,
        last_look=sla.last_look,
        overdue=found.overdue,
    )


def present_monitor(found: MonitorState) -> schemas.MonitorSummary:
    """Return the state of a monitor."""
    return schemas.MonitorSummary(
        dag_id=found.monitor.dag_id,
        last_look=found.monitor.looked_at,
        seconds_since=found.since_last_look.total_seconds(),
        due_at=found.monitor.due_at,
        interval_seconds=None if found.interval is None else found.interval.total_seconds(),
        overdue=found.overdue,
        slas=len(found.monitor.watches),
    )
