"""Reading SLAs and monitors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, func, select

from airflow_dre.store.monitors import Monitor, last_looks, read_monitors
from airflow_dre.store.reading.scope import DagScope, in_scope
from airflow_dre.store.records.slas import StoredInterval, StoredSla
from airflow_dre.store.rows import as_records
from airflow_dre.store.sla_history import read_several
from airflow_dre.store.tables import monitor, sla
from airflow_dre.values.dataset import DatasetName


def readable_slas(connection: Connection, scope: DagScope, dataset: DatasetName | None = None) -> list[StoredSla]:
    """Return the state of every SLA, missed ones first."""
    query = select(sla).where(in_scope(scope, sla.c.dag_id))
    if dataset is not None:
        query = query.where(sla.c.namespace == dataset.namespace, sla.c.name == dataset.name)
    worst_first = case({"missed": 0, "unknown": 1}, value=sla.c.state, else_=2)
    return as_records(connection.execute(query.order_by(worst_first, sla.c.since.desc())), StoredSla)


def find_readable_sla(connection: Connection, scope: DagScope, fingerprint: str) -> StoredSla | None:
    """Return the state of one SLA, or None if the user may read no such SLA."""
    query = select(sla).where(sla.c.fingerprint == fingerprint, in_scope(scope, sla.c.dag_id))
    found = as_records(connection.execute(query), StoredSla)
    return found[0] if found else None


def latest_evaluation(connection: Connection) -> datetime | None:
    """Return the moment of the latest evaluation of any SLA, or None. A look that finds nothing new writes no SLA."""
    found = select(func.max(sla.c.evaluated_at)).scalar_subquery()
    looked = select(func.max(monitor.c.looked_at)).where(select(sla.c.fingerprint).exists()).scalar_subquery()
    row = connection.execute(select(found.label("found"), looked.label("looked"))).one()
    return max((moment for moment in (row.found, row.looked) if moment is not None), default=None)


def readable_monitors(connection: Connection, scope: DagScope) -> list[Monitor]:
    """Return the monitors among the Dags that the user may read."""
    return read_monitors(connection, None if scope.dag_ids is None else sorted(scope.dag_ids))


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownStates:
    """The times at which it is known whether an SLA was met."""

    dataset: DatasetName
    states: tuple[tuple[datetime, datetime, bool], ...]
    """Beginning, end, and True where it was met."""


def sla_histories(connection: Connection, names: Sequence[str], since: datetime, until: datetime) -> dict[str, KnownStates]:
    """Return the history of SLAs by name. An SLA that no monitor evaluated is not among them."""
    rows = connection.execute(select(sla).where(sla.c.sla.in_(names)).order_by(sla.c.sla, sla.c.evaluated_at)).all()
    looks = last_looks(connection)  # a look that finds nothing new writes no SLA
    latest = {row.fingerprint: max(row.looked_at or row.evaluated_at, looks.get(row.dag_id, row.evaluated_at)) for row in rows}
    intervals = read_several(connection, [row.fingerprint for row in rows], since, until)
    return {
        row.sla: KnownStates(
            dataset=DatasetName(row.namespace, row.name),
            states=tuple(_known_states(intervals[row.fingerprint], since, min(latest[row.fingerprint], until))),
        )
        for row in rows
    }


def _known_states(intervals: Sequence[StoredInterval], since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime, bool]]:
    """Yield the known states of a time. One that goes on is known until the latest look."""
    for interval in intervals:
        begin, end = max(interval.since, since), min(interval.until or until, until)
        if begin < end and interval.state not in ("unknown", "not_watched"):
            yield begin, end, interval.state in ("met", "warned")
