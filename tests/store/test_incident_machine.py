"""Any sequence of problems, recoveries, repetitions and people, against a model of a few lines."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import func, select

from airflow_dre.incidents.identity import Cause, DataCause, PipelineCause, Promise
from airflow_dre.incidents.signals import Event, Origin, Severity, Signal
from airflow_dre.store.database import Database
from airflow_dre.store.incidents import LIVE_STATUSES, resolve_by_hand
from airflow_dre.store.records import Delivery
from airflow_dre.store.schema import migrate
from airflow_dre.store.spool import Spool
from airflow_dre.store.store import Store
from airflow_dre.store.tables import incident, outbox

T = datetime(2026, 1, 1, tzinfo=UTC)
CAUSES: tuple[Cause, ...] = (
    DataCause(namespace="n", name="t", suite="s"),
    DataCause(namespace="n", name="t", suite="s", promise=Promise.SLO),
    PipelineCause(dag_id="d", task_id="load"),
)
_template: list[tempfile.TemporaryDirectory[str]] = []


def migrated_copy(folder: Path) -> Store:
    """Return a migrated SQLite store, quickly."""
    if not _template:
        _template.append(tempfile.TemporaryDirectory(prefix="dre-template-"))
        migrate(Database(f"sqlite:///{_template[0].name}/dre.db"))
    shutil.copy(Path(_template[0].name) / "dre.db", folder)
    return Store(Database(f"sqlite:///{folder / 'dre.db'}"), Spool(folder / "spool"))


@dataclass
class Kept:
    """State of one incident in the model."""

    counted: set[str]
    last: datetime
    severity: Severity
    told: set[str]
    live: bool = True


@dataclass
class Known:
    """State of one cause in the model."""

    incidents: list[Kept] = field(default_factory=list)
    seen: dict[str, Kept | None] = field(default_factory=dict)
    recovered: datetime = T - timedelta(days=1)

    @property
    def live(self) -> Kept | None:
        return self.incidents[-1] if self.incidents and self.incidents[-1].live else None

    def problem(self, fact: Signal) -> None:
        live, severity = self.live, fact.severity or Severity.LOW
        if fact.key in self.seen:
            if live is not None and self.seen[fact.key] is live:
                live.severity = max(live.severity, severity, key=lambda one: one.rank)
                live.told |= set(fact.routes)
            return
        if live is not None:
            live.counted.add(fact.key)
            live.last = max(live.last, fact.at)
            live.severity = max(live.severity, severity, key=lambda one: one.rank)
            live.told |= set(fact.routes)
        elif fact.at > self.recovered:
            live = Kept({fact.key}, fact.at, fact.severity or Severity.MEDIUM, set(fact.routes))
            self.incidents.append(live)
        self.seen[fact.key] = live

    def recovery(self, at: datetime) -> None:
        self.recovered = max(self.recovered, at)
        if self.live is not None and at >= self.live.last:
            self.live.live = False


def events_of(cause: Cause) -> tuple[Event, Event]:
    """Return the events of a problem of a cause and of its recovery."""
    if isinstance(cause, DataCause):
        slo = cause.promise is Promise.SLO
        return (Event.SLO_ALERT, Event.SLO_RECOVERED) if slo else (Event.CHECKS_FAILED, Event.CHECKS_PASSED)
    return Event.TASK_FAILED, Event.TASK_SUCCEEDED


class Incidents(RuleBasedStateMachine):
    """Deliveries to a real SQLite store."""

    @initialize()
    def start(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="dre-machine-"))
        self.store = migrated_copy(self.folder)
        self.model = {cause.fingerprint: Known() for cause in CAUSES}
        self.history: list[Signal] = []

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder)

    def tell(self, fact: Signal) -> None:
        """Deliver to both."""
        self.store.deliver(Delivery(signals=(fact,)))
        known = self.model[fact.cause.fingerprint]
        if fact.event.firing:
            known.problem(fact)
        else:
            known.recovery(fact.at)

    @rule(
        cause=st.sampled_from(CAUSES),
        broken=st.booleans(),
        run=st.integers(0, 5),
        at=st.integers(0, 12),
        severity=st.sampled_from((None, *Severity)),
        routes=st.lists(st.sampled_from("abc"), max_size=2).map(tuple),
    )
    def hear(self, cause: Cause, broken: bool, run: int, at: int, severity: Severity | None, routes: tuple[str, ...]) -> None:
        data = isinstance(cause, DataCause)
        event = events_of(cause)[0 if broken else 1]
        moment = T + timedelta(hours=at)
        # one occurrence happens at one moment, for every messenger
        origin = Origin(dag_id="d", run_id=f"{run}@{at}", task_id="check" if data else "load", map_index=-1, try_number=1)
        fact = Signal(cause=cause, event=event, at=moment, title=event, origin=origin, severity=severity, routes=routes if broken else ())
        self.tell(fact)
        self.history.append(fact)

    @precondition(lambda self: self.history)
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        self.tell(data.draw(st.sampled_from(self.history)))

    @rule(cause=st.sampled_from(CAUSES), at=st.integers(0, 12))
    def a_person_resolves(self, cause: Cause, at: int) -> None:
        known = self.model[cause.fingerprint]
        moment = T + timedelta(hours=at)
        with self.store.database.write() as connection:
            row = connection.execute(
                select(incident.c.id).where(incident.c.fingerprint == cause.fingerprint, incident.c.status.in_(LIVE_STATUSES))
            ).first()
            assert (row is not None) == (known.live is not None)
            if row is not None and known.live is not None:
                assert resolve_by_hand(connection, row.id, actor="vera", note="", at=moment)
                assert not resolve_by_hand(connection, row.id, actor="vera", note="", at=moment)
                known.live.live = False
                known.recovered = max(known.recovered, moment)

    def dump(self) -> Any:
        """Return everything about incidents and messages."""
        with self.store.database.read() as connection:
            found = connection.execute(select(incident).order_by(incident.c.id)).all()
            return [tuple(row) for row in found], connection.scalar(select(func.count()).select_from(outbox))

    @precondition(lambda self: self.history)
    @rule()
    def replay_everything(self) -> None:
        before = self.dump()
        for fact in self.history:
            self.tell(fact)
        assert self.dump() == before

    @invariant()
    def the_store_is_the_model(self) -> None:
        if not hasattr(self, "model"):
            return
        with self.store.database.read() as connection:
            rows = connection.execute(select(incident).order_by(incident.c.id)).all()
            messages = connection.execute(select(outbox.c.incident_id, outbox.c.route, outbox.c.event)).all()
        for cause in CAUSES:
            mine = [row for row in rows if row.fingerprint == cause.fingerprint]
            assert sum(row.status in LIVE_STATUSES for row in mine) <= 1
            known = self.model[cause.fingerprint].incidents
            assert [(row.status != "resolved", row.occurrences, row.severity, set(row.routes)) for row in mine] == [
                (kept.live, len(kept.counted), kept.severity, kept.told) for kept in known
            ]
            for row in mine:
                opened = sorted(message.route for message in messages if message.incident_id == row.id and message.event == "opened")
                resolved = sorted(message.route for message in messages if message.incident_id == row.id and message.event == "resolved")
                assert opened == sorted(row.routes), "each route hears once"
                assert resolved == ([] if row.status != "resolved" else opened)


TestIncidents = Incidents.TestCase
TestIncidents.settings = settings(
    max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
