"""Objectives in the store: declarations, latest evaluations, alerts that are due, and overrides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from airflow_dre.store.reading.scope import DagScope, in_scope
from airflow_dre.store.records import StoredAlert, StoredOverride, StoredSlo
from airflow_dre.store.rows import as_record, as_records
from airflow_dre.store.tables import slo, slo_alert, slo_override


def read_slos(connection: Connection, scope: DagScope | None = None) -> list[StoredSlo]:
    """Return the objectives by name: all, or those of Dags that a user may read."""
    query = select(slo) if scope is None else select(slo).where(in_scope(scope, slo.c.dag_id))
    return as_records(connection.execute(query.order_by(slo.c.name)), StoredSlo)


def has_slos(connection: Connection) -> bool:
    """Return whether an objective is declared."""
    return connection.execute(select(slo.c.name).limit(1)).first() is not None


def find_slo(connection: Connection, name: str) -> StoredSlo | None:
    """Return an objective, or None where none has this name."""
    row = connection.execute(select(slo).where(slo.c.name == name)).first()
    return None if row is None else as_record(row, StoredSlo)


def save_declaration(connection: Connection, name: str, values: Mapping[str, Any], *, new: bool) -> None:
    """Keep a declaration. The latest evaluation stays until the next one."""
    if new:
        first = {"state": "no_data", "reason": "not evaluated yet"}
        connection.execute(insert(slo).values(name=name, **first, **values))
    else:
        connection.execute(update(slo).where(slo.c.name == name).values(**values))


def save_evaluations(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep latest evaluations: for each objective its ``name`` and the columns of its evaluation."""
    if not rows:
        return
    columns = ("fingerprint", "namespace", "dataset", "state", "reason", "evaluation", "evaluated_at")
    values = {column: bindparam(f"new_{column}", type_=slo.c[column].type) for column in columns}
    given = [{"of": row["name"], **{f"new_{column}": row[column] for column in columns}} for row in rows]
    connection.execute(update(slo).where(slo.c.name == bindparam("of")).values(**values), given)


def drop_slo(connection: Connection, name: str) -> None:
    """Forget an objective and its alerts. Its overrides stay: they are a record of who decided what."""
    connection.execute(delete(slo_alert).where(slo_alert.c.slo == name))
    connection.execute(delete(slo).where(slo.c.name == name))


def read_due_alerts(connection: Connection) -> dict[str, dict[str, StoredAlert]]:
    """Return the alerts that are due, by objective and name."""
    found: dict[str, dict[str, StoredAlert]] = {}
    for alert in as_records(connection.execute(select(slo_alert)), StoredAlert):
        found.setdefault(alert.slo, {})[alert.alert] = alert
    return found


def save_alerts(connection: Connection, begun: Sequence[StoredAlert], ended: Sequence[StoredAlert]) -> None:
    """Keep the alerts that became due, and forget those that are due no longer."""
    for alert in ended:
        connection.execute(delete(slo_alert).where(slo_alert.c.slo == alert.slo, slo_alert.c.alert == alert.alert))
    rows = [{"slo": alert.slo, "alert": alert.alert, "severity": alert.severity, "since": alert.since} for alert in begun]
    if rows:
        connection.execute(insert(slo_alert), rows)


def add_override(connection: Connection, name: str, *, reason: str, actor: str, at: datetime, expires_at: datetime) -> None:
    """Keep a permission to go on although the budget is spent."""
    connection.execute(insert(slo_override).values(slo=name, reason=reason, actor=actor, created_at=at, expires_at=expires_at))


def end_overrides(connection: Connection, name: str, at: datetime) -> int:
    """Let the permissions of an objective expire now, and return how many were in force."""
    in_force = update(slo_override).where(slo_override.c.slo == name, slo_override.c.expires_at > at)
    return len(connection.execute(in_force.values(expires_at=at).returning(slo_override.c.id)).all())


def read_overrides(connection: Connection, at: datetime, name: str | None = None) -> dict[str, StoredOverride]:
    """Return the permission in force of each objective that has one, the longest where there are several."""
    query = select(slo_override).where(slo_override.c.expires_at > at)
    if name is not None:
        query = query.where(slo_override.c.slo == name)
    found = as_records(connection.execute(query.order_by(slo_override.c.expires_at)), StoredOverride)
    return {override.slo: override for override in found}
