"""SLAs, suites and waits without news, which are forgotten after a while."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import Connection, and_, func, or_, select

from airflow_dre.incidents.identity import CauseKind
from airflow_dre.store.records import StoredIncident, StoredSla
from airflow_dre.store.rows import as_records
from airflow_dre.store.tables import incident, monitor, sla, slo, suite_run
from airflow_dre.values.dataset import DatasetName

_REMEMBERED = 10
"""Latest runs of a suite that show its rhythm."""
_MISSED = 3
"""A suite that runs rarely is forgotten after so many times its longest pause, if that is longer."""


def is_forgotten(moments: Sequence[datetime], forget_after: timedelta, now: datetime) -> bool:
    """Return whether something with news at these moments, oldest first, is gone.

    What runs rarely is waited for three times as long as it ever paused.
    """
    if not moments:
        return False
    longest = max((later - earlier for earlier, later in pairwise(moments)), default=timedelta(0))
    return now - moments[-1] > max(forget_after, _MISSED * longest)


def live_data_incidents(connection: Connection, *, quiet_since: datetime) -> list[StoredIncident]:
    """Return the live incidents of datasets without a problem since a moment, except those of SLAs and SLOs that a monitor evaluates."""
    looked_at = select(sla.c.fingerprint)
    objectives = select(slo.c.fingerprint).where(slo.c.fingerprint.is_not(None), slo.c.evaluated_at >= quiet_since)
    live = and_(incident.c.status.in_(("open", "acknowledged")), incident.c.last_problem_at < quiet_since)
    query = select(incident).where(
        live, incident.c.kind == CauseKind.DATA.value, incident.c.fingerprint.not_in(looked_at), incident.c.fingerprint.not_in(objectives)
    )
    return as_records(connection.execute(query.order_by(incident.c.fingerprint)), StoredIncident)


def forgotten_slas(connection: Connection, forget_after: timedelta, now: datetime) -> list[StoredSla]:
    """Return the SLAs without a known monitor that were not evaluated for ``forget_after``."""
    orphans = select(sla).where(or_(sla.c.dag_id.is_(None), sla.c.dag_id.not_in(select(monitor.c.dag_id))))
    long_ago = func.coalesce(sla.c.looked_at, sla.c.evaluated_at) < now - forget_after
    return as_records(connection.execute(orphans.where(long_ago).order_by(sla.c.fingerprint)), StoredSla)


def run_moments(connection: Connection, dataset: DatasetName, suite: str) -> list[datetime]:
    """Return when a suite ran last on a dataset, oldest first."""
    latest = (
        select(suite_run.c.measured_at)
        .where(suite_run.c.namespace == dataset.namespace, suite_run.c.name == dataset.name, suite_run.c.suite == suite)
        .order_by(suite_run.c.measured_at.desc())
        .limit(_REMEMBERED)
    )
    return sorted(connection.scalars(latest).all())
