"""The promise that a data incident is about: an SLA and a suite of one name are two causes."""

from __future__ import annotations

import hashlib
from typing import Any

import sqlalchemy as sa
from alembic import op

from airflow_dre.store.tables import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_incident = sa.table(
    "dre_incident",
    *[sa.column(name) for name in ("id", "fingerprint", "kind", "namespace", "name", "suite", "promise", "event", "status")],
    sa.column("last_problem_at", UtcDateTime()),
    sa.column("resolved_at", UtcDateTime()),
)
_signal = sa.table(
    "dre_signal",
    *[sa.column(name) for name in ("key", "fingerprint", "event", "incident_id")],
    *[sa.column(name) for name in ("dag_id", "run_id", "task_id", "map_index", "try_number")],
    sa.column("at", UtcDateTime()),
)
_sla = sa.table("dre_sla", *[sa.column(name) for name in ("fingerprint", "namespace", "name", "sla", "called_back")])
_OF_SLA = ("stale", "fresh")
_OF_SUITE = ("checks_failed", "checks_errored", "checks_passed")


def upgrade() -> None:
    """Assign every SLA a cause of its own. An incident that a suite shared with it stays with its opener."""
    op.add_column("dre_incident", sa.Column("promise", sa.String(16), nullable=True))
    connection = op.get_bind()
    connection.execute(sa.update(_incident).where(_incident.c.kind == "data").values(promise="suite"))
    connection.execute(sa.update(_incident).where(_incident.c.kind == "data", _incident.c.event == "stale").values(promise="sla"))
    _part_shared_incidents(connection)
    _rename(connection, added=("sla",))


def downgrade() -> None:
    """Let an SLA and a suite of one name be one cause again. Where both have a live incident that of the suite stays live."""
    connection = op.get_bind()
    live = ("open", "acknowledged")
    suite = _incident.alias()
    twin = sa.exists().where(
        suite.c.promise == "suite",
        suite.c.status.in_(live),
        *[suite.c[name] == _incident.c[name] for name in ("namespace", "name", "suite")],
    )
    connection.execute(
        sa.update(_incident)
        .where(_incident.c.promise == "sla", _incident.c.status.in_(live), twin)
        .values(status="resolved", resolved_at=_incident.c.last_problem_at)
    )
    _rename(connection, added=())
    op.drop_column("dre_incident", "promise")


def _part_shared_incidents(connection: sa.Connection) -> None:
    """Remove the other promise from a live incident, so that its next evaluation opens an incident of its own and calls back."""
    live = sa.select(_incident.c.id).where(_incident.c.status.in_(("open", "acknowledged")))
    of_suite, of_sla = (live.where(_incident.c.promise == promise) for promise in ("suite", "sla"))
    lost = sa.and_(_signal.c.event == "stale", _signal.c.incident_id.in_(of_suite))
    shared = sa.select(_signal.c.fingerprint).where(lost)
    connection.execute(sa.update(_sla).where(_sla.c.fingerprint.in_(shared)).values(called_back=0))
    connection.execute(sa.delete(_signal).where(lost))
    connection.execute(sa.delete(_signal).where(_signal.c.event.in_(_OF_SUITE), _signal.c.incident_id.in_(of_sla)))


def _rename(connection: sa.Connection, *, added: tuple[str, ...]) -> None:
    """Write the fingerprints of SLAs anew, with ``added`` parts after those of a suite, wherever they are kept."""
    names = {}
    for row in connection.execute(sa.select(_sla)).all():
        names[row.fingerprint] = _digest("data", row.namespace, row.name, row.sla, *added)
        connection.execute(sa.update(_sla).where(_sla.c.fingerprint == row.fingerprint).values(fingerprint=names[row.fingerprint]))
    for row in connection.execute(sa.select(_incident).where(_incident.c.promise == "sla")).all():
        names[row.fingerprint] = _digest("data", row.namespace, row.name, row.suite, *added)
        connection.execute(sa.update(_incident).where(_incident.c.id == row.id).values(fingerprint=names[row.fingerprint]))
    for row in connection.execute(sa.select(_signal).where(_signal.c.event.in_(_OF_SLA))).all():
        if (name := names.get(row.fingerprint)) is not None:
            values = {"fingerprint": name, "key": _key(row, name)}
            connection.execute(sa.update(_signal).where(_signal.c.key == row.key).values(**values))


def _key(row: sa.Row[Any], fingerprint: str) -> str:
    """Return the key of a signal under another fingerprint. One whose episode is not known keeps its key, which is unique."""
    origin = (row.dag_id, row.run_id, row.task_id, row.map_index, row.try_number)
    for parts in (("recovered", ""), (row.event, *origin, ""), (row.event, *origin, row.at.isoformat())):
        known, wanted = (
            _digest("recovered", name) if parts[0] == "recovered" else _digest(name, *parts) for name in (row.fingerprint, fingerprint)
        )
        if row.key == known:
            return wanted
    return str(row.key)


def _digest(*parts: object) -> str:
    return hashlib.sha256(b"".join(("" if part is None else str(part)).encode() + b"\xff" for part in parts)).hexdigest()
