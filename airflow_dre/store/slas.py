"""Where each SLA stands. A miss is a change of state, so it calls back once however often it is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from airflow_dre.incidents.identity import DataCause
from airflow_dre.store.database import Database
from airflow_dre.store.results import insert_new
from airflow_dre.store.tables import sla


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaState:
    """One look at an SLA."""

    cause: DataCause
    dag_id: str | None
    """The Dag that looks."""
    missed: bool
    reason: str
    newest: datetime | None
    max_age_seconds: float
    evaluated_at: datetime

    @property
    def name(self) -> str:
        """``met`` or ``missed``."""
        return "missed" if self.missed else "met"


def save_sla_state(database: Database, connection: Connection, state: SlaState) -> datetime:
    """Keep the latest look; the moment since which the SLA has been in its present state."""
    fingerprint = state.cause.fingerprint
    database.lock(connection, fingerprint)
    values: dict[str, Any] = {
        "dag_id": state.dag_id,
        "state": state.name,
        "reason": state.reason,
        "newest": state.newest,
        "max_age_seconds": state.max_age_seconds,
        "evaluated_at": state.evaluated_at,
    }
    identity = {"fingerprint": fingerprint, "namespace": state.cause.namespace, "name": state.cause.name, "sla": state.cause.suite}
    if insert_new(connection, sla, {**identity, **values, "since": state.evaluated_at, "called_back": 0}):
        return state.evaluated_at
    before = connection.execute(select(sla).where(sla.c.fingerprint == fingerprint)).one()
    if state.evaluated_at < before.evaluated_at:
        standing: datetime = before.since
        return standing
    if before.state != state.name:
        values |= {"since": state.evaluated_at, "called_back": 0}
    connection.execute(update(sla).where(sla.c.fingerprint == fingerprint).values(**values))
    since: datetime = values.get("since", before.since)
    return since


def met_at(connection: Connection, cause: DataCause) -> datetime | None:
    """When the SLA was last looked at and found to be met; None where it is missed, or no SLA."""
    moment: datetime | None = connection.scalar(
        select(sla.c.evaluated_at).where(sla.c.fingerprint == cause.fingerprint, sla.c.state == "met")
    )
    return moment


def take_callback(connection: Connection, cause: DataCause) -> bool:
    """Whether the caller is the one who must call back about the present miss: true once for each miss."""
    statement = (
        update(sla)
        .where(sla.c.fingerprint == cause.fingerprint, sla.c.state == "missed", sla.c.called_back == 0)
        .values(called_back=1)
        .returning(sla.c.fingerprint)
    )
    return connection.execute(statement).first() is not None


def give_back_callback(connection: Connection, cause: DataCause) -> None:
    """Let the next look call back: this one could not."""
    connection.execute(update(sla).where(sla.c.fingerprint == cause.fingerprint).values(called_back=0))
