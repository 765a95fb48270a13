"""QualityCheckOperator as a Dag author meets it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from airflow.providers.common.sql.operators.sql import BaseSQLOperator
from airflow.sdk import DAG, Asset, task
from airflow.sdk.exceptions import AirflowFailException
from airflow.serialization.serialized_objects import LazyDeserializedDAG
from sqlalchemy import select

from airflow_dre import QualityCheckOperator, open_incident, resolve_incident
from airflow_dre import checks as c
from airflow_dre.config import read_settings
from airflow_dre.errors import DefinitionError, WarehouseUnreachable
from airflow_dre.operators.links import ResultsLink
from airflow_dre.services.incidents.delivery import flush
from airflow_dre.store.database import open_database
from airflow_dre.store.reading.runs import whole_results
from airflow_dre.store.tables import result, suite_run
from tests.calls import calls_of
from tests.databases import sqlite_file
from tests.task_instances import task_instance

pytestmark = pytest.mark.airflow
Run = Callable[..., Any]


def dag_of(name: str, **arguments: Any) -> DAG:
    """Return a Dag with one check task."""
    with DAG(name, schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC), params=arguments.pop("params", {})) as dag:
        options = {"task_id": "check", "conn_id": "warehouse", "table": "orders", **arguments}
        QualityCheckOperator(**options)
    return dag


def suite_runs(world: Path) -> list[Any]:
    """Return the suite runs in the store."""
    with open_database(f"sqlite:///{world}/dre.db").read() as connection:
        return list(connection.execute(select(suite_run).order_by(suite_run.c.measured_at)).all())


def test_it_is_a_sql_operator() -> None:
    operator = QualityCheckOperator(task_id="check", conn_id="warehouse", table="orders", checks=[c.row_count(equals=3)])
    assert isinstance(operator, BaseSQLOperator)
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


def executed(world: Path, run_id: str = "r", **arguments: Any) -> tuple[Any, BaseException | None, list[Any]]:
    """Return the operator after ``execute`` outside any run: itself, what it raised, and the summaries it returned or pushed."""
    operator = QualityCheckOperator(**{"task_id": "check", "conn_id": "warehouse", "table": "orders", **arguments})
    summaries: list[Any] = []
    ti = task_instance(run_id=run_id, xcom_push=lambda key, value: summaries.append((key, value)))
    try:
        summaries.append(("return_value", operator.execute({"ti": ti})))
    except Exception as error:
        return operator, error, summaries
    return operator, None, summaries


def test_a_task_reads_the_settings_once(world: Path) -> None:
    with calls_of(read_settings) as callers:
        operator, error, _ = executed(world, checks=[c.not_null("amount")], quarantine_to="bad", quarantine_limit="100%")
    assert isinstance(error, AirflowFailException)
    assert operator.extra_summary["quarantine"]["rows"] > 0
    assert [Path(caller).name for caller in callers] == ["wiring.py"]


BY_OUTCOME = {
    "passed": [c.row_count(equals=3)],
    "warned": [c.row_count(equals=3), c.not_null("amount", warn_above=0, fail_above=1)],
    "failed": [c.row_count(equals=3), c.not_null("amount")],
    "errored": [c.row_count(equals=3), c.not_null("amuont")],
    "skipped": [c.not_null("amount", where="id > 99")],
}


@pytest.mark.parametrize(
    ("outcome", "closed"),
    [
        ("passed", set()),
        ("warned", {"warn"}),
        ("failed", {"warn", "error"}),
        ("errored", {"warn", "error"}),
        ("skipped", set()),
    ],
)
@pytest.mark.parametrize("fail_on", ["error", "warn", "never"])
def test_which_outcomes_close_the_gate(world: Path, rows: Run, outcome: str, closed: set[str], fail_on: str) -> None:
    _, error, [(key, summary)] = executed(world, checks=BY_OUTCOME[outcome], fail_on=fail_on)
    assert isinstance(error, AirflowFailException) if fail_on in closed else error is None
    assert (key, summary["outcome"]) == ("return_value", outcome), "the summary is there whatever the verdict"
    assert [row.outcome for row in rows(suite_run)] == [outcome]


def test_one_missing_column_hides_no_other_check(run_dag: Run, rows: Run) -> None:
    checks = [c.row_count(equals=3), c.not_null("amuont"), c.unique("id"), c.mean("amount", at_least=10), c.between("amuont", 0, 1)]
    finished = run_dag(dag_of("hidden", checks=checks))
    assert finished.state == "failed"
    found = {row.definition["name"]: (row.outcome, row.reason) for row in rows(whole_results().order_by(result.c.position))}
    assert {name: outcome for name, (outcome, _) in found.items()} == {
        "row_count()": "passed",
        "not_null(amuont)": "errored",
        "unique(id)": "failed",
        "mean(amount)": "passed",
        "between(amuont)": "errored",
    }
    assert found["not_null(amuont)"][1] == "no such column: orders.amuont"
    summary = finished.get_task_instances()[0].xcom_pull(task_ids="check")
    assert sorted(summary["broken"]) == ["between(amuont)", "not_null(amuont)", "unique(id)"]
    assert summary["counts"] == {"skipped": 0, "passed": 2, "warned": 0, "errored": 2, "failed": 1}


def test_a_missing_table_is_said_once_for_all_checks(world: Path, rows: Run) -> None:
    operator, error, _ = executed(world, table="ordres", checks=[c.row_count(at_least=1), c.not_null("id"), c.unique("id")])
    assert isinstance(error, AirflowFailException)
    assert {(row.outcome, row.reason) for row in rows(result)} == {("errored", "no such table: ordres")}
    assert operator.suite_run.queries <= 4


def test_an_empty_table_is_judged_or_skipped_as_each_check_says(run_dag: Run, world: Path, rows: Run, incidents: Run) -> None:
    with sqlite_file(world / "w.db") as connection:
        connection.execute("CREATE TABLE empty AS SELECT * FROM orders WHERE 0")
    checks = [
        c.not_null("id", fail_above="5%"),
        c.unique("id"),
        c.between("amount", 0, 1),
        c.in_set("id", [1]),
        c.rows("id > 0"),
        c.column_min("id", at_least=0),
        c.column_max("id", at_most=0),
        c.mean("amount", at_least=0),
        c.metric_sql("SUM(amount) / COUNT(*)", at_least=0),
    ]
    finished = run_dag(dag_of("empty_skipped", table="empty", checks=checks))
    assert finished.state == "success"
    assert {row.outcome for row in rows(result)} == {"skipped"}
    assert [(row.outcome, row.score) for row in rows(suite_run)] == [("skipped", None)]
    assert finished.get_task_instances()[0].xcom_pull(task_ids="check")["score"] is None
    judged = [c.row_count(equals=0, name="none"), c.row_count(at_least=1, name="some"), c.fresh("created_at", max_age="1d")]
    assert run_dag(dag_of("empty_judged", table="empty", checks=[*checks, *judged])).state == "failed"
    by_name = {row.definition["name"]: row.outcome for row in rows(result) if row.outcome != "skipped"}
    assert by_name == {"none": "passed", "some": "failed", "fresh(created_at)": "failed"}
    assert [row.event for row in incidents()] == ["checks_failed"]


def test_an_unreachable_warehouse_is_retried(run_dag: Run, incidents: Run) -> None:
    with DAG("retried", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        operator = QualityCheckOperator(task_id="check", conn_id="gone", table="orders", checks=[c.row_count(at_least=1)])
    ti = task_instance()
    with pytest.raises(WarehouseUnreachable, match="cannot connect to the postgres warehouse") as error:
        operator.execute({"ti": ti})
    assert not isinstance(error.value, AirflowFailException)
    assert "hunter2" not in str(error.value)
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
    shown: Any = RenderedTaskInstanceFields.get_templated_fields(finished.get_task_instances()[0])
    assert "row_count(equals=1)" in str(shown["checks"])
    assert "where='id > 0'" in str(shown["checks"])


def test_a_native_dag_gives_bounds_their_own_types(run_dag: Run, rows: Run) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    with DAG("native", schedule=None, start_date=start, render_template_as_native_obj=True, params={"rows": 3, "low": 0.5}) as dag:
        checks = [c.row_count(equals="{{ params.rows }}"), c.between("amount", "{{ params.low }}", "{{ 90 }}")]
        QualityCheckOperator(task_id="check", conn_id="warehouse", table="orders", checks=checks)
    assert run_dag(dag).state == "success"
    assert sorted(row.expected for row in rows(result)) == ["at most 0 violating", "exactly 3"]


def test_what_a_template_renders_is_checked_before_anything_is_asked(run_dag: Run, rows: Run, incidents: Run) -> None:
    names = {"first": "id", "second": "id", "limit": "5 %%"}
    checks = [c.not_null("{{ params.first }}"), c.not_null("{{ params.second }}"), c.unique("id", fail_above="{{ params.limit }}")]
    finished = run_dag(dag_of("rendered_badly", checks=checks, params=names, retries=2))
    (ti,) = finished.get_task_instances()
    assert (ti.state, ti.try_number) == ("failed", 1), "trying again cannot help"
    assert [(row.event, row.task_id) for row in incidents()] == [("task_failed", "check")]
    assert rows(suite_run) == []
    with pytest.raises(DefinitionError) as error:
        QualityCheckOperator(
            task_id="x", conn_id="w", table="t", checks=[check.rendered(lambda text: names_in(text, names)) for check in checks]
        )
    assert str(error.value).splitlines() == [
        "2 problems in the definition:",
        "- checks[1] not_null: invalid name='not_null(id)'. Allowed: a unique name: this check is identical to checks[0] not_null",
        "- checks[2] unique: invalid fail_above='5 %%'. Allowed: a count of rows such as 0 or 100, or a percent such as '5%'",
    ]


def names_in(text: str, names: dict[str, str]) -> str:
    """Return the names of ``{{ params.x }}`` as Jinja renders them."""
    for name, value in names.items():
        text = text.replace("{{ params." + name + " }}", value)
    return text


def test_mapped_tasks_have_results_and_renderings_of_their_own(run_dag: Run, world: Path, incidents: Run) -> None:
    with DAG("mapped", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        shared = [c.not_null("amount", where="{{ ti.map_index }} = {{ ti.map_index }}")]
        QualityCheckOperator.partial(task_id="check", conn_id="warehouse", checks=shared).expand(table=["orders", "good"])
    finished = run_dag(dag)
    assert finished.state == "failed"
    found = {row.map_index: (row.name, row.outcome) for row in suite_runs(world)}
    assert found == {0: ("main.orders", "failed"), 1: ("main.good", "passed")}
    assert [(row.name, row.occurrences) for row in incidents()] == [("main.orders", 1)]
    assert shared == [c.not_null("amount", where="{{ ti.map_index }} = {{ ti.map_index }}")], "the declared checks are left alone"
    link = finished.get_task_instance("check", map_index=1).xcom_pull(task_ids="check", map_indexes=1, key=ResultsLink().xcom_key)
    assert link.endswith("/tasks/check/mapped/1/plugin/reliability-results")


def test_tables_and_checks_can_be_mapped_together(run_dag: Run, rows: Run) -> None:
    with DAG("mapped_pairs", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC), params={"rows": 3}) as dag:
        pairs = [
            {"table": "orders", "checks": [c.row_count(equals="{{ params.rows }}")]},
            {"table": "good", "checks": [c.not_null("id"), c.row_count(equals=1)]},
        ]
        QualityCheckOperator.partial(task_id="check", conn_id="warehouse").expand_kwargs(pairs)
    assert run_dag(dag).state == "success"
    assert sorted((row.map_index, row.name, row.outcome) for row in rows(suite_run)) == [
        (0, "main.orders", "passed"),
        (1, "main.good", "passed"),
    ]


def test_the_task_group_link_is_kept_for_the_task(run_dag: Run) -> None:
    finished = run_dag(dag_of("linked", checks=[c.row_count(equals=3)]))
    link = finished.get_task_instances()[0].xcom_pull(task_ids="check", key=ResultsLink().xcom_key)
    assert link == f"/dags/linked/runs/{quote(finished.run_id, safe='')}/tasks/check/plugin/reliability-results"


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
    with pytest.raises(DefinitionError, match="this check is identical to"):
        QualityCheckOperator(task_id="x", conn_id="w", table="t", checks=[c.not_null("a"), c.not_null("a", fail_above="5%")])
    with pytest.raises(DefinitionError, match="invalid checks=\\[\\]. Allowed: at least one check"):
        QualityCheckOperator(task_id="x", conn_id="w", table="t", checks=[])


@pytest.mark.parametrize(
    ("table", "wording"),
    [
        ('orders"; DROP TABLE orders; --', "invalid table='orders\"; DROP TABLE orders; --'. Allowed: [[catalog.]schema.]table"),
        ("orders; DROP TABLE orders", "invalid table='orders; DROP TABLE orders'. Allowed: [[catalog.]schema.]table"),
        ("a.b.c.d", "invalid table='a.b.c.d'. Allowed: [[catalog.]schema.]table"),
        ('"orders""; DROP TABLE orders; --"', 'row_count() errored: no such table: orders"; DROP TABLE orders; --'),
    ],
)
def test_a_hostile_table_name_fails_clearly_and_harms_nothing(world: Path, table: str, wording: str) -> None:
    _, error, _ = executed(world, table=table, checks=[c.row_count(at_least=1)])
    assert isinstance(error, AirflowFailException)
    assert wording in str(error)
    assert executed(world, run_id="again", checks=[c.row_count(equals=3)])[1] is None


def test_an_odd_table_name_in_double_quotes_is_a_name(run_dag: Run, world: Path, rows: Run) -> None:
    with sqlite_file(world / "w.db") as connection:
        connection.execute('CREATE TABLE "odd; ""name" AS SELECT 1 AS id')
    finished = run_dag(dag_of("odd", table='"odd; ""name"', checks=[c.row_count(equals=1), c.unique("id")]))
    assert finished.state == "success"
    assert [(row.name, row.outcome) for row in rows(suite_run)] == [('main.odd; "name', "passed")]


def test_a_store_that_is_down_changes_no_verdict_and_loses_nothing(
    run_dag: Run, world: Path, rows: Run, incidents: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("AIRFLOW__DRE__SQL_ALCHEMY_CONN", "postgresql+psycopg://dre:hunter2@127.0.0.1:1/dre")
    assert run_dag(dag_of("down_good", checks=[c.row_count(equals=3)])).state == "success"
    finished = run_dag(dag_of("down_bad", checks=[c.not_null("amount")], on_failure_callback=open_incident()))
    assert finished.state == "failed"
    assert finished.get_task_instances()[0].xcom_pull(task_ids="check")["outcome"] == "failed"
    assert "hunter2" not in caplog.text
    waiting = list((world / "spool").glob("*.jsonl"))
    assert waiting
    kept = [path.read_bytes() for path in waiting]
    monkeypatch.setenv("AIRFLOW__DRE__SQL_ALCHEMY_CONN", f"sqlite:///{world}/dre.db")
    written, _ = flush(read_settings())
    assert written == sum(text.count(b"\n") for text in kept)
    for again in range(2):
        assert [row.dag_id for row in rows(select(suite_run).order_by(suite_run.c.measured_at))] == ["down_good", "down_bad"]
        assert len(rows(result)) == 2
        assert [(row.kind, row.event, row.occurrences) for row in incidents()] == [("data", "checks_failed", 1)]
        if not again:  # a replay that was interrupted delivers what it delivered before
            for path, text in zip(waiting, kept, strict=True):
                path.write_bytes(text)
            flush(read_settings())


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
    key = task_instance(run_id="manual__2026-01-01T00:00:00+00:00", task_id="t", map_index=index)
    assert ResultsLink().get_link(None, ti_key=key) == path


def test_callbacks_and_checks_make_one_incident_that_good_data_resolves(run_dag: Run, world: Path, incidents: Run, queued: Run) -> None:
    def dag(checks: list[Any]) -> DAG:
        return dag_of(
            "notified",
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
