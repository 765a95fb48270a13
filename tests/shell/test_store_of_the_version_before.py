"""Files of the version before, read by this one: its store, its spool, its Dags and the triggers that its tasks wait for."""

from __future__ import annotations

import contextlib
import gzip
import importlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from airflow._shared.module_loading import import_string
from airflow.sdk.exceptions import AirflowFailException
from airflow.serialization.serialized_objects import DagSerialization

from airflow_dre import FreshnessSensor
from airflow_dre import checks as c
from airflow_dre.config import read_settings
from airflow_dre.services.incidents.delivery import flush
from airflow_dre.store.database import Database
from airflow_dre.store.schema import current_revision, downgrade, head, migrate
from tests.conftest import database_on
from tests.data.store_before_the_house import declared
from tests.task_instances import task_instance

pytestmark = pytest.mark.airflow
KEPT = Path(declared.__file__).parent
EXPECTED = json.loads((KEPT / "expected.json").read_text())
SERIALIZED = json.loads((KEPT / "dags.json").read_text())
WAITING = [json.loads(line) for line in (KEPT / "spool" / "host-2.jsonl").read_text().splitlines()]
ORIGIN = ("dag_id", "run_id", "task_id", "map_index", "try_number")
FACTS = ("dre_suite_run", "dre_result", "dre_failing_row", "dre_signal", "dre_incident", "dre_recovery", "dre_partition_state", "dre_sla")
"""Tables of what happened. The others also hold what became of messages."""
MOVED: dict[str, str] = {
    "dre_result.definition": "SELECT r.key, COALESCE(d.definition, r.definition) AS value FROM dre_result AS r "
    "LEFT JOIN dre_check_definition AS d ON d.digest = r.definition_digest",
    "dre_result.statement": "SELECT r.key, COALESCE(s.text, r.statement) AS value FROM dre_result AS r "
    "LEFT JOIN dre_statement AS s ON s.digest = r.statement_digest",
}
"""Columns that are kept elsewhere now, as ``table.column``: a query of the key of the row and the value that the column had."""
Run = Callable[..., Any]


def unpack(path: Path) -> Path:
    """Write a copy of the store."""
    path.write_bytes(gzip.decompress((KEPT / "store.db.gz").read_bytes()))
    return path


def ask(path: Path, query: str, *values: object) -> list[dict[str, Any]]:
    """Return the rows of a query on a SQLite file."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(query, values)]


def tables(path: Path) -> set[str]:
    """Return the names of the tables that the version before had."""
    return {row["name"] for row in ask(path, "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'dre_alembic_version'")}


def records(path: Path, like: Path) -> dict[str, Counter[str]]:
    """Return what the columns of the version before hold in a store, row by row, for each table.

    :param like: a store of the version before, whose tables and columns are looked for.
    """
    found = {}
    for table in sorted(tables(like)):
        columns = [row["name"] for row in ask(like, f"SELECT name FROM pragma_table_info('{table}')")]
        there = ask(path, f"SELECT * FROM {table}")
        for column in columns:
            query = MOVED.get(f"{table}.{column}")
            if query and "dre_check_definition" in tables(path):
                values = {row["key"]: row["value"] for row in ask(path, query)}
                there = [{**row, column: values[row["key"]]} for row in there]
        found[table] = Counter(json.dumps([row[column] for column in columns], default=bytes.hex) for row in there)
    return found


def count(before: Path, table: str) -> int:
    """Return the number of rows of a table of the store."""
    (row,) = ask(before / "dre.db", f"SELECT COUNT(*) AS n FROM {table}")
    return int(row["n"])


def live(before: Path) -> dict[str, tuple[str, int]]:
    """Return status and occurrences of the latest incident of each cause."""
    rows = ask(before / "dre.db", "SELECT fingerprint, status, occurrences FROM dre_incident ORDER BY id")
    return {row["fingerprint"]: (row["status"], row["occurrences"]) for row in rows}


@pytest.fixture
def before(world: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy the store and the sources that its suites checked, and return the folder of the process."""
    monkeypatch.chdir(world)
    monkeypatch.setenv("AIRFLOW_CONN_SHOP", json.dumps(declared.CONNECTION))
    monkeypatch.setenv("AIRFLOW__DRE__SAMPLE_RETENTION", "3650d")
    monkeypatch.setenv("AIRFLOW__DRE__FORGET_AFTER", "3650d")
    unpack(world / "dre.db")
    declared.write_sources(world)
    return world


@pytest.fixture
def spooled(before: Path) -> Callable[[], None]:
    """Put what waited into the spool."""

    def put() -> None:
        (before / "spool").mkdir(mode=0o700, exist_ok=True)
        shutil.copy(KEPT / "spool" / "host-2.jsonl", before / "spool" / "host-2.jsonl")
        (before / "spool" / "host-2.jsonl").chmod(0o600)

    return put


def executed(dag: Any, task_id: str, /, **origin: Any) -> Any:
    """Execute a task and return the record of its suite run."""
    operator = dag.get_task(task_id)
    ti = task_instance(**{"dag_id": dag.dag_id, "run_id": "later", "task_id": task_id, **origin}, xcom_push=lambda **_: None)
    with contextlib.suppress(AirflowFailException):
        operator.execute({"ti": ti})
    return operator.suite_run


def drained() -> int:
    """Let the monitor write what waits, and return the number of deliveries."""
    return flush(read_settings())[0]


def test_the_fixture_holds_what_it_is_there_for() -> None:
    assert min(EXPECTED["rows"].values()) > 0, "each table has rows"
    kinds = {declaration.kind for declaration in declared.EVERY_KIND}
    assert kinds == set(c.__all__) - {"from_column_mapping", "from_dbt", "from_gx"}
    assert {incident["status"] for incident in EXPECTED["incidents"]} == {"open", "resolved"}
    assert {name for line in WAITING for name, value in line.items() if value} == {"run", "signals", "partitions"}


def test_the_fixture_names_no_machine() -> None:
    kept = [file.read_bytes() for file in KEPT.rglob("*") if file.suffix in (".json", ".jsonl")]
    for content in [*kept, gzip.decompress((KEPT / "store.db.gz").read_bytes())]:
        assert re.findall(rb"/(?:work|tmp|root|home|dev/shm|Users)\b|localhost", content) == []


@pytest.mark.parametrize("run", EXPECTED["runs"], ids=lambda run: f"{run['dag_id']}.{run['task_id']} {run['outcome']}")
def test_the_same_declarations_have_the_same_ids_keys_and_verdicts(before: Path, run: dict[str, Any]) -> None:
    if (run["dag_id"], run["outcome"]) == ("shop_small", "passed"):
        declared.mend_orders(before)
    found = executed(declared.DAGS[run["dag_id"]](), run["task_id"], **{name: run[name] for name in ORIGIN})
    assert (found.key, found.namespace, found.name, found.suite) == (run["key"], run["namespace"], run["name"], run["suite"])
    assert (found.outcome, found.counts) == (run["outcome"], run["counts"])
    names = ("outcome", "observed", "value", "unit", "violations", "rows")
    results = [{"id": one.check_id, **{name: getattr(one, name) for name in names}} for one in found.results]
    assert results == run["results"]
    assert {table: count(before, table) for table in FACTS} == {table: EXPECTED["rows"][table] for table in FACTS}
    assert live(before) == {one["fingerprint"]: (one["status"], one["occurrences"]) for one in EXPECTED["incidents"]}, "no news"


def test_a_quarantined_row_is_of_the_same_batch(before: Path) -> None:
    (put,) = EXPECTED["quarantine"]
    executed(declared.orders_dag(), "every_kind", run_id=put["dre_run_id"])
    assert ask(before / "shop.db", "SELECT DISTINCT dre_batch, dre_dataset, dre_suite, dre_run_id FROM orders_bad") == [put]


def test_the_same_causes_have_the_same_fingerprints(run_dag: Run, before: Path) -> None:
    (before / "dre.db").unlink()
    for name in ("shop_small", "shop_orders", "shop_monitor", "shop_pipeline"):
        run_dag(declared.DAGS[name]())
    names = "fingerprint, kind, namespace, name, suite, promise, deadline, dag_id, task_id, event, severity"
    found = ask(before / "dre.db", f"SELECT {names} FROM dre_incident ORDER BY fingerprint")
    wanted = [{name: one[name] for name in names.split(", ")} for one in EXPECTED["incidents"] if one["deadline"] is None]
    assert found == sorted(wanted, key=lambda one: str(one["fingerprint"]))
    watched = ask(before / "dre.db", "SELECT fingerprint, namespace, name, sla, state FROM dre_sla ORDER BY sla")
    assert watched == EXPECTED["slas"]


STARTS = [None, "0010", "0008"]
"""Revisions that the store is taken back to before it is upgraded. None: it stays as it was written."""


@pytest.fixture(params=STARTS, ids=lambda revision: f"from {revision or 'the revision it was written at'}")
def old(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, Path]:
    """Return a store to upgrade, and a copy of it to compare with."""
    path = unpack(tmp_path / "old.db")
    if request.param is not None:
        database = Database(f"sqlite:///{path}")
        downgrade(database, request.param)
        database.engine.dispose()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(path, tmp_path / "like.db")
    return path, tmp_path / "like.db"


def test_the_store_is_upgraded_and_nothing_is_lost(old: tuple[Path, Path]) -> None:
    path, like = old
    before = records(like, like)
    database = Database(f"sqlite:///{path}")
    migrate(database)
    assert current_revision(database) == head()
    database.engine.dispose()
    assert records(path, like) == before
    assert {table: sum(rows.values()) for table, rows in before.items()} == {table: EXPECTED["rows"][table] for table in before}


class Interrupted(Exception):
    """An upgrade that ends in the middle."""


@contextlib.contextmanager
def ending_after(database: Database, statements: int) -> Iterator[list[str]]:
    """End the work on a database once it was sent so many statements."""
    sent: list[str] = []

    def count(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if len(sent) <= statements:  # what Alembic sends to clean up does not arrive either
            sent.append(statement)
        if len(sent) > statements:
            raise Interrupted(statement)

    sa.event.listen(database.engine, "before_cursor_execute", count)
    yield sent
    sa.event.remove(database.engine, "before_cursor_execute", count)


def test_an_upgrade_that_is_interrupted_after_any_statement_is_run_again(old: tuple[Path, Path], tmp_path: Path) -> None:
    path, like = old
    before, statements, interrupted = records(like, like), 0, True
    left: set[str] = set()  # contents of interrupted stores: of two that are the same, one is upgraded further
    while interrupted:
        again = tmp_path / "again.db"
        for name in ("again.db", "again.db-wal", "again.db-shm"):
            (tmp_path / name).unlink(missing_ok=True)
        shutil.copy(path, again)
        database = Database(f"sqlite:///{again}")
        with ending_after(database, statements) as sent:
            try:
                migrate(database)
                interrupted = False
            except Interrupted:
                assert len(sent) == statements + 1
        with contextlib.closing(sqlite3.connect(again)) as connection:
            content = "".join(connection.iterdump())
        if content not in left:
            left.add(content)
            migrate(database)
            assert current_revision(database) == head()
            assert records(again, like) == before, f"interrupted after {statements} statements"
        database.engine.dispose()
        statements += 1


def test_an_upgrade_whose_process_is_killed_is_run_again(old: tuple[Path, Path]) -> None:
    path, like = old
    program = (
        "import os, sys, sqlalchemy as sa\n"
        "from airflow_dre.store.database import Database\n"
        "from airflow_dre.store.schema import migrate\n"
        "database = Database(sys.argv[1])\n"
        "def end(connection, cursor, statement, *_):\n"
        "    if not statement.lstrip().upper().startswith(('SELECT', 'PRAGMA', 'BEGIN')): os._exit(9)\n"
        "sa.event.listen(database.engine, 'after_cursor_execute', end)\n"
        "migrate(database)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program, f"sqlite:///{path}"], env=os.environ, check=False)
    database = Database(f"sqlite:///{path}")
    assert ended.returncode == (0 if current_revision(database) == head() else 9)
    migrate(database)
    assert current_revision(database) == head()
    database.engine.dispose()
    assert records(path, like) == records(like, like)


def renumber_files(before: Path) -> None:
    """Put the inodes of the files of this machine into the versions of their partitions."""
    states = ask(before / "dre.db", "SELECT DISTINCT version FROM dre_partition_state WHERE name = 'visits'")
    with contextlib.closing(sqlite3.connect(before / "dre.db")) as connection, connection:
        for version in [str(state["version"]) for state in states]:
            path = Path(json.loads(version).split()[0])
            now = json.dumps(f"{version[1:-1].rpartition(':')[0]}:{path.stat().st_ino}")
            connection.execute("UPDATE dre_partition_state SET version = ? WHERE version = ?", (now, version))


@pytest.mark.parametrize(("task_id", "partitions"), [("table", 4), ("files", 4), ("expression", 1)])
def test_the_kept_states_of_partitions_answer_a_further_run(before: Path, task_id: str, partitions: int) -> None:
    (wanted,) = [run for run in EXPECTED["runs"] if run["task_id"] == task_id]
    renumber_files(before)
    found = executed(declared.partitions_dag(), task_id)
    assert found.partitions == (0, partitions), "no partition is scanned again"
    assert [(one.outcome, one.observed) for one in found.results] == [(one["outcome"], one["observed"]) for one in wanted["results"]]
    states = "SELECT split, form, partition, name FROM dre_partition_state ORDER BY split, form, partition"
    assert ask(before / "dre.db", states) == EXPECTED["states"]


def test_a_further_failure_joins_the_live_incident_and_a_pass_resolves_it(run_dag: Run, before: Path, oncall: Any) -> None:
    (open_one,) = [one for one in EXPECTED["incidents"] if one["suite"] == "orders"]
    key = open_one["fingerprint"]
    run_dag(declared.orders_dag(), day=5)
    assert live(before)[key] == ("open", open_one["occurrences"] + 1)
    run_dag(declared.orders_dag([c.row_count(at_least=1)]), day=6)
    assert live(before)[key] == ("resolved", open_one["occurrences"] + 1)
    assert count(before, "dre_incident") == EXPECTED["rows"]["dre_incident"], "none was opened"
    told = [message for message in oncall.messages if message["alerts"][0]["labels"].get("suite") == "orders"]
    assert {message["status"] for message in told} == {"firing", "resolved"}


@pytest.mark.postgres
def test_a_postgres_store_goes_on_with_a_live_incident(
    before: Path, old_postgres_store: str, postgres_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (open_one,) = [one for one in EXPECTED["incidents"] if one["suite"] == "orders"]
    of_one = sa.text("SELECT status, occurrences FROM dre_incident WHERE fingerprint = :fingerprint")
    with database_on(postgres_address, old_postgres_store) as url:
        database = Database(url)
        migrate(database)
        monkeypatch.setenv("AIRFLOW__DRE__SQL_ALCHEMY_CONN", url)
        found = []
        for run, checks in enumerate([declared.EVERY_KIND, [c.row_count(at_least=1)]]):
            executed(declared.orders_dag(checks), "every_kind", run_id=f"later {run}")
            with database.read() as connection:
                found.append(tuple(connection.execute(of_one, {"fingerprint": open_one["fingerprint"]}).one()))
        database.engine.dispose()
    occurrences = open_one["occurrences"] + 1
    assert found == [("open", occurrences), ("resolved", occurrences)], "one incident, and no other is opened"


def test_a_task_and_an_sla_go_on_with_their_incidents(run_dag: Run, before: Path) -> None:
    run_dag(declared.monitor_dag(), day=5)
    run_dag(declared.mended_pipeline_dag(), day=5)
    found = live(before)
    assert count(before, "dre_incident") == len(EXPECTED["incidents"])
    status = {(one["suite"], one["task_id"], one["deadline"]): found[one["fingerprint"]][0] for one in EXPECTED["incidents"]}
    assert status["stale hourly", None, None] == "open"
    assert status[None, "load", None] == "resolved"
    assert status[None, None, "noon"] == "resolved"


def test_what_waited_in_the_spool_is_written_once(before: Path, spooled: Callable[[], None]) -> None:
    spooled()
    assert drained() == len(WAITING)
    assert list((before / "spool").iterdir()) == [], "nothing waits and nothing was moved aside"
    store = before / "dre.db"
    for run in [line["run"] for line in WAITING if line["run"]]:
        origin = [run["origin"][name] for name in ORIGIN]
        (kept,) = ask(store, f"SELECT key, outcome FROM dre_suite_run WHERE ({', '.join(ORIGIN)}) = (?, ?, ?, ?, ?)", *origin)
        ids = ask(store, "SELECT check_id, outcome FROM dre_result WHERE run_key = ? ORDER BY position", kept["key"])
        assert kept["outcome"] == run["outcome"]
        assert ids == [{"check_id": one["check_id"], "outcome": one["outcome"]} for one in run["results"]]
    for found in [line["partitions"] for line in WAITING if line["partitions"]]:
        columns = "form, partition, answers, rows, version"
        states = ask(store, f"SELECT {columns} FROM dre_partition_state WHERE split = ? AND run_id = ?", found["split"], found["run_id"])
        assert sorted(states, key=str) == sorted(({name: one[name] for name in columns.split(", ")} for one in found["states"]), key=str)
    for fact in [fact for line in WAITING for fact in line["signals"] if fact["event"] != "checks_passed"]:
        named = " AND ".join(f"{name} IS ?" for name in ("event", *ORIGIN))
        values = [fact["event"], *(fact["origin"][name] for name in ORIGIN)]
        assert ask(store, f"SELECT COUNT(*) AS n FROM dre_signal WHERE {named}", *values) == [{"n": 1}]
    once = records(store, store)
    spooled()
    assert drained() == len(WAITING)
    again = records(store, store)
    for table in FACTS:
        assert again[table] == once[table], "a line that is delivered twice is one"


def test_what_waited_of_partitions_is_used(before: Path, spooled: Callable[[], None]) -> None:
    declared.write_sources(before, late=True)
    spooled()
    assert executed(declared.partitions_dag(), "table").partitions == (0, 5)


def class_paths(value: Any) -> Iterator[str]:
    """Return the paths of classes and modules of ours in a JSON value."""
    if isinstance(value, dict):
        if str(value.get("_task_module", "")).startswith("airflow_dre"):
            yield f"{value['_task_module']}.{value.get('task_type') or value['_task_type']}"
        for item in value.values():
            yield from class_paths(item)
    elif isinstance(value, list):
        for item in value:
            yield from class_paths(item)
    elif isinstance(value, str) and re.fullmatch(r"airflow_dre(\.\w+)+", value):
        yield value


def resolved(path: str) -> object:
    """Return the class or the module of a path."""
    name = path.rpartition(".")[2]
    return import_string(path) if name[0].isupper() else importlib.import_module(path)


LATER_FIELDS = {"FreshnessSensor": {"asset", "file", "metadata", "partition"}}
"""Template fields that the version before did not have."""


@pytest.mark.parametrize("name", SERIALIZED)
def test_a_serialized_dag_is_read_and_its_classes_are_found(name: str) -> None:
    dag = DagSerialization.from_dict(SERIALIZED[name])
    made = declared.DAGS[name]()
    assert dag.dag_id == name
    if name != "shop_monitor":  # its tasks became one
        assert sorted(dag.task_ids) == sorted(made.task_ids)
    for task in [task for task in dag.tasks if task.task_id in made.task_ids]:
        later = LATER_FIELDS.get(task.task_type, set())
        assert set(task.template_fields) | later == set(made.get_task(task.task_id).template_fields)
    for path in class_paths(SERIALIZED[name]):
        assert resolved(path).__name__ in (path, path.rpartition(".")[2])  # type: ignore[attr-defined]


def test_the_classes_in_serialized_dags_are_those_that_we_have() -> None:
    classes = {path for path in class_paths(SERIALIZED) if path.rpartition(".")[2][0].isupper()}
    assert classes == {
        "airflow_dre.decorators.quality.QualityCheckDecoratedOperator",
        "airflow_dre.notifications.incidents.OpenIncident",
        "airflow_dre.operators.dbt.DbtResultsOperator",
        "airflow_dre.operators.gx.GXCheckOperator",
        "airflow_dre.operators.monitor.DispatchOperator",
        "airflow_dre.operators.monitor.EvaluateSlaOperator",
        "airflow_dre.operators.quality.QualityCheckOperator",
        "airflow_dre.operators.quarantine.QuarantineReleaseOperator",
        "airflow_dre.sensors.freshness.FreshnessSensor",
    }


def test_the_callback_of_a_serialized_deadline_is_made_again() -> None:
    for name in ("shop_pipeline", "shop_everything"):
        (alert,) = SERIALIZED[name]["dag"]["deadline"]
        callback = alert["callback"]["__data__"]
        made = import_string(callback["path"])(**callback["kwargs"])
        assert (made.severity, list(made.routes), made.deadline) == tuple(
            callback["kwargs"][part] for part in ("severity", "routes", "deadline")
        )


@pytest.mark.parametrize("trigger", EXPECTED["triggers"], ids=["no later argument", "of a sensor", "every argument"])
def test_a_trigger_that_was_kept_is_made_again(trigger: list[Any]) -> None:
    path, arguments = trigger
    made = import_string(path)(**arguments)
    assert made.serialize() == (path, arguments)


@pytest.mark.parametrize("event", EXPECTED["events"], ids=lambda event: str(event["error"]))
def test_an_event_of_a_trigger_is_raised_as_what_it_was(event: dict[str, Any]) -> None:
    sensor = FreshnessSensor(task_id="wait", conn_id="shop", table="stale", column="created_at", max_age="1h")
    with pytest.raises(import_string(event["error"].replace(":", "."))) as error:
        sensor.execute_complete({}, event)
    assert str(error.value) == event["message"]
