"""The state of each SLA. A miss is a change of state, so it calls back once however often it is evaluated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from airflow_dre.incidents.identity import DataCause, Promise
from airflow_dre.store.database import Database
from airflow_dre.store.given_rows import is_among
from airflow_dre.store.records import StoredSla
from airflow_dre.store.results import insert_new
from airflow_dre.store.rows import as_record, as_records
from airflow_dre.store.sla_calls import drop_waiting
from airflow_dre.store.sla_history import end_history
from airflow_dre.store.tables import sla
from airflow_dre.values.text_limits import REASON, one_line


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaEvaluation:
    """One evaluation of an SLA."""

    cause: DataCause
    dag_id: str | None
    """The Dag that looks."""
    missed: bool
    reason: str
    newest: datetime | None
    max_age_seconds: float
    evaluated_at: datetime
    known: bool = True
    """True if the evaluation found how old the data is."""
    task_id: str | None = None
    """The task that looks."""
    watched: str = ""
    """Connection and table, as they are declared."""

    @property
    def name(self) -> str:
        """``met``, ``missed`` or ``unknown``."""
        return ("missed" if self.missed else "met") if self.known else "unknown"


def save_sla_state(database: Database, connection: Connection, state: SlaEvaluation) -> datetime:
    """Keep the latest look, and return the moment since which the SLA has been met or missed.

    A miss goes on while the SLA cannot be evaluated.
    """
    before = _begin(database, connection, state, missed_since=state.evaluated_at if state.missed else None)
    if before is None:
        return state.evaluated_at
    if state.evaluated_at < _last_look(before):
        standing: datetime = before.since
        return standing
    missed_since = (before.missed_since or state.evaluated_at) if state.missed else None
    since: datetime = before.since if before.state == state.name else missed_since or state.evaluated_at
    values = {**_look(state), "newest": state.newest, "max_age_seconds": state.max_age_seconds, "evaluated_at": state.evaluated_at}
    values |= {"since": since, "missed_since": missed_since, "failed_looks": 0, "told_unknown": 0}
    if not state.missed:
        values |= {"met_at": state.evaluated_at, "called_back": 0}
    connection.execute(update(sla).where(sla.c.fingerprint == state.cause.fingerprint).values(**values))
    return since


def _begin(database: Database, connection: Connection, state: SlaEvaluation, **first: Any) -> Row[Any] | None:
    """Lock an SLA and return its row. None where this look is its first, which is then kept."""
    cause = state.cause
    database.lock(connection, cause.fingerprint)
    identity = {"fingerprint": cause.fingerprint, "namespace": cause.namespace, "name": cause.name, "sla": cause.suite}
    values = {**identity, **_look(state), "newest": state.newest, "max_age_seconds": state.max_age_seconds}
    values |= {"since": state.evaluated_at, "evaluated_at": state.evaluated_at, "called_back": 0, "failed_looks": 0, "told_unknown": 0}
    values |= {"met_at": state.evaluated_at if state.name == "met" else None, **first}
    if insert_new(connection, sla, values):
        return None
    return connection.execute(select(sla).where(sla.c.fingerprint == cause.fingerprint)).one()


def _look(state: SlaEvaluation) -> dict[str, Any]:
    return {
        "dag_id": state.dag_id,
        "task_id": state.task_id,
        "watched": state.watched or None,
        "state": state.name,
        "reason": one_line(state.reason, REASON),
        "looked_at": state.evaluated_at,
    }


def _last_look(row: Row[Any]) -> datetime:
    return as_record(row, StoredSla).last_look


def met_at(connection: Connection, cause: DataCause) -> datetime | None:
    """Return when the SLA was last found to be met. None if it never was, or if it is unknown."""
    moment: datetime | None = connection.scalar(select(sla.c.met_at).where(sla.c.fingerprint == cause.fingerprint))
    return moment


def take_callback(connection: Connection, cause: DataCause) -> bool:
    """Return whether the caller is the one who must call back about the present miss: true once for each miss."""
    statement = (
        update(sla)
        .where(sla.c.fingerprint == cause.fingerprint, sla.c.state == "missed", sla.c.called_back == 0)
        .values(called_back=1)
        .returning(sla.c.fingerprint)
    )
    return connection.execute(statement).first() is not None


def slas_of_monitor(connection: Connection, dag_id: str | None) -> list[StoredSla]:
    """Return the SLAs that a Dag was the last to evaluate."""
    return as_records(connection.execute(select(sla).where(sla.c.dag_id == dag_id).order_by(sla.c.fingerprint)), StoredSla)


def slas_of_names(connection: Connection, dag_id: str | None, present: Mapping[str, str]) -> list[StoredSla]:
    """Return the SLAs that a Dag was the last to evaluate and that have the name of another one.

    :param present: the fingerprint that each name has now.
    """
    named = is_among(connection, sla.c.sla, present) & ~is_among(connection, sla.c.fingerprint, present.values())
    found = connection.execute(select(sla).where(sla.c.dag_id == dag_id, named).order_by(sla.c.fingerprint))
    return as_records(found, StoredSla)


def cause_of_sla(found: StoredSla) -> DataCause:
    """Return the cause of the incidents of an SLA."""
    return DataCause(namespace=found.namespace, name=found.name, suite=found.sla, promise=Promise.SLA)


def hand_over(connection: Connection, found: StoredSla, dag_id: str) -> None:
    """Leave an SLA to another Dag that watches it too."""
    connection.execute(update(sla).where(sla.c.fingerprint == found.fingerprint).values(dag_id=dag_id, task_id=None))


def drop_sla(connection: Connection, cause: DataCause, at: datetime) -> None:
    """Forget an SLA. Its history stays and ends, and calls that wait are given up."""
    end_history(connection, cause.fingerprint, at)
    drop_waiting(connection, cause.fingerprint, at)
    connection.execute(delete(sla).where(sla.c.fingerprint == cause.fingerprint))
