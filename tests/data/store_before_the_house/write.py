"""Writer of the fixture: ``python -m tests.data.store_before_the_house.write FOLDER``, run once at the commit that README.md names.

It runs the Dags of ``declared.py`` with ``dag.test()``, first with a store that answers and then with one that does not, so that what
is recorded waits in the spool. README.md has the whole command.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

HERE = "/proc/self/cwd"
ROUTES = {name: {"channel": "webhook", "url": f"http://127.0.0.1:1/{name}"} for name in ("oncall", "desk")}
SETTINGS = {
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__OPENLINEAGE__DISABLED": "True",
    "AIRFLOW__DRE__SQL_ALCHEMY_CONN": f"sqlite:///{HERE}/store.db",
    "AIRFLOW__DRE__SPOOL_FOLDER": f"{HERE}/spool",
    "AIRFLOW__DRE__ROUTES": json.dumps(ROUTES),
    "AIRFLOW__DRE__SAMPLE_RETENTION": "3650d",
    "AIRFLOW__DRE__FORGET_AFTER": "3650d",
}


def run(dag: Any, day: int) -> None:
    """Run a Dag for a day."""
    from airflow.models.serialized_dag import SerializedDagModel
    from airflow.serialization.definitions.dag import SerializedDAG
    from airflow.serialization.serialized_objects import LazyDeserializedDAG
    from airflow.utils.session import create_session

    lazy = LazyDeserializedDAG.from_dag(dag)
    with create_session() as session:
        SerializedDAG.bulk_write_to_db("dags-folder", None, [lazy], session=session)
        session.commit()
        SerializedDagModel.write_dag(lazy, bundle_name="dags-folder", session=session)
    print(dag.dag_id, day, dag.test(logical_date=datetime(2025, 11, day, tzinfo=UTC)).state)


def miss_deadline(dag: Any) -> None:
    """Call back as the triggerer does when a run misses its deadline."""
    from airflow_dre.notifications import OpenIncident

    (alert,) = dag.deadline if isinstance(dag.deadline, list) else [dag.deadline]
    run = {"dag_id": dag.dag_id, "dag_run_id": "scheduled__2025-11-01", "logical_date": "2025-11-01T00:00:00Z"}
    OpenIncident(**alert.callback.kwargs).notify({"dag_run": run, "deadline": {"id": 1, "deadline_time": "2025-11-01T12:00:00Z"}})


def fill(folder: Path, dags: Any, declared: Any) -> None:
    """Fill a store that answers."""
    declared.write_sources(folder)
    run(dags["shop_small"](), 1)
    declared.mend_orders(folder)
    run(dags["shop_small"](), 2)
    declared.write_sources(folder)
    for name in ("shop_orders", "shop_imported", "shop_partitions", "shop_monitor"):
        run(dags[name](), 1)
    (folder / "spool").mkdir(mode=0o700, exist_ok=True)
    (folder / "spool" / "host-1.jsonl").write_text('{"run": 5}\n')  # no store takes it, so that it is put aside
    run(dags["shop_pipeline"](), 1)
    miss_deadline(dags["shop_pipeline"]())


def executed(dag: Any, task_id: str, run_id: str) -> None:
    """Execute one task as it would be in a run."""
    ti = SimpleNamespace(dag_id=dag.dag_id, run_id=run_id, task_id=task_id, map_index=-1, try_number=1, xcom_push=lambda **_: None)
    dag.get_task(task_id).execute({"ti": ti})


def spool(folder: Path, dags: Any, declared: Any) -> None:
    """Record with a store that is locked by another connection, which can be read, and then with one that does not answer."""
    declared.write_sources(folder, late=True)
    with contextlib.closing(sqlite3.connect(folder / "store.db", isolation_level=None)) as locking:
        locking.execute("BEGIN IMMEDIATE")
        executed(dags["shop_partitions"](), "table", "spooled")
        locking.execute("ROLLBACK")
    os.environ["AIRFLOW__DRE__SQL_ALCHEMY_CONN"] = "postgresql+psycopg://dre@127.0.0.1:1/dre"
    for name in ("shop_small", "shop_pipeline"):
        run(dags[name](), 3)
    miss_deadline(dags["shop_pipeline"]())


def rows(store: Path, query: str) -> list[dict[str, Any]]:
    """Return the rows of a query on the store."""
    with contextlib.closing(sqlite3.connect(store)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(query)]


def written(store: Path, folder: Path) -> dict[str, Any]:
    """Return what must be found again, by the names of columns."""
    tables = [row["name"] for row in rows(store, "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'dre_%' ORDER BY name")]
    origin = "dag_id, run_id, task_id, map_index, try_number"
    runs = rows(store, f"SELECT key, namespace, name, suite, {origin}, engine, outcome, counts FROM dre_suite_run ORDER BY measured_at")
    for one in runs:
        columns = "check_id AS id, outcome, observed, value, unit, violations, rows"
        one["counts"] = json.loads(one["counts"])
        one["results"] = rows(store, f"SELECT {columns} FROM dre_result WHERE run_key = '{one['key']}' ORDER BY position")
    cause = "kind, namespace, name, suite, promise, deadline"
    put = rows(folder / "shop.db", "SELECT DISTINCT dre_batch, dre_dataset, dre_suite, dre_run_id FROM orders_bad")
    return {
        "rows": {table: rows(store, f"SELECT COUNT(*) AS n FROM {table}")[0]["n"] for table in tables},
        "runs": runs,
        "incidents": rows(
            store, f"SELECT fingerprint, {cause}, {origin}, event, status, severity, occurrences FROM dre_incident ORDER BY id"
        ),
        "signals": rows(store, f"SELECT key, fingerprint, event, {origin} FROM dre_signal ORDER BY key"),
        "slas": rows(store, "SELECT fingerprint, namespace, name, sla, state FROM dre_sla ORDER BY sla"),
        "states": rows(store, "SELECT split, form, partition, name FROM dre_partition_state ORDER BY split, form, partition"),
        "outbox": rows(store, "SELECT incident_id, route, event, status FROM dre_outbox ORDER BY id"),
        "aside": rows(store, "SELECT key, host FROM dre_aside"),
        "quarantine": put,
    }


def serialized(dags: Any) -> dict[str, Any]:
    """Return the Dags as Airflow keeps them, without the folders of this machine."""
    from airflow.serialization.serialized_objects import DagSerialization

    found = {}
    for name, make in dags.items():
        dag = make()
        dag.fileloc, dag.relative_fileloc = f"dags/{name}.py", f"{name}.py"
        found[name] = json.loads(json.dumps(DagSerialization.to_dict(dag)))
        found[name]["dag"].pop("_processor_dags_folder", None)
    return found


def triggers(dags: Any) -> list[Any]:
    """Return class path and arguments of the triggers that tasks wait for, as Airflow keeps them."""
    from airflow.sdk.exceptions import TaskDeferred

    from airflow_dre import FreshnessSensor
    from airflow_dre.triggers.freshness import FreshnessTrigger

    stale: dict[str, Any] = {"conn_id": "shop", "table": "stale", "max_age": "1h", "deferrable": True, "timeout": 60}
    more: dict[str, Any] = {"expression": "datetime(created_at)", "where": "id > 0", "time_zone": "Asia/Tokyo", "future_tolerance": "1h"}
    more |= {"poke_interval": 5, "answer_within": "10s", "reconnect_for": None, "silent_fail": True}
    sensors = [
        FreshnessSensor(task_id="plain", column="created_at", **stale),
        FreshnessSensor(task_id="all", **more, **stale),
    ]
    found = [list(FreshnessTrigger("shop", "stale", "created_at", 3600.0).serialize())]
    for sensor in sensors:
        try:
            sensor.execute({"ti": SimpleNamespace(dag_id="d", run_id="r", task_id=sensor.task_id, map_index=-1, try_number=1)})
        except TaskDeferred as deferred:
            found.append(list(deferred.trigger.serialize()))
    return found


def events() -> list[Any]:
    """Return payloads of events of triggers that found an error."""
    from airflow_dre.errors import DefinitionError, Problem, QueryFailed, WarehouseUnreachable
    from airflow_dre.triggers.failures import spell_error

    errors = [QueryFailed("no such column"), WarehouseUnreachable("down"), DefinitionError([Problem("here", "table", "", "a table")])]
    return [spell_error(error) for error in errors]


def lines(found: dict[str, Any]) -> str:
    """Return JSON with one line for each item."""
    parts = []
    for name, items in sorted(found.items()):
        spelled = [json.dumps(item, sort_keys=True) for item in items] if isinstance(items, list) else []
        listed = "[\n" + ",\n".join(spelled) + "\n]" if spelled else json.dumps(items, sort_keys=True)
        parts.append(f"{json.dumps(name)}: {listed}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def main(target: Path) -> None:
    """Write the fixture into a folder."""
    folder = Path(tempfile.mkdtemp(prefix="store-before-"))
    os.environ.update(SETTINGS, AIRFLOW_HOME=str(folder / "airflow"))
    os.chdir(folder)
    subprocess.run([str(Path(sys.executable).parent / "airflow"), "db", "migrate"], check=True, capture_output=True)
    from tests.data.store_before_the_house import declared

    os.environ["AIRFLOW_CONN_SHOP"] = json.dumps(declared.CONNECTION)
    from airflow.dag_processing.bundles.manager import DagBundlesManager

    DagBundlesManager().sync_bundles_to_db()
    fill(folder, declared.DAGS, declared)
    with contextlib.closing(sqlite3.connect(folder / "store.db")) as connection:
        connection.execute("VACUUM INTO 'kept.db'")
    (target / "store.db.gz").write_bytes(gzip.compress((folder / "kept.db").read_bytes(), mtime=0))
    found = {**written(folder / "kept.db", folder), "triggers": triggers(declared.DAGS), "events": events()}
    (target / "expected.json").write_text(lines(found))
    (target / "dags.json").write_text(lines(serialized(declared.DAGS)))
    spool(folder, declared.DAGS, declared)
    shutil.rmtree(target / "spool", ignore_errors=True)
    (target / "spool").mkdir()
    for file in (folder / "spool").glob("*.jsonl"):
        shutil.copy(file, target / "spool" / "host-2.jsonl")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
