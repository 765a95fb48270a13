"""Hostile texts through every entrance and out of every exit: bounded, escaped, never rendered, and without the secrets in them."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from airflow_dre import DbtResultsOperator, FreshnessSensor, FreshnessSLA, GXCheckOperator, QualityCheckOperator, open_incident
from airflow_dre import checks as c
from airflow_dre.config import read_settings
from airflow_dre.errors import QueryFailed
from airflow_dre.services.incidents import listening
from airflow_dre.services.incidents.delivery import flush
from airflow_dre.services.slo.declaring import declare_slas
from airflow_dre.services.slo.monitoring import Watch
from airflow_dre.services.slo.question import read_question
from airflow_dre.services.slo.watching import watch_once
from airflow_dre.services.wiring import read_wiring, store_of
from airflow_dre.store.database import open_database
from airflow_dre.store.tables import incident, suite_run
from airflow_dre.values.text_limits import STATEMENT
from tests.databases import sqlite_file
from tests.shell.api.test_api import app, ask
from tests.shell.listeners.test_run_ends import end, ti
from tests.shell.test_hostile_texts import EVIL, kept, powers_in
from tests.slas import evaluate_sla, fail_sla
from tests.task_instances import bare_dag, task_instance

__all__ = ["app", "ask"]
pytestmark = pytest.mark.airflow
SECRET = "hunter2s3cret"
SHORT = f"{EVIL}{{{{ 7 * 123457 }}}}<script>alert(1)</script> password={SECRET} "
HOSTILE = SHORT + "v" * 1_000_000
HALF = SHORT + "\ud800" + "v" * 1_000_000
MOST_KEPT = 400_000
"""Characters that one report may leave in the store: a hundred entries with a bound, and never one of a megabyte."""


def context(task_id: str = "t", **more: Any) -> Any:
    """Return the context of a task that ran outside Airflow."""
    one = task_instance(task_id=task_id, xcom_push=lambda key, value: None, start_date=datetime.now(UTC))
    return {"ti": one, **more}


def attempt(call: Callable[[], Any]) -> None:
    """Do something that may fail as a task does, and log its error as Airflow does."""
    try:
        call()
    except Exception as error:
        logging.getLogger("airflow_dre.test").error("%s", error)


def of_checks(world: Path) -> None:
    """Report values, segments and errors of checks."""
    checks = [
        c.not_null("id", by="s"),
        c.column_max("s", at_most="a"),
        c.most_common("s", ["a"]),
        c.matches("s", "^a$"),
        c.in_set("s", ["a"]),
        c.metric_sql("MAX(s)", equals="x"),
        c.mean("s", at_most=1),
        c.fresh("s", max_age="1h"),
        c.not_null("id", name="n" + EVIL[1:], description=SHORT, owner=SHORT, runbook=f"https://x/{quote(SHORT)}"),
    ]
    operator = QualityCheckOperator(task_id="t", conn_id="warehouse", table="hostile", checks=checks, routes=["oncall"], sample_rows=3)
    attempt(lambda: operator.execute(context()))


def of_gx(world: Path) -> None:
    """Report values and notes of Great Expectations."""
    told = {"notes": HOSTILE, "meta": {"name": SHORT, "owner": HOSTILE, "runbook": HOSTILE, "tags": [HOSTILE]}}
    expectations = [
        {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "id"}, **told},
        {"type": "expect_column_distinct_values_to_be_in_set", "kwargs": {"column": "s", "value_set": ["a"]}},
        {"type": "expect_column_values_to_be_in_set", "kwargs": {"column": "s", "value_set": [HOSTILE + "x"]}},
        {"type": "expect_column_max_to_be_between", "kwargs": {"column": "s", "max_value": 1}},
        {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": SHORT.replace("\x00", "").replace(SECRET, "")}},
    ]
    operator = GXCheckOperator(task_id="t", conn_id="warehouse", table="hostile", expectations=expectations, routes=["oncall"])
    attempt(lambda: operator.execute(context()))


def of_dbt(world: Path) -> None:
    """Report messages, names and paths of dbt."""
    said = {"dbt_version": "1.10.0", "invocation_id": "i", "generated_at": datetime.now(UTC).isoformat()}
    metadata = {
        name: {**said, "dbt_schema_version": f"https://schemas.getdbt.com/dbt/{name}.json"} for name in ("manifest/v12", "run-results/v6")
    }
    place = SHORT.replace(SECRET, "")  # what identifies a table, a column or a kind is never masked
    metadata["manifest/v12"] |= {"adapter_type": "duckdb", "project_name": place}
    model = {"resource_type": "model", "database": "db", "schema": place, "meta": {"owner": HOSTILE, "runbook": HOSTILE}}
    nodes = {
        "model.p.m": {**model, "unique_id": "model.p.m", "name": SHORT, "alias": place, "description": HOSTILE, "tags": [HOSTILE]},
        f"model.{SHORT}": {**model, "unique_id": f"model.{SHORT}", "name": HOSTILE, "alias": HOSTILE.replace(SECRET, "")},
        "test.p.t": {
            "unique_id": "test.p.t",
            "resource_type": "test",
            "name": HOSTILE,
            "column_name": HOSTILE.replace(SECRET, ""),
            "attached_node": "model.p.m",
            "depends_on": {"nodes": ["model.p.m"]},
            "test_metadata": {"name": place, "namespace": place, "kwargs": {"x": HOSTILE}},
            "config": {"severity": "error", "where": HOSTILE.replace(SECRET, "")},
        },
    }
    message = f"Runtime Error in test t (models/{SHORT}.yml)\n  {HOSTILE}"
    results = [
        {"unique_id": name, "status": status, "message": message, "failures": 3, "compiled_code": HOSTILE.replace(SECRET, "")}
        for name, status in (*zip(nodes, ("error", "error", "fail"), strict=True), (f"test.{SHORT}", "error"))
    ]
    results.append({"unique_id": "operation.p.x", "status": SHORT, "message": message})
    folder = world / "target"
    folder.mkdir()
    (folder / "manifest.json").write_text(json.dumps({"metadata": metadata["manifest/v12"], "nodes": nodes}))
    (folder / "run_results.json").write_text(json.dumps({"metadata": metadata["run-results/v6"], "results": results}))
    operator = DbtResultsOperator(task_id="t", target_path=str(folder), namespace="duckdb:///x", routes=["oncall"], allow_stale=True)
    attempt(lambda: operator.execute(context()))


def of_an_sla(world: Path) -> None:
    """Report the values that an SLA finds instead of timestamps, with a name that moves the direction of a text."""
    name = "nightly \u202e{{ 7 * 123457 }}<script>"
    slas = [
        FreshnessSLA(
            f"{name} {table}", conn_id="warehouse", table=table, column="s", max_age="1h", on_miss=open_incident(routes=["oncall"])
        )
        for table in ("hostile", "hostile_short")
    ]
    dag_id = context()["ti"].dag_id
    declare_slas(dag_id, [sla.watched() for sla in slas], timedelta(minutes=1), read_wiring())
    watch = Watch(dag_id=dag_id, run_id="r", every=timedelta(minutes=1), look_seconds=5.0)
    attempt(lambda: watch_once(watch, None))


def of_an_unknown_sla(world: Path) -> None:
    """Report the error of a driver where an SLA cannot be evaluated."""
    question = read_question("SLA", {"conn_id": "warehouse", "table": "hostile", "column": "s", "max_age": "1h"})
    store = store_of(read_settings())
    attempt(lambda: fail_sla("sla", question, store, "d", datetime.now(UTC), HALF))
    stale = read_question("SLA", {"conn_id": "warehouse", "table": "stale", "column": "created_at", "max_age": "1h"})
    attempt(lambda: evaluate_sla("stale", stale, store, "d", datetime.now(UTC), routes=("oncall",)))


def of_a_sensor(world: Path) -> None:
    """Report the values that a sensor finds instead of timestamps, and its error when its time is out."""
    for table in ("hostile", "hostile_short"):
        sensor = FreshnessSensor(
            task_id=table, conn_id="warehouse", table=table, column="s", max_age="1h", timeout=0.01, poke_interval=0.01, routes=["oncall"]
        )
        try:
            sensor.execute(context(table))
        except Exception as error:
            open_incident()(context(table, exception=error))


def of_exceptions(world: Path) -> None:
    """Report what ended a task, and a run."""
    tell = open_incident(routes=["oncall"])
    tell(context("a", exception=ValueError(HALF)))
    tell(context("b", exception=QueryFailed(HALF)))
    tell(context("c", exception=type(EVIL.replace("\x00", ""), (Exception,), {})(HOSTILE)))
    tell({"dag": bare_dag(), "run_id": "r", "reason": HALF})


def of_the_scheduler(world: Path) -> None:
    """Report the message of the scheduler at the end of a run."""
    end("failed", 1, ti("load", "failed", 0), msg=HALF)
    end("failed", 1, msg=HALF, run="r2", partition=SHORT.replace("\x00", "").replace(SECRET, ""))


ENTRANCES = [of_checks, of_gx, of_dbt, of_an_sla, of_an_unknown_sla, of_a_sensor, of_exceptions, of_the_scheduler]


@pytest.fixture
def hostile(world: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Create tables whose values are hostile, and a route that receives everything."""
    monkeypatch.setenv("AIRFLOW__DRE__DEFAULT_ROUTES", "oncall")
    monkeypatch.setattr(listening._state, "housekeeping_at", 0.0)
    with sqlite_file(world / "w.db") as connection:
        for table, text in (("hostile", HOSTILE), ("hostile_short", SHORT)):
            connection.execute(f"CREATE TABLE {table} (id INTEGER, s TEXT)")
            connection.executemany(f"INSERT INTO {table} VALUES (?, ?)", [(None, text), (1, text + "2")])
    return world


def pages(ask: Callable[..., Any], rows: Callable[[Any], list[Any]]) -> list[Any]:
    """Return the answers of the API about everything that is kept."""
    paths = ["/api/overview", "/api/incidents?status=all"]
    paths += [f"/api/incidents/{row.id}" for row in rows(incident)]
    tables = {(row.namespace, row.name) for row in [*rows(suite_run), *rows(incident)] if row.name is not None}
    paths += [f"/api/table?namespace={quote(namespace)}&name={quote(name)}" for namespace, name in tables]
    paths += ["/api/task-results?dag_id=d&run_id=r&task_id=t"]
    answers = [ask("GET", path) for path in paths]
    assert {(answer.status_code, answer.headers["content-type"]) for answer in answers} == {(200, "application/json")}, paths
    return [answer.json() for answer in answers]


def texts(value: Any) -> list[str]:
    """Return every text of a JSON value, names too."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for part in pair for text in texts(part)]
    return [text for part in value for text in texts(part)] if isinstance(value, list) else []


@pytest.mark.parametrize("enter", ENTRANCES, ids=lambda enter: enter.__name__)
def test_hostile_texts_have_bounds_and_no_power_wherever_they_leave(
    enter: Callable[[Path], None],
    hostile: Path,
    oncall: Any,
    ask: Callable[..., Any],
    rows: Callable[[Any], list[Any]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, logger="airflow_dre")
    enter(hostile)
    flush(read_settings())
    stored = kept(hostile)
    exits = {
        "store": stored,
        "log": [record.getMessage() for record in caplog.records if "dre" in record.name or "dre" in record.pathname],
        "messages": [text for body in oncall.messages for text in texts(body)],
        "API": [text for answer in pages(ask, rows) for text in texts(answer)],
    }
    assert rows(incident), "something was opened"
    assert oncall.messages
    for name, left in exits.items():
        assert max(map(len, left), default=0) <= STATEMENT, name
        assert {power for text in left for power in powers_in(text, "\n\t")} == set(), name
        assert [text[:300] for text in left if SECRET in text] == [], name
        assert [text[:300] for text in left if "864199" in text] == [], name
    assert sum(map(len, stored)) < MOST_KEPT
    assert max(len(json.dumps(body)) for body in oncall.messages) < 100_000
    with open_database(f"sqlite:///{hostile}/dre.db").read() as connection:
        for row in connection.execute(sa.select(incident)):
            assert "\n" not in row.title
            assert row.opened_at <= datetime.now(UTC) + timedelta(minutes=1)
