"""A look of the monitor, with a real warehouse and a real store: each miss is one incident and one call, and nothing is written twice."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from airflow_dre.errors import StoreUnreachable
from airflow_dre.incidents.identity import DataCause, Promise
from airflow_dre.incidents.notify_options import NotifyOptions
from airflow_dre.incidents.signals import Severity
from airflow_dre.services.slo import declaring, watching
from airflow_dre.services.slo.authored import AuthoredSla, Occasion
from airflow_dre.services.slo.calls import make_calls
from airflow_dre.services.slo.declared_sla import read_declared_sla
from airflow_dre.services.slo.declaring import declare_slas
from airflow_dre.services.slo.monitoring import LookDone, Watch, look_once
from airflow_dre.services.slo.reading import state_of_sla
from airflow_dre.services.slo.watching import Seen, watch_once
from airflow_dre.services.wiring import Wiring, read_wiring
from airflow_dre.slo.miss import SlaMiss
from airflow_dre.store.reading.scope import DagScope
from airflow_dre.store.reading.slas import readable_monitors, readable_slas
from airflow_dre.store.schema import migrate
from airflow_dre.store.sla_history import read_intervals
from airflow_dre.store.tables import incident, incident_event, monitor, monitor_gap, outbox, sla, sla_call, sla_interval

T = datetime(2026, 1, 2, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def hours(moment: datetime) -> float:
    """Return the hours between the first look and a moment."""
    return round((moment - T) / HOUR, 2)


class Opening:
    """A callback such as ``open_incident(...)``: the monitor needs its options alone."""

    notify_options = NotifyOptions(severity=Severity.HIGH, routes=("oncall",))

    def __call__(self, context: Any) -> None:
        raise AssertionError("no worker calls it")


@dataclass
class World:
    """A warehouse, a store, a monitor and a clock."""

    folder: Path
    clock: list[datetime]
    slas: Sequence[AuthoredSla] = ()
    heard: list[SlaMiss] = field(default_factory=list)

    @property
    def wiring(self) -> Wiring:
        return read_wiring()

    def load(self, moment: datetime | None, table: str = "orders") -> None:
        """Let the newest row of a table be of a moment."""
        with sqlite3.connect(self.folder / "w.db") as connection:
            connection.execute(f"CREATE TABLE IF NOT EXISTS {table} (created_at TEXT)")
            connection.execute(f"DELETE FROM {table}")
            if moment is not None:
                connection.execute(f"INSERT INTO {table} VALUES (?)", [moment.replace(tzinfo=None).isoformat(sep=" ")])
        connection.close()

    def sla(self, name: str = "orders", table: str = "orders", **more: Any) -> AuthoredSla:
        """Return an SLA of six hours."""
        callbacks: dict[Occasion, Sequence[Callable[[Any], Any]]] = more.pop("callbacks", {"miss": [Opening()]})
        given = {"conn_id": "dre_warehouse", "table": table, "column": "created_at", "max_age": 6 * HOUR, **more}
        return AuthoredSla(declared=read_declared_sla({"name": name, **given}), callbacks=callbacks)

    def declare(self, *slas: AuthoredSla, dag_id: str = "monitor") -> int:
        """Let the monitor watch SLAs."""
        self.slas = slas
        return declare_slas(dag_id, slas, MINUTE, self.wiring)

    def look(self, hours: float = 0, dag_id: str = "monitor", every: timedelta = 2 * HOUR) -> LookDone:
        """Look once, at a moment. A monitor that looks every two hours was not running if it has not looked for more than eight."""
        self.clock[0] = T + hours * HOUR
        watch = Watch(dag_id=dag_id, run_id="r", every=every, look_seconds=5.0)
        return look_once(watch, self.wiring, self.clock[0])

    def call(self) -> tuple[int, int]:
        """Make the calls that are due."""

        def find(name: str, occasion: Occasion, place: int) -> Callable[[Any], Any] | None:
            return next((one.callbacks[occasion][place] for one in self.slas if one.name == name), None)

        done = make_calls("monitor", find, {"run_id": "r"}, self.wiring)
        return done.made, done.failed

    def listen(self, context: Any) -> None:
        """Keep what a callback hears."""
        self.heard.append(context["sla"])

    def rows(self, what: Any) -> list[Any]:
        """Return the rows of a table of the store."""
        order = list(what.primary_key)
        with self.wiring.open_store().database.read() as connection:
            return list(connection.execute(sa.select(what).order_by(*order)))

    def incidents(self) -> list[tuple[str, str, int]]:
        return [(row.event, row.status, row.occurrences) for row in self.rows(incident)]

    def history(self) -> list[tuple[str, float, float | None]]:
        """Return state, begin and end of each stretch of the only SLA, in hours."""
        (row,) = self.rows(sla)
        return self.history_of(row.sla)

    def history_of(self, name: str) -> list[tuple[str, float, float | None]]:
        """Return state, begin and end of each stretch of an SLA, in hours."""
        (row,) = [row for row in self.rows(sla) if row.sla == name]
        with self.wiring.open_store().database.read() as connection:
            found = read_intervals(connection, row.fingerprint, T - 99 * HOUR, T + 99 * HOUR)
        return [(one.state, hours(one.since), None if one.until is None else hours(one.until)) for one in found]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: Path) -> World:
    import shutil

    from airflow_dre.services.slo import calls

    shutil.copy(sqlite_template, tmp_path / "dre.db")
    monkeypatch.setenv("AIRFLOW_CONN_DRE_WAREHOUSE", json.dumps({"conn_type": "sqlite", "host": str(tmp_path / "w.db")}))
    monkeypatch.setenv("AIRFLOW__DRE__SQL_ALCHEMY_CONN", f"sqlite:///{tmp_path}/dre.db")
    monkeypatch.setenv("AIRFLOW__DRE__SPOOL_FOLDER", str(tmp_path / "spool"))
    clock = [T - HOUR]
    monkeypatch.setattr(declaring, "now", lambda: clock[0])
    monkeypatch.setattr(calls, "now", lambda: clock[0])
    return World(tmp_path, clock)


def test_a_miss_is_one_incident_and_one_call_and_so_is_its_end(world: World) -> None:
    world.load(T)
    world.declare(world.sla(callbacks={"miss": [Opening(), world.listen], "recover": [world.listen]}))
    for hours, newest in ((0, T), (5.9, T), (6.5, T), (6.9, T), (7.5, T), (8, T + 8 * HOUR), (8.5, T + 8 * HOUR)):
        world.load(newest)
        world.look(hours)
        world.call()
    assert [(told.kind, told.due, told.what, told.sla) for told in world.heard] == [
        ("miss", T + 6 * HOUR, "main.orders", "orders"),
        ("recover", T + 6 * HOUR, "main.orders", "orders"),
    ]
    assert (world.heard[0].how_late, world.heard[0].last_good, world.heard[0].found_late) == (0.5 * HOUR, T, False)
    assert world.heard[0].incident == 1
    assert world.heard[0].links["incident"].endswith("/incidents/1")
    assert world.incidents() == [("stale", "resolved", 1)]
    assert [(row.route, row.event) for row in world.rows(outbox)] == [("oncall", "opened"), ("oncall", "resolved")]
    assert world.history() == [("met", -1, 6), ("missed", 6, 8), ("met", 8, None)]


def test_a_table_that_is_fresh_again_is_met_from_the_look_that_found_it(world: World) -> None:
    world.load(T)
    world.declare(world.sla())
    world.look(0)
    world.look(7)
    world.load(T + 8 * HOUR)
    world.look(8)
    assert world.history() == [("met", -1, 6), ("missed", 6, 8), ("met", 8, None)], "at once, and not with the next look"
    world.load(None)
    with sqlite3.connect(world.folder / "w.db") as connection:
        connection.execute("ALTER TABLE orders RENAME TO gone")
    connection.close()
    world.look(9)
    assert world.history() == [("met", -1, 6), ("missed", 6, 8), ("unknown", 8, None)], "no look found it met for a time"


def test_looks_that_find_nothing_new_write_one_row_of_the_monitor(world: World) -> None:
    world.load(T)
    world.declare(*[world.sla(f"orders {number}") for number in range(3)])
    assert world.look(0).changed == 3
    before = [(row.revision, row.looked_at) for row in world.rows(sla)], len(world.rows(sla_interval))
    for number in range(1, 6):
        done = world.look(number / 10)
        assert (done.slas, done.changed, done.calls_due) == (3, 0, 0)
    assert ([(row.revision, row.looked_at) for row in world.rows(sla)], len(world.rows(sla_interval))) == before
    (row,) = world.rows(monitor)
    assert (row.looked_at, row.due_at) == (T + 0.5 * HOUR, T + 2.5 * HOUR)
    assert world.history_of("orders 1") == [("met", -1, None)]
    with world.wiring.open_store().database.read() as connection:
        (first, *_), monitors = readable_slas(connection, DagScope(None)), readable_monitors(connection, DagScope(None))
    found = state_of_sla(first, monitors, T + 0.6 * HOUR)
    assert (found.last_look, found.evaluated_at, found.overdue) == (T + 0.5 * HOUR, T + 0.5 * HOUR, False)
    assert found.reason == f"the newest row is 30 min old ({T.isoformat()})", "though no row of an SLA was written since it was new"
    late = state_of_sla(first, monitors, T + 9 * HOUR)
    assert (late.state, late.reason.startswith("not watched: monitor monitor has not looked for 8 h 30 min; last found: met, ")) == (
        "unknown",
        True,
    )


def test_an_sla_that_cannot_be_evaluated_is_unknown_until_it_can(world: World) -> None:
    world.load(T)
    callbacks = {"miss": [Opening()], "unknown": [Opening(), world.listen]}
    world.declare(world.sla(table="later", callbacks=callbacks, unknown_after=2))
    looks = []
    for hours in (0, 1, 2, 3):
        looks.append(world.look(hours).changed)
        world.call()
    assert looks == [1, 1, 0, 0], "failed looks are counted as far as it matters"
    assert [told.kind for told in world.heard] == ["unknown"]
    assert world.heard[0].since == T
    assert world.incidents() == [("sla_unknown", "open", 1)]
    (row,) = world.rows(incident)
    assert row.title.startswith("later cannot be evaluated by SLA orders: ")
    assert (row.severity, row.routes) == ("high", ["oncall"])
    world.load(T, "later")
    world.look(4)
    assert world.incidents() == [("sla_unknown", "resolved", 1)]
    assert world.history() == [("unknown", -1, 3), ("met", 3, None)]
    world.load(None, "later")
    assert world.look(5).changed == 1


def test_a_miss_that_was_found_late_is_reported_once_and_says_so(world: World) -> None:
    world.load(T)
    world.declare(world.sla(callbacks={"miss": [Opening(), world.listen], "recover": [world.listen]}))
    for hours in (0, 1, 20, 21):
        world.look(hours)
        world.call()
    assert [(told.kind, told.found_late, told.due) for told in world.heard] == [("miss", True, T + 6 * HOUR)]
    (row,) = world.rows(incident)
    assert row.title.endswith("SLA orders allows 6 h, found late")
    (event,) = world.rows(incident_event)
    assert "the monitor was not running since 2026-01-02T13:00:00+00:00" in event.detail
    assert [(row.dag_id, row.since, row.until) for row in world.rows(monitor_gap)] == [("monitor", T + HOUR, T + 20 * HOUR)]
    assert world.history() == [("met", -1, 1), ("not_watched", 1, 6), ("missed", 6, None)]


def test_a_table_that_was_late_and_came_back_while_no_monitor_ran_is_no_miss(world: World) -> None:
    world.load(T)
    world.declare(world.sla(callbacks={"miss": [world.listen], "recover": [world.listen]}))
    world.look(0)
    world.load(T + 19 * HOUR)
    world.look(20)
    world.call()
    assert world.heard == []
    assert world.history() == [("met", -1, 0), ("not_watched", 0, 20), ("met", 20, None)]
    world.look(21)
    assert world.history() == [("met", -1, 0), ("not_watched", 0, 20), ("met", 20, None)]


def test_a_clock_that_goes_back_changes_nothing_and_calls_nothing(world: World) -> None:
    world.load(T)
    world.declare(world.sla(callbacks={"miss": [world.listen], "recover": [world.listen]}))
    world.look(7)
    world.call()
    before = world.rows(sla), world.rows(sla_interval)
    world.load(T - 99 * HOUR)
    world.look(1)
    world.look(6.5)
    world.call()
    assert (world.rows(sla), world.rows(sla_interval)) == before
    assert [told.kind for told in world.heard] == ["miss"]


def test_a_warning_calls_and_opens_no_incident(world: World) -> None:
    world.load(T)
    callbacks = {"warn": [world.listen], "miss": [world.listen]}
    world.declare(world.sla(warn_before=HOUR, callbacks=callbacks))
    for hours in (0, 4, 5.5, 5.7, 6.5):
        world.look(hours)
        world.call()
    assert [(told.kind, told.due) for told in world.heard] == [("warn", T + 6 * HOUR), ("miss", T + 6 * HOUR)]
    assert world.incidents() == [("stale", "open", 1)], "the miss alone"
    assert world.history() == [("met", -1, 5), ("warned", 5, 6), ("missed", 6, None)]


def test_a_miss_that_lasts_repeats_only_if_asked(world: World) -> None:
    world.load(T)
    callbacks = {"miss": [Opening(), world.listen]}
    world.declare(world.sla("asked", repeat_every=3 * HOUR, callbacks=callbacks), world.sla("silent", callbacks=callbacks))
    for hours in range(6, 14):
        world.look(hours + 0.5)
        world.call()
    kinds = [(told.sla, told.kind) for told in world.heard]
    assert kinds == [("asked", "miss"), ("silent", "miss"), ("asked", "repeat"), ("asked", "repeat")]
    assert [row.event for row in world.rows(outbox)] == ["opened"] * 4
    assert world.incidents() == [("stale", "open", 1)] * 2


def test_a_callback_that_raises_keeps_no_other_from_being_called_and_is_called_again(world: World) -> None:
    tries: list[str] = []

    def broken(context: Any) -> None:
        tries.append(context["sla"].kind)
        if len(tries) < 3:
            raise ValueError("no line to postgresql://u:hunter2@h/d")

    world.load(T)
    world.declare(world.sla(callbacks={"miss": [broken, world.listen]}))
    done = world.look(7)
    assert done.calls_due == 2
    assert world.call() == (1, 1)
    assert world.look(7).calls_due == 0
    first, second = world.rows(sla_call)
    assert (first.status, first.attempts, first.callback.endswith("broken"), second.status) == ("pending", 1, True, "done")
    assert first.error.startswith("ValueError: no line")
    assert "hunter2" not in first.error
    for hours in (8, 9, 10):
        world.look(hours)
        world.call()
    assert (tries, len(world.heard)) == (["miss"] * 3, 1)
    assert [(row.status, row.error) for row in world.rows(sla_call)] == [("done", None)] * 2


def test_a_callback_that_the_dag_file_has_no_longer_is_given_up(world: World) -> None:
    world.load(T)
    world.declare(world.sla(callbacks={"miss": [world.listen]}))
    world.look(7)
    world.slas = ()
    assert world.call() == (0, 1)
    assert [(row.status, row.error) for row in world.rows(sla_call)] == [("dead", "the Dag file no longer has this callback")]


def test_eight_looks_at_once_find_one_miss(world: World) -> None:
    world.load(T)
    world.declare(world.sla(callbacks={"miss": [Opening(), world.listen]}))
    world.look(0)
    start, done = threading.Barrier(8), []

    def one() -> None:
        start.wait()
        done.append(world.look(7))
        world.call()

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(done) == 8
    assert [told.kind for told in world.heard] == ["miss"]
    assert world.incidents() == [("stale", "open", 1)]
    assert world.history() == [("met", -1, 6), ("missed", 6, None)]


def test_two_monitors_that_watch_one_sla_call_once(world: World) -> None:
    world.load(T)
    for dag_id in ("monitor", "other"):
        world.declare(world.sla(callbacks={"miss": [world.listen], "recover": [world.listen]}), dag_id=dag_id)
    for hours in (0, 3, 7, 7.5):
        for dag_id in ("monitor", "other"):
            world.look(hours + (dag_id == "other") / 10, dag_id)
    assert len(world.rows(sla_call)) == 1
    assert world.incidents() == [("stale", "open", 1)]
    assert world.history() == [("met", -1, 6), ("missed", 6, None)]


def test_an_sla_that_was_removed_ends_with_its_history(world: World) -> None:
    world.load(T)
    world.declare(world.sla(), world.sla("kept"))
    world.look(7)
    assert world.declare(world.sla("kept")) == 1
    assert sorted(row.status for row in world.rows(incident)) == ["open", "resolved"]
    assert [row.sla for row in world.rows(sla)] == ["kept"]
    assert sorted(row.until is None for row in world.rows(sla_interval) if row.state == "missed") == [False, True]
    assert world.look(7.5).slas == 1


def test_an_sla_that_gets_another_table_leaves_the_one_before(world: World) -> None:
    world.load(T)
    world.load(T + 7 * HOUR, "more")
    world.declare(world.sla())
    world.look(7)
    world.declare(world.sla(table="more"))
    world.look(7.5)
    assert world.incidents() == [("stale", "resolved", 1)]
    (row,) = world.rows(sla)
    assert (row.name, row.state) == ("main.more", "met")


def test_a_promise_that_is_changed_counts_from_then_on(world: World) -> None:
    world.load(T)
    world.declare(world.sla(callbacks={"miss": [Opening(), world.listen], "recover": [world.listen]}))
    world.look(7)
    world.declare(world.sla(max_age=9 * HOUR, callbacks={"miss": [Opening(), world.listen], "recover": [world.listen]}))
    world.look(8)
    world.call()
    assert world.incidents() == [("stale", "resolved", 1)]
    assert [told.kind for told in world.heard] == ["miss"]
    world.look(10)
    world.call()
    assert [(told.kind, told.due) for told in world.heard][1:] == [("miss", T + 9 * HOUR)]


def test_a_miss_that_the_version_before_kept_goes_on_as_one(world: World) -> None:
    world.load(T)
    world.declare(world.sla(callbacks={"miss": [Opening(), world.listen], "recover": [world.listen]}))
    cause = DataCause(namespace="", name="main.orders", suite="orders", promise=Promise.SLA)
    world.look(7)
    (kept,) = world.rows(sla)
    assert kept.name == cause.name
    database = world.wiring.open_store().database
    with database.write() as connection:
        connection.execute(sa.update(sla).values(memory=None, missed_since=T + 6 * HOUR, since=T + 6 * HOUR, revision=0))
        connection.execute(sa.delete(sla_interval))
        connection.execute(sa.delete(sla_call))
    world.look(8)
    assert world.look(8).calls_due == 0
    world.load(T + 8 * HOUR)
    world.look(9)
    world.call()
    assert [(told.kind, told.due) for told in world.heard] == [("recover", T + 6 * HOUR)]
    assert world.incidents() == [("stale", "resolved", 1)]


def test_a_store_that_is_down_loses_no_miss(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.load(T)
    world.declare(world.sla(callbacks={"miss": [world.listen]}))
    world.look(0)
    with monkeypatch.context() as down:
        down.setenv("AIRFLOW__DRE__SQL_ALCHEMY_CONN", "postgresql+psycopg://dre:hunter2@127.0.0.1:1/dre")
        with pytest.raises(StoreUnreachable):
            world.look(7)
    world.look(7.5)
    world.call()
    assert [told.kind for told in world.heard] == ["miss"]


def test_a_monitor_that_has_declared_nothing_says_so(world: World) -> None:
    assert not world.look(0).declared
    world.declare()
    assert world.look(1).declared


def turn(world: World, hours_later: float = 0) -> Seen:
    """Let the monitor look once with all that belongs to it."""
    watch = Watch(dag_id="monitor", run_id="r", every=2 * HOUR, look_seconds=5.0, reads_folder=True)
    world.clock[0] = T + hours_later * HOUR
    return watch_once(watch, None)


def test_slas_of_a_folder_are_watched_and_a_mistake_costs_no_other_file(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = world.folder / "slas"
    folder.mkdir()
    monkeypatch.setenv("AIRFLOW__DRE__SLAS_FOLDER", str(folder))
    monkeypatch.setattr(watching, "now", lambda: world.clock[0])
    what = "conn_id: dre_warehouse, table: orders, column: created_at, max_age: 6h, on_miss: {routes: [oncall], severity: low}"
    (folder / "a.yaml").write_text(f"slas:\n- {{name: from a file, {what}}}\n")
    (folder / "b.yaml").write_text(f"slas:\n- {{name: orders, {what}}}\n- name: typo\n  max_agee: 1h\n")
    world.load(T)
    declare_slas("monitor", [world.sla()], MINUTE, world.wiring, reads_folder=True)
    turn(world, 7)
    assert sorted((row.sla, row.state) for row in world.rows(sla)) == [("from a file", "missed"), ("orders", "missed")]
    (found,) = world.rows(monitor)
    assert len(found.problems) >= 2
    assert any(problem.startswith("b.yaml:4: ") and "did you mean max_age?" in problem for problem in found.problems)
    assert "b.yaml:2: the Dag file of monitor monitor has an SLA 'orders' too" in found.problems
    assert {row.suite: row.severity for row in world.rows(incident)} == {"from a file": "low", "orders": "high"}
    declare_slas("monitor", [world.sla()], MINUTE, world.wiring, reads_folder=True)
    assert len(world.rows(sla)) == 2, "a new run of the monitor keeps them"
    (folder / "a.yaml").unlink()
    (folder / "b.yaml").write_text("slas: []\n")
    turn(world, 8)
    assert [row.sla for row in world.rows(sla)] == ["orders"]
    assert {row.suite: row.status for row in world.rows(incident)} == {"from a file": "resolved", "orders": "open"}
    assert world.rows(monitor)[0].problems == []


def test_slas_of_a_folder_that_is_configured_no_longer_end_with_the_next_run(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "slas").mkdir()
    (tmp_path / "slas" / "a.yaml").write_text("slas: [{name: from a file, dag: nightly, max_age: 1h}]")
    monkeypatch.setenv("AIRFLOW__DRE__SLAS_FOLDER", str(tmp_path / "slas"))
    monkeypatch.setattr(watching, "now", lambda: world.clock[0])
    declare_slas("monitor", [], MINUTE, world.wiring, reads_folder=True)
    turn(world, 7)
    assert [name for name, _ in world.rows(monitor)[0].watches] == ["from a file"]
    monkeypatch.delenv("AIRFLOW__DRE__SLAS_FOLDER")
    declare_slas("monitor", [], MINUTE, world.wiring, reads_folder=True)
    assert (world.rows(monitor)[0].watches, world.rows(sla)) == ([], [])


class Telling(Opening):
    """A warning that opens an incident of low severity."""

    notify_options = NotifyOptions(severity=Severity.LOW, routes=("mail",))


def test_a_warning_opens_an_incident_that_the_miss_raises_and_the_table_ends(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    routes = {name: {"channel": "webhook", "url": "http://127.0.0.1:9/"} for name in ("mail", "oncall")}
    monkeypatch.setenv("AIRFLOW__DRE__ROUTES", json.dumps(routes))
    world.load(T)
    world.declare(world.sla(warn_before="1h", callbacks={"warn": [Telling()], "miss": [Opening()]}))
    told = []
    for hour in (4, 5, 5.5, 7, 8):
        world.look(hour)
        told.append([(row.severity, row.status, row.title.split(":")[0]) for row in world.rows(incident)])
    warned, missed = ("low", "open", "orders is late soon"), ("high", "open", "orders is stale")
    assert told == [[], [warned], [warned], [missed], [missed]]
    assert [(row.route, row.event) for row in world.rows(outbox)] == [("mail", "opened"), ("mail", "updated"), ("oncall", "opened")]
    world.load(T + 8 * HOUR)
    world.look(9)
    assert [row.status for row in world.rows(incident)] == ["resolved"]


def test_a_warning_that_was_heeded_resolves_its_incident(world: World) -> None:
    world.load(T)
    world.declare(world.sla(warn_before="1h", callbacks={"warn": [Telling()]}))
    world.look(5.5)
    assert world.incidents() == [("stale", "open", 1)]
    world.load(T + 5.5 * HOUR)
    world.look(6)
    assert (world.incidents(), [state for state, _, _ in world.history()]) == ([("stale", "resolved", 1)], ["met", "warned", "met"])


@pytest.mark.postgres
def test_looks_at_once_on_a_server(world: World, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__DRE__SQL_ALCHEMY_CONN", postgres_url)
    database = world.wiring.store.database
    migrate(database)
    test_eight_looks_at_once_find_one_miss(world)
    world.load(T + 8 * HOUR)
    assert [world.look(hours).changed for hours in (8, 8.5, 8.7)] == [1, 0, 0]
    assert world.history() == [("met", -1, 6), ("missed", 6, 8), ("met", 8, None)]
    assert world.incidents() == [("stale", "resolved", 1)]
    database.engine.dispose()
