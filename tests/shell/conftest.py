"""Airflow in this process: a migrated database, and a way to run a Dag."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Select, select

from airflow_dre.services.incidents import delivery
from airflow_dre.store.database import open_database
from airflow_dre.store.reading.runs import whole_results
from airflow_dre.store.tables import incident, outbox, result
from tests.databases import sqlite_file
from tests.warm import warm_airflow


@pytest.fixture(scope="session", autouse=True)
def airflow_database(airflow_template: Path) -> None:
    """Create Airflow's own tables."""
    shutil.copy(airflow_template, os.environ["AIRFLOW_HOME"])
    from airflow.dag_processing.bundles.manager import DagBundlesManager

    DagBundlesManager().sync_bundles_to_db()


@pytest.fixture(scope="session")
def commands(airflow_database: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Yield a folder with a program ``airflow`` that starts warm."""
    with warm_airflow(tmp_path_factory.mktemp("commands"), os.environ) as folder:
        yield folder


@pytest.fixture(autouse=True)
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: Path) -> Path:
    """Return a warehouse and an empty results store for one test."""
    shutil.copy(sqlite_template, tmp_path / "dre.db")
    with sqlite_file(tmp_path / "w.db") as connection:
        connection.execute("CREATE TABLE orders (id INTEGER, amount INTEGER, created_at TEXT)")
        connection.executemany("INSERT INTO orders VALUES (?, ?, datetime('now'))", [(1, 10), (2, None), (2, 30)])
        connection.execute("CREATE TABLE good AS SELECT 1 AS id, 5 AS amount, datetime('now') AS created_at")
        connection.execute("CREATE TABLE booked AS SELECT 1 AS id, '2999-01-01 00:00:00' AS created_at")
        connection.execute("CREATE TABLE stale AS SELECT 1 AS id, '2001-01-01 00:00:00' AS created_at")
    settings = {
        "AIRFLOW_CONN_WAREHOUSE": json.dumps({"conn_type": "sqlite", "host": str(tmp_path / "w.db")}),
        "AIRFLOW_CONN_GONE": json.dumps({"conn_type": "postgres", "host": "127.0.0.1", "port": 1, "login": "u", "password": "hunter2"}),
        "AIRFLOW__DRE__SQL_ALCHEMY_CONN": f"sqlite:///{tmp_path}/dre.db",
        "AIRFLOW__DRE__SPOOL_FOLDER": str(tmp_path / "spool"),
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(delivery._state, "down_until", 0.0)
    return tmp_path


@pytest.fixture
def fresh_home(world: Path) -> None:
    """Take the results store away, as before the first use."""
    (world / "dre.db").unlink()


@pytest.fixture
def oncall(world: Path, monkeypatch: pytest.MonkeyPatch, receiver: Any) -> Any:
    """Add route ``oncall`` and return its receiver."""
    monkeypatch.setenv("AIRFLOW__DRE__ROUTES", json.dumps({"oncall": {"channel": "webhook", "url": receiver.url}}))
    return receiver


@pytest.fixture
def rows(world: Path) -> Callable[[Any], list[Any]]:
    """Return a function that reads the rows of a table of the results store, or of a query.

    Rows of results include their definitions and statements.
    """

    def read(what: Any) -> list[Any]:
        query = what if isinstance(what, Select) else whole_results() if what is result else select(what)
        with open_database(f"sqlite:///{world}/dre.db").read() as connection:
            return list(connection.execute(query).all())

    return read


@pytest.fixture
def run_dag() -> Callable[..., Any]:
    """Return a function that runs a Dag with ``dag.test()`` and returns the finished run."""
    from airflow.models.serialized_dag import SerializedDagModel
    from airflow.serialization.definitions.dag import SerializedDAG
    from airflow.serialization.serialized_objects import LazyDeserializedDAG
    from airflow.utils.session import create_session

    def run(dag: Any, day: int = 1, **arguments: Any) -> Any:
        lazy = LazyDeserializedDAG.from_dag(dag)
        with create_session() as session:
            SerializedDAG.bulk_write_to_db("dags-folder", None, [lazy], session=session)
            session.commit()
            SerializedDagModel.write_dag(lazy, bundle_name="dags-folder", session=session)
        return dag.test(logical_date=datetime(2026, 1, day, tzinfo=UTC), **arguments)

    return run


@pytest.fixture
def incidents(world: Path) -> Callable[[], list[Any]]:
    """Return the incidents of the results store."""

    def read() -> list[Any]:
        with open_database(f"sqlite:///{world}/dre.db").read() as connection:
            return list(connection.execute(select(incident).order_by(incident.c.id)).all())

    return read


@pytest.fixture
def queued(world: Path, oncall: Any) -> Callable[[], list[tuple[str, str, str]]]:
    """Return a function that reads the route, event and status of every message, with route ``oncall`` configured."""

    def read() -> list[tuple[str, str, str]]:
        with open_database(f"sqlite:///{world}/dre.db").read() as connection:
            return [(row.route, row.event, row.status) for row in connection.execute(select(outbox).order_by(outbox.c.id))]

    return read
