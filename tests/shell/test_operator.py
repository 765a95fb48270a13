"""QualityCheckOperator as a Dag author meets it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.providers.common.sql.operators.sql import BaseSQLOperator
from airflow.sdk import DAG, Asset, task
from airflow.serialization.serialized_objects import LazyDeserializedDAG
from sqlalchemy import select

from airflow_dre import QualityCheckOperator, open_incident, resolve_incident
from airflow_dre import checks as c
from airflow_dre.errors import DefinitionError
from airflow_dre.operators.links import ResultsLink
from airflow_dre.services.wiring import drain
from airflow_dre.store.database import open_database
from airflow_dre.store.tables import suite_run

pytestmark = pytest.mark.airflow
Run = Callable[..., Any]


def dag_of(name: str, **arguments: Any) -> DAG:
    """A Dag with one check task."""
    with DAG(name, schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC), params=arguments.pop("params", {})) as dag:
        options = {"task_id": "check", "conn_id": "warehouse", "table": "orders", **arguments}
        QualityCheckOperator(**options)
    return dag


def suite_runs(world: Path) -> list[Any]:
    """What the store holds."""
    with open_database(f"sqlite:///{world}/dre.db").read() as connection:
        return list(connection.execute(select(suite_run).order_by(suite_run.c.measured_at)).all())


def test_it_is_a_sql_operator() -> None:
    assert issubclass(QualityCheckOperator, BaseSQLOperator)


@pytest.mark.parametrize(
    ("checks", "fail_on", "state", "outcome"),
    [
        pytest.param([c.row_count(equals=3)], "error", "success", "passed", id="good data"),
        pytest.param([c.not_null("amount")], "error", "failed", "failed", id="bad data"),
        pytest.param([c.not_null("amount", severity="warn")], "error", "success", "warned", id="a warning"),
        pytest.param([c.not_null("amount", severity="warn")], "warn", "failed", "warned", id="a warning that must stop"),
        pytest.param([c.not_null("amount"), c.not_null("amuont")], "never", "success", "failed", id="nothing stops"),
        pytest.param([c.not_null("amuont"), c.row_count(equals=3)], "error", "failed", "errored", id="a missing column"),
    ],
)
def test_the_task_decides_after_everything_is_kept(
    run_dag: Run, world: Path, checks: list[Any], fail_on: str, state: str, outcome: str
) -> None:
    finished = run_dag(dag_of(f"decides_{state}_{outcome}_{fail_on}", checks=checks, fail_on=fail_on, retries=2))
    (ti,) = finished.get_task_instances()
    assert (finished.state, ti.state) == (state, state)
    assert ti.try_number == 1, "bad data is not retried"
    (row,) = suite_runs(world)
    assert (row.outcome, row.dag_id, row.task_id, row.try_number) == (outcome, ti.dag_id, "check", 1)
    assert row.dag_version is not None
    summary = ti.xcom_pull(task_ids="check")
    assert summary["outcome"] == outcome
    assert summary["dataset"] == f"sqlite://{world}/w.db/main.orders"


def test_an_unreachable_warehouse_is_retried(run_dag: Run, incidents: Run) -> None:
    with DAG("retried", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        operator = QualityCheckOperator(task_id="check", conn_id="gone", table="orders", checks=[c.row_count(at_least=1)])
    from airflow_dre.errors import WarehouseUnreachable

    ti = SimpleNamespace(dag_id="d", run_id="r", task_id="check", map_index=-1, try_number=1)
    with pytest.raises(WarehouseUnreachable, match="cannot connect to the postgres warehouse"):
        operator.execute({"ti": ti})
    finished = run_dag(dag)
    assert finished.state == "failed"
    assert [(row.kind, row.event, row.task_id) for row in incidents()] == [("pipeline", "task_failed", "check")]


def test_arguments_are_templated_and_shown_rendered(run_dag: Run, world: Path) -> None:
    from airflow.models.renderedtifields import RenderedTaskInstanceFields

    dag = dag_of(
        "templated",
        table="{{ params.table }}",
        where="id = {{ params.id }}",
        checks=[c.row_count(equals="{{ params.rows }}"), c.between("amount", "{{ params.low }}", 9, where="id > {{ params.low }}")],
        params={"table": "good", "id": 1, "rows": 1, "low": 0},
    )
    finished = run_dag(dag)
    assert finished.state == "success"
    (row,) = suite_runs(world)
    assert (row.name, row.row_filter) == ("main.good", "id = 1")
    shown = RenderedTaskInstanceFields.get_templated_fields(finished.get_task_instances()[0])
    assert "row_count(equals=1)" in str(shown["checks"])
    assert "where='id > 0'" in str(shown["checks"])


def test_mapped_tasks_have_results_and_renderings_of_their_own(run_dag: Run, world: Path, incidents: Run) -> None:
    with DAG("mapped", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        shared = [c.not_null("amount", where="{{ ti.map_index }} = {{ ti.map_index }}")]
        QualityCheckOperator.partial(task_id="check", conn_id="warehouse", checks=shared).expand(table=["orders", "good"])
    finished = run_dag(dag)
    assert finished.state == "failed"
    found = {row.map_index: (row.name, row.outcome) for row in suite_runs(world)}
    assert found == {0: ("main.orders", "failed"), 1: ("main.good", "passed")}
    assert [(row.name, row.occurrences) for row in incidents()] == [("main.orders", 1)]


def test_a_dag_with_checks_survives_serialization_with_its_assets() -> None:
    asset = Asset(name="orders", uri="file://warehouse/orders")
    with DAG("serialized", schedule=None) as dag:
        QualityCheckOperator(task_id="a", conn_id="w", table="t", checks=[c.unique("x")], inlets=[asset], outlets=[asset])
        QualityCheckOperator.partial(task_id="b", conn_id="w", checks=[c.unique("x")]).expand(table=["t", "u"])
    lazy = LazyDeserializedDAG.from_dag(dag)
    again = lazy._real_dag
    assert [outlet.uri for outlet in again.get_task("a").outlets] == ["file://warehouse/orders"]
    assert sorted(again.task_ids) == ["a", "b"]


def test_mistakes_are_found_when_the_dag_is_parsed() -> None:
    with pytest.raises(DefinitionError) as error:
        QualityCheckOperator(
            task_id="x",
            conn_id="w",
            table="t",
            fail_on="always",
            checks=[c.not_null("a", fail_above="5 %%"), c.not_null("a"), c.row_count()],
        )
    assert str(error.value).splitlines()[0] == "3 problems in the definition:"
    assert "QualityCheckOperator x: invalid fail_on='always'. Allowed: error, warn, never" in str(error.value)
    with pytest.raises(DefinitionError, match="invalid checks=\\[\\]. Allowed: at least one check"):
        QualityCheckOperator(task_id="x", conn_id="w", table="t", checks=[])


@pytest.mark.parametrize("table", ['orders"; DROP TABLE orders; --', "a.b.c.d", "no such table"])
def test_a_hostile_table_name_fails_clearly_and_harms_nothing(
    run_dag: Run, world: Path, table: str, caplog: pytest.LogCaptureFixture
) -> None:
    finished = run_dag(dag_of("hostile", table=table, checks=[c.row_count(at_least=1)], retries=2))
    assert finished.state == "failed"
    assert run_dag(dag_of("harmless", checks=[c.row_count(equals=3)])).state == "success"


def test_a_store_that_is_down_changes_no_verdict_and_loses_nothing(run_dag: Run, world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__DRE__SQL_ALCHEMY_CONN", "postgresql+psycopg://dre:hunter2@127.0.0.1:1/dre")
    assert run_dag(dag_of("down_good", checks=[c.row_count(equals=3)])).state == "success"
    assert run_dag(dag_of("down_bad", checks=[c.not_null("amount")])).state == "failed"
    monkeypatch.setenv("AIRFLOW__DRE__SQL_ALCHEMY_CONN", f"sqlite:///{world}/dre.db")
    written, _ = drain()
    assert written >= 2
    assert [row.dag_id for row in suite_runs(world)] == ["down_good", "down_bad"]
    assert drain()[0] == 0


def test_the_log_holds_the_report(run_dag: Run, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        run_dag(dag_of("reported", checks=[c.not_null("amount")]))
    output = capsys.readouterr().out + caplog.text
    assert "outcome  check" in output
    assert "FAIL: not_null(amount): 1 of 3 rows (33.33%) break it, more than 0" in output


@pytest.mark.parametrize(
    ("index", "base", "path"),
    [
        (-1, "", "/dags/d/runs/manual__2026-01-01T00%3A00%3A00%2B00%3A00/tasks/t/plugin/reliability-results"),
        (
            3,
            "https://x/team/airflow",
            "/team/airflow/dags/d/runs/manual__2026-01-01T00%3A00%3A00%2B00%3A00/tasks/t/mapped/3/plugin/reliability-results",
        ),
    ],
)
def test_the_deep_link(monkeypatch: pytest.MonkeyPatch, index: int, base: str, path: str) -> None:
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", base)
    key = SimpleNamespace(dag_id="d", run_id="manual__2026-01-01T00:00:00+00:00", task_id="t", map_index=index)
    assert ResultsLink().get_link(None, ti_key=key) == path


def test_callbacks_and_checks_make_one_incident_that_good_data_resolves(run_dag: Run, world: Path, incidents: Run, queued: Run) -> None:
    def dag(checks: list[Any]) -> DAG:
        return dag_of(
            "told",
            suite="orders",
            checks=checks,
            on_failure_callback=open_incident(severity="high", routes=["oncall"]),
            on_success_callback=resolve_incident(),
        )

    run_dag(dag([c.not_null("amount")]), day=1)
    (row,) = incidents()
    assert (row.kind, row.event, row.suite, row.severity, row.occurrences, row.status) == (
        "data",
        "checks_failed",
        "orders",
        "high",
        1,
        "open",
    )
    run_dag(dag([c.not_null("amount")]), day=2)
    run_dag(dag([c.not_null("amount", fail_above=1)]), day=3)
    (row,) = incidents()
    assert (row.status, row.occurrences) == ("resolved", 2)
    assert queued() == [("oncall", "opened", "sent"), ("oncall", "resolved", "sent")]


def test_a_plain_task_opens_and_resolves_its_own_incident(run_dag: Run, incidents: Run) -> None:
    def dag(broken: bool) -> DAG:
        with DAG("plain", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC), on_success_callback=resolve_incident()) as made:

            @task(on_failure_callback=open_incident())
            def load() -> None:
                if broken:
                    raise ValueError("{{ conn.warehouse.host }}")

            load()
        return made

    run_dag(dag(True), day=1)
    (row,) = incidents()
    assert (row.kind, row.event, row.dag_id, row.task_id, row.occurrences) == ("pipeline", "task_failed", "plain", "load", 1)
    run_dag(dag(False), day=2)
    assert [row.status for row in incidents()] == ["resolved"]
