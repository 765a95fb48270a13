"""A store copied from SQLite to PostgreSQL and back is the same store, and nothing of it is sent twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from airflow_dre.checks.outcomes import Outcome
from airflow_dre.errors import StoreError
from airflow_dre.incidents.identity import DataCause, Promise
from airflow_dre.slo import dag_runs_succeeded, rows_passed
from airflow_dre.store import copying
from airflow_dre.store.aside import note_aside
from airflow_dre.store.copying import copy_store
from airflow_dre.store.database import Database
from airflow_dre.store.declarations import declare
from airflow_dre.store.installation import read_installation_id
from airflow_dre.store.monitors import Monitor, add_cost, save_gap, save_monitor
from airflow_dre.store.outbox import claim
from airflow_dre.store.records import (
    DagRunEnd,
    Delivery,
    LastEvent,
    MonitorCost,
    NewCall,
    PartitionState,
    PartitionStates,
    Sample,
    StoredAlert,
    StoredDeclaration,
    StoredGap,
    StoredInterval,
)
from airflow_dre.store.schema import downgrade, migrate
from airflow_dre.store.sla_calls import add_calls
from airflow_dre.store.sla_history import Stretches, save_stretches
from airflow_dre.store.slo_events import add_series, count_pending_runs
from airflow_dre.store.slos import add_override, save_alerts, save_declaration
from airflow_dre.store.spool import Spool
from airflow_dre.store.store import Store
from airflow_dre.store.tables import incident, metadata, outbox
from tests.sla_states import keep_states, sla_state

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def rows_of(database: Database) -> dict[str, list[Any]]:
    """Return all rows of all tables."""
    with database.read() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key))]
            for table in metadata.sorted_tables
        }


@pytest.fixture
def filled(tmp_path: Path, signal: Callable[..., Any], suite_run: Callable[..., Any]) -> Store:
    """Return a SQLite store with rows in every table: a live and a resolved incident, messages, samples, partitions and an SLA."""
    store = Store(Database(f"sqlite:///{tmp_path}/filled.db"), Spool(tmp_path / "spool"))
    run = suite_run("failed")
    sample = Sample(expires_at=datetime(2999, 1, 1, tzinfo=UTC), columns=("a",), rows=((None,), ("x\u2028é",)), reason="because")
    for number in range(3):
        ran = suite_run("failed", run=f"r{number}", at=number)
        results = (replace(run.results[0], sample=sample, value=0.1 + number, outcome=Outcome.FAILED),)
        store.deliver(Delivery(run=replace(ran, results=results), signals=(signal("checks_failed", run=f"r{number}", routes=("oncall",)),)))
    store.deliver(Delivery(signals=(signal("task_failed", "load", routes=("oncall", "chat")),)))
    store.deliver(Delivery(signals=(signal("task_succeeded", "load", at=1),)))
    states = (PartitionState('"2026-01-01"', "form", "[1]", 10, "v1"), PartitionState("null", "form", "[2]", 3))
    store.deliver(Delivery(partitions=PartitionStates(split="s", namespace="n", name="t", measured_at=NOW, states=states)))
    cause = DataCause(namespace="n", name="t", suite="hourly", promise=Promise.SLA)
    keep_states(store.database, sla_state(cause, NOW, dag_id="m", state="missed", missed_since=NOW, max_age_seconds=3600.0))
    with store.database.write() as connection:
        save_monitor(connection, Monitor(dag_id="m", looked_at=NOW, due_at=None, watches=(("hourly", "w.n.t"),)))
        declare(connection, "m", [StoredDeclaration(sla="hourly", digest="d", declared={"a": 1}, source=None, declared_at=NOW)])
        save_stretches(connection, [Stretches(cause.fingerprint, None, (StoredInterval(state="missed", since=NOW, until=None),))])
        call: dict[str, Any] = {"kind": "miss", "callback": "page", "place": 0, "details": {"a": 1}, "created_at": NOW}
        add_calls(connection, [NewCall(key="k", fingerprint=cause.fingerprint, dag_id="m", sla="hourly", **call)])
        save_gap(connection, StoredGap(dag_id="m", since=NOW, until=NOW))
        cost: dict[str, Any] = {"worker_seconds": 0.5, "wakes": 1, "looks": 1, "look_seconds": 0.5}
        add_cost(connection, MonitorCost(dag_id="m", run_id="r", began_at=NOW, ended_at=NOW, **cost))
    store.deliver(Delivery(last_events=(LastEvent(kind="asset", name="orders", happened_at=NOW),)))
    with store.database.write() as connection:
        counted = [dag_runs_succeeded("d"), rows_passed(suite="s")]
        add_series(store.database, connection, counted, NOW)
        count_pending_runs(store.database, connection)
        values: dict[str, Any] = {"dag_id": "m", "definition": {"a": 1}, "series": None, "declared_at": NOW, "in_file": False}
        save_declaration(connection, "a", values, new=True)
        save_alerts(connection, [StoredAlert(slo="a", alert="page_fast", severity="high", since=NOW)], [])
        add_override(connection, "a", reason="because", actor="ann", at=NOW, expires_at=NOW)
    store.deliver(Delivery(dag_runs=(DagRunEnd(dag_id="d", run_id="r", ended_at=NOW, succeeded=True),)))
    note_aside(store.database, b"{}", tmp_path / "x.unreadable", "a line", "it cannot be read")
    assert [name for name, held in rows_of(store.database).items() if not held] == [], "every table holds rows"
    return store


@pytest.mark.postgres
def test_a_store_goes_to_postgres_and_back_and_is_the_same(filled: Store, postgres_url: str, tmp_path: Path, signal: Any) -> None:
    before = rows_of(filled.database)
    server, again = Database(postgres_url), Database(f"sqlite:///{tmp_path}/again.db")
    told: list[tuple[str, int, int]] = []
    copied = copy_store(filled.database, server, lambda *step: told.append(step))
    assert copied.rows == {name: len(rows) for name, rows in before.items()}
    assert ("dre_suite_run", 3, 3) in told
    assert rows_of(server) == before
    copy_store(server, again)
    assert rows_of(again) == before
    with again.read() as connection:
        assert read_installation_id(connection) == before["dre_installation"][0][1]
    new = Store(server, Spool(tmp_path / "other")).deliver(Delivery(signals=(signal("task_failed", "new", run="r9", routes=("oncall",)),)))
    assert new[0].incident_id == max(row[0] for row in before["dre_incident"]) + 1, "ids go on after those that were copied"


def test_a_live_incident_goes_on_in_the_copy(filled: Store, tmp_path: Path, signal: Any) -> None:
    target = Store(Database(f"sqlite:///{tmp_path}/copy.db"), Spool(tmp_path / "other"))
    copy_store(filled.database, target.database)
    (change,) = target.deliver(Delivery(signals=(signal("checks_passed", at=9, run="r9"),)))
    with target.database.read() as connection:
        row = connection.execute(sa.select(incident).where(incident.c.id == change.incident_id)).one()
        events = connection.scalars(sa.select(outbox.c.event).where(outbox.c.incident_id == row.id).order_by(outbox.c.id)).all()
    assert (row.status, events[0], events[-1]) == ("resolved", "opened", "resolved")


def test_only_the_copy_sends_the_messages_that_wait(filled: Store, tmp_path: Path) -> None:
    target = Database(f"sqlite:///{tmp_path}/copy.db")
    waiting = sum("pending" in row for row in rows_of(filled.database)["dre_outbox"])
    copied = copy_store(filled.database, target)
    assert (copied.moved, copied.warning) == (waiting, "")
    with filled.database.write() as connection:
        assert claim(connection, NOW + timedelta(days=9000)) is None
        assert set(connection.scalars(sa.select(outbox.c.status))) == {"moved"}
    with target.write() as connection:
        assert claim(connection, NOW + timedelta(days=9000)) is not None


def test_rows_go_in_batches(filled: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "BATCH", 2)
    before, told = rows_of(filled.database), []
    target = Database(f"sqlite:///{tmp_path}/copy.db")
    copy_store(filled.database, target, lambda *step: told.append(step))
    assert [step for step in told if step[0] == "dre_suite_run"] == [("dre_suite_run", 2, 3), ("dre_suite_run", 3, 3)]
    assert rows_of(target) == before


def test_what_cannot_be_copied_is_refused_and_nothing_changes(filled: Store, tmp_path: Path) -> None:
    before = rows_of(filled.database)
    held = Database(f"sqlite:///{tmp_path}/held.db")
    copy_store(filled.database, held)
    for target, said in ((held, "is not empty (dre_aside, "), (filled.database, "are the same store")):
        with pytest.raises(StoreError, match="copy into an empty database|name an empty store") as refused:
            copy_store(filled.database, target)
        assert said in str(refused.value)
    with pytest.raises(StoreError, match="there is no results store at"):
        copy_store(Database(f"sqlite:///{tmp_path}/missing.db"), Database(f"sqlite:///{tmp_path}/new.db"))
    assert not (tmp_path / "missing.db").exists()
    with pytest.raises(StoreError, match="cannot be used: it is no URL"):
        copy_store(Database("an address"), Database("another address"))
    assert rows_of(filled.database)["dre_incident"] == before["dre_incident"]


@pytest.mark.parametrize(("revision", "message"), [("0003", "migrate it first: run `airflow dre db migrate`"), ("9999", "made by a newer")])
def test_a_source_of_another_revision_is_refused(tmp_path: Path, revision: str, message: str) -> None:
    source = Database(f"sqlite:///{tmp_path}/old.db")
    migrate(source)
    if revision < "1":
        downgrade(source, revision)
    else:
        with source.write() as connection:
            connection.execute(sa.text("UPDATE dre_alembic_version SET version_num = :revision"), {"revision": revision})
    with pytest.raises(StoreError) as refused:
        copy_store(source, Database(f"sqlite:///{tmp_path}/new.db"))
    assert f"is at revision {revision}, and this version needs" in str(refused.value)
    assert message in str(refused.value)
    assert not (tmp_path / "new.db").exists()


def test_a_message_that_is_just_being_sent_stops_the_copy(filled: Store, tmp_path: Path) -> None:
    with filled.database.write() as connection:
        assert claim(connection, datetime.now(UTC)) is not None
    with pytest.raises(StoreError, match="is just being sent: stop Airflow, wait two minutes and copy again"):
        copy_store(filled.database, Database(f"sqlite:///{tmp_path}/copy.db"))


@pytest.mark.postgres
def test_a_row_that_the_target_refuses_leaves_it_empty(filled: Store, postgres_url: str) -> None:
    with filled.database.write() as connection:
        connection.execute(sa.update(metadata.tables["dre_suite_run"]).values(queries=2**40))
    with pytest.raises(StoreError, match="dre_suite_run: the target refuses a row among 1 to 3: "):
        copy_store(filled.database, Database(postgres_url))
    assert not any(rows for name, rows in rows_of(Database(postgres_url)).items() if name != "dre_installation")
    assert {row[1] for row in rows_of(filled.database)["dre_result"]}


def test_two_stores_have_two_ids_and_one_store_keeps_its_own(tmp_path: Path) -> None:
    ids = []
    for name in ("a", "b"):
        database = Database(f"sqlite:///{tmp_path}/{name}.db")
        migrate(database)
        with database.write() as connection:
            ids += [read_installation_id(connection), read_installation_id(connection)]
    assert ids[0] == ids[1] != ids[2] == ids[3]
