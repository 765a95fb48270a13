"""GXCheckOperator as a Dag author meets it, with Great Expectations itself."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd
import psycopg
import pytest
import sqlalchemy as sa
from airflow.providers.common.sql.operators.sql import BaseSQLOperator
from airflow.sdk import DAG, task
from airflow.sdk.exceptions import AirflowFailException
from great_expectations.core.result_format import ResultFormat
from great_expectations.expectations.metadata_types import FailureSeverity
from great_expectations.expectations.row_conditions import Column
from sqlalchemy import select

from airflow_dre import GXCheckOperator, QualityCheckOperator, open_incident, resolve_incident
from airflow_dre.checks import not_null
from airflow_dre.errors import DefinitionError, WarehouseUnreachable
from airflow_dre.operators.links import ResultsLink
from airflow_dre.store.reading.runs import whole_results
from airflow_dre.store.tables import incident, outbox, result, signal, suite_run
from tests.databases import sqlite_file
from tests.task_instances import task_instance

pytestmark = pytest.mark.airflow
Run = Callable[..., Any]
CANARY = "xq7canary7qx"
START = datetime(2026, 1, 1, tzinfo=UTC)

ROWS = gxe.ExpectTableRowCountToEqual(value=3)
FILLED = {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "amount"}}
MILD = {**FILLED, "severity": "warning"}
MISSPELLED = {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "amuont"}}


def dag_of(name: str, **arguments: Any) -> DAG:
    """Return a Dag with one task that checks."""
    with DAG(name, schedule=None, start_date=START, params=arguments.pop("params", {})) as dag:
        GXCheckOperator(**{"task_id": "check", "conn_id": "warehouse", "table": "orders", **arguments})
    return dag


def executed(**arguments: Any) -> tuple[Any, BaseException | None, Any]:
    """Return the operator after ``execute`` outside any run: itself, what it raised, and the summary it returned or pushed."""
    operator = GXCheckOperator(**{"task_id": "check", "conn_id": "warehouse", "table": "orders", **arguments})
    operator.dag = DAG("d", schedule=None)
    pushed: list[Any] = []
    ti = task_instance(xcom_push=lambda key, value: pushed.append(value))
    try:
        return operator, None, operator.execute({"ti": ti})
    except Exception as error:
        return operator, error, pushed[0] if pushed else None


def test_it_is_a_sql_operator() -> None:
    assert isinstance(GXCheckOperator(task_id="check", conn_id="warehouse", table="orders", expectations=[ROWS]), BaseSQLOperator)
    assert issubclass(GXCheckOperator, BaseSQLOperator)


@pytest.mark.parametrize(
    ("expectations", "fail_on", "state", "outcome"),
    [
        pytest.param([ROWS], "error", "success", "passed", id="good data"),
        pytest.param([FILLED], "error", "failed", "failed", id="bad data"),
        pytest.param([MILD], "error", "success", "warned", id="a warning"),
        pytest.param([{**FILLED, "severity": "info"}], "error", "success", "warned", id="an information"),
        pytest.param([MILD], "warn", "failed", "warned", id="a warning that must stop"),
        pytest.param([FILLED, MISSPELLED], "never", "success", "failed", id="nothing stops"),
        pytest.param([ROWS, MISSPELLED], "error", "failed", "errored", id="a missing column"),
    ],
)
def test_the_task_decides_after_everything_is_kept(
    run_dag: Run, rows: Run, expectations: list[Any], fail_on: str, state: str, outcome: str, world: Path
) -> None:
    finished = run_dag(dag_of(f"gx_{state}_{outcome}_{fail_on}", expectations=expectations, fail_on=fail_on, retries=2))
    (ti,) = finished.get_task_instances()
    assert (finished.state, ti.state, ti.try_number) == (state, state, 1), "bad data is not retried"
    (row,) = rows(suite_run)
    assert (row.outcome, row.dag_id, row.task_id, row.engine, row.suite) == (outcome, ti.dag_id, "check", "gx-sqlite", f"{ti.dag_id}.check")
    assert row.queries > 0
    summary = ti.xcom_pull(task_ids="check")
    assert (summary["outcome"], summary["dataset"]) == (outcome, f"sqlite://{world}/w.db/main.orders")
    link = ti.xcom_pull(task_ids="check", key=ResultsLink().xcom_key)
    assert link.endswith("/tasks/check/plugin/reliability-results")


def test_a_rule_for_each_row_is_kept_with_its_numbers(run_dag: Run, rows: Run) -> None:
    told = {
        "description": "Every order has an amount",
        "meta": {"name": "paid", "owner": "shop", "runbook": "https://wiki.example/paid", "tags": ["money"], "dimension": "accuracy"},
    }
    expectations = [
        {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "amount", "mostly": 0.9}, **told},
        gxe.ExpectColumnValuesToBeBetween(column="amount", min_value=0, max_value=20, mostly=0.4, severity=FailureSeverity.WARNING),
        gxe.ExpectCompoundColumnsToBeUnique(column_list=["id", "amount"]),
        gxe.ExpectColumnValuesToBeInSet(column="id", value_set=[9], row_condition=Column("id") > 5),
    ]
    assert run_dag(dag_of("numbers", expectations=expectations)).state == "failed"
    paid, low, unique, none = rows(whole_results().order_by(result.c.position))
    assert (paid.outcome, paid.reason) == ("failed", "1 of 3 rows (33.33%) break it, more than 10%")
    assert (paid.expected, paid.violations, paid.rows, paid.unit, paid.fail_high) == ("at most 10% violating", 1, 3, "%", 10.0)
    assert paid.value == pytest.approx(100 / 3)
    assert (
        paid.definition.items()
        >= {
            "name": "paid",
            "kind": "expect_column_values_to_not_be_null",
            "columns": ["amount"],
            "dimension": "accuracy",
            "severity": "error",
            "where": None,
            "description": "Every order has an amount",
            "owner": "shop",
            "runbook": "https://wiki.example/paid",
            "tags": ["money"],
        }.items()
    )
    assert (low.outcome, low.violations, low.rows, low.fail_high) == ("passed", 1, 2, 60.0)
    assert (low.definition["name"], low.definition["severity"]) == ("expect_column_values_to_be_between(amount)", "warn")
    assert (unique.outcome, unique.reason, unique.value, unique.unit) == ("passed", "all 3 rows meet it", 0.0, "rows")
    assert (unique.definition["columns"], unique.definition["dimension"]) == (["id", "amount"], "uniqueness")
    assert (none.outcome, none.reason, none.rows) == ("skipped", "no rows to check", 0)
    assert "id" in none.definition["where"] and "5" in none.definition["where"]


def test_an_aggregate_is_kept_with_its_value_and_bounds(run_dag: Run, rows: Run) -> None:
    expectations = [
        gxe.ExpectColumnMeanToBeBetween(column="amount", min_value=30, max_value=40, strict_max=True),
        gxe.ExpectTableRowCountToBeBetween(min_value=1, max_value=9),
        gxe.ExpectTableRowCountToEqual(value=3),
        gxe.ExpectColumnQuantileValuesToBeBetween(column="id", quantile_ranges={"quantiles": [0.1], "value_ranges": [[0, 2]]}),
        gxe.ExpectTableColumnsToMatchSet(column_set=["id"]),
        gxe.ExpectColumnValuesToBeOfType(column="id", type_="INTEGER"),
        gxe.UnexpectedRowsExpectation(unexpected_rows_query="SELECT * FROM {batch} WHERE amount > 20"),
    ]
    run_dag(dag_of("bounds", expectations=expectations))
    mean, count, equal, quantile, columns, kind, query = rows(whole_results().order_by(result.c.position))
    assert (mean.outcome, mean.reason) == ("failed", "20 is not at least 30 and below 40")
    assert (mean.value, mean.fail_low, mean.fail_high, mean.definition["dimension"]) == (20.0, 30.0, 40.0, "accuracy")
    assert (count.outcome, count.reason, count.rows, count.unit) == ("passed", "3 is within its bounds", 3, "rows")
    assert (equal.expected, equal.fail_low, equal.fail_high) == ("exactly 3", 3.0, 3.0)
    assert (quantile.outcome, quantile.observed) == ("passed", "0.1: 1")
    assert (columns.outcome, columns.reason) == ("failed", "found amount, created_at, id, expected column_set=['id']")
    assert (kind.outcome, kind.reason) == ("passed", "found INTEGER")
    assert (query.outcome, query.reason, query.violations, query.fail_high) == ("failed", "1 row breaks it, more than 0", 1, 0.0)


def test_a_check_keeps_its_identity_when_only_its_threshold_changes(run_dag: Run, rows: Run) -> None:
    def suite(mostly: float, least: float, high: int) -> list[Any]:
        return [
            gxe.ExpectColumnValuesToNotBeNull(column="amount", mostly=mostly),
            gxe.ExpectColumnMeanToBeBetween(column="amount", min_value=least),
            gxe.ExpectColumnValuesToBeBetween(column="id", min_value=0, max_value=high),
            gxe.ExpectColumnValuesToNotBeNull(column="amount", mostly=0.1, severity=FailureSeverity.WARNING),
            {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "amount"}, "meta": {"name": "amounts"}},
        ]

    for day, arguments in enumerate([(0.5, 1, 9), (0.6, 2, 8)], start=1):
        run_dag(dag_of("identity", expectations=suite(*arguments), fail_on="never"), day=day)
    found = rows(select(result.c.check_id).join(suite_run, suite_run.c.key == result.c.run_key).order_by("measured_at", "position"))
    first, second = [row.check_id for row in found[:5]], [row.check_id for row in found[5:]]
    assert len(set(first)) == 5, "the same question with two thresholds is two checks"
    assert [one == other for one, other in zip(first, second, strict=True)] == [True, True, False, True, True]


def test_one_expectation_that_raises_hides_no_other(rows: Run) -> None:
    early = {"type": "expect_column_value_lengths_to_be_between", "kwargs": {"column": "id", "min_value": {"$PARAMETER": "least"}}}
    _, error, _ = executed(expectations=[early, MISSPELLED, ROWS, {**FILLED, "kwargs": {"column": "id"}}])
    assert isinstance(error, AirflowFailException)
    outcomes = [(row.outcome, row.reason) for row in rows(whole_results().order_by(result.c.position))]
    assert [outcome for outcome, _ in outcomes] == ["errored", "errored", "passed", "passed"]
    assert "least" in outcomes[0][1]
    assert outcomes[1][1] == 'Error: The column "amuont" in BatchData does not exist.'


def test_a_missing_table_is_said_by_every_check(rows: Run) -> None:
    _, error, summary = executed(table="ordres", expectations=[ROWS, FILLED])
    assert isinstance(error, AirflowFailException)
    assert summary["outcome"] == "errored"
    assert {(row.outcome, row.reason) for row in rows(result)} == {("errored", "no such table: ordres")}


def test_an_empty_table_is_judged_or_skipped(world: Path, rows: Run) -> None:
    with sqlite_file(world / "w.db") as connection:
        connection.execute("CREATE TABLE empty AS SELECT * FROM orders WHERE 0")
    mean = gxe.ExpectColumnMeanToBeBetween(column="amount", min_value=1)
    _, error, _ = executed(table="empty", expectations=[FILLED, gxe.ExpectTableRowCountToEqual(value=0), ROWS, mean])
    assert isinstance(error, AirflowFailException)
    found = rows(whole_results().order_by(result.c.position))
    assert [row.outcome for row in found] == ["skipped", "passed", "failed", "failed"], "as Great Expectations judges"
    assert (found[0].rows, found[3].reason) == (0, "no value is not at least 1")


def test_an_unreachable_warehouse_is_retried(run_dag: Run, rows: Run, incidents: Run, caplog: pytest.LogCaptureFixture) -> None:
    _, error, _ = executed(conn_id="gone", expectations=[FILLED])
    assert isinstance(error, WarehouseUnreachable)
    assert "cannot connect to the postgres warehouse" in str(error)
    assert "hunter2" not in str(error) + caplog.text
    assert run_dag(dag_of("gx_retried", conn_id="gone", expectations=[FILLED])).state == "failed"
    assert rows(suite_run) == []
    assert [(row.kind, row.event) for row in incidents()] == [("pipeline", "task_failed")]


@pytest.fixture
def pg(world: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str | None]:
    """Yield connection ``pg``, whose role has a password that no URL could hold as it is, and the name of the database."""
    url = sa.make_url(postgres_url)
    password = f"p@ss/{CANARY}:%"
    admin = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql("DROP ROLE IF EXISTS reader")
        connection.exec_driver_sql(f"CREATE ROLE reader LOGIN PASSWORD '{password.replace('%', '%%')}'")
        connection.exec_driver_sql("CREATE TABLE orders (id INTEGER, amount NUMERIC, note TEXT)")
        connection.exec_driver_sql(f"INSERT INTO orders VALUES (1, 10, 'a'), (2, NULL, '{CANARY}'), (2, 30, 'b')")
        connection.exec_driver_sql('CREATE SCHEMA "Odd"')
        connection.exec_driver_sql('CREATE TABLE "Odd"."Ta; ""ble" AS SELECT 1 AS id')
        connection.exec_driver_sql("CREATE SEQUENCE counter")
        connection.exec_driver_sql("GRANT ALL ON SEQUENCE counter TO reader")
        connection.exec_driver_sql("GRANT ALL ON orders TO reader")
        connection.exec_driver_sql('GRANT ALL ON SCHEMA "Odd" TO reader')
        connection.exec_driver_sql('GRANT ALL ON "Odd"."Ta; ""ble" TO reader')
        access = Path(connection.exec_driver_sql("SHOW hba_file").scalar_one())
        rule = "local all reader scram-sha-256\n"
        if rule not in access.read_text():
            access.write_text(rule + access.read_text())
        connection.exec_driver_sql("SELECT pg_reload_conf()")
    given = {"conn_type": "postgres", "host": url.query["host"], "login": "reader", "password": password, "schema": url.database}
    monkeypatch.setenv("AIRFLOW_CONN_PG", json.dumps(given))
    yield url.database
    with admin.connect() as connection:
        connection.exec_driver_sql("DROP OWNED BY reader")
        connection.exec_driver_sql("DROP ROLE reader")
    admin.dispose()


@pytest.mark.postgres
def test_postgresql_is_asked_through_the_hook_of_its_connection(pg: str, run_dag: Run, rows: Run) -> None:
    socket = json.loads(os.environ["AIRFLOW_CONN_PG"])["host"]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(host=socket, user="reader", password="p", dbname=pg)
    expectations = [
        ROWS,
        gxe.ExpectColumnMaxToBeBetween(column="amount", max_value=30),
        gxe.ExpectCompoundColumnsToBeUnique(column_list=["id", "note"]),
        gxe.ExpectColumnValuesToMatchRegex(column="note", regex="^[ab]$", mostly=0.5),
        gxe.UnexpectedRowsExpectation(unexpected_rows_query="SELECT * FROM {batch} WHERE id > 2"),
    ]
    assert run_dag(dag_of("gx_pg", conn_id="pg", expectations=expectations)).state == "success"
    (run,) = rows(suite_run)
    assert (run.engine, run.name, run.outcome) == ("gx-postgres", f"{pg}.public.orders", "passed")
    odd = dag_of("gx_odd", conn_id="pg", table='"Odd"."Ta; ""ble"', expectations=[gxe.ExpectTableRowCountToEqual(value=1)])
    assert run_dag(odd, day=2).state == "success"


@pytest.mark.postgres
def test_nothing_that_an_expectation_says_can_write(pg: str, run_dag: Run, rows: Run) -> None:
    keeps_through_a_rollback = "SELECT * FROM orders WHERE id = nextval('counter')"
    queries = [gxe.UnexpectedRowsExpectation(unexpected_rows_query=keeps_through_a_rollback)]
    assert run_dag(dag_of("writes", conn_id="pg", expectations=queries)).state == "failed"
    assert [(row.outcome, row.reason) for row in rows(result)] == [("errored", "cannot execute nextval() in a read-only transaction")]


@pytest.mark.parametrize(
    "query", ["DELETE FROM orders", "SELECT 1; DROP TABLE orders", "WITH x AS (DELETE FROM orders RETURNING 1) SELECT * FROM x", "SELEC"]
)
def test_sql_that_is_not_one_read_only_select_is_refused_before_anything_is_asked(query: str, rows: Run) -> None:
    _, error, summary = executed(conn_id="gone", expectations=[FILLED, gxe.UnexpectedRowsExpectation(unexpected_rows_query=query)])
    assert isinstance(error, AirflowFailException)
    assert f"- expectations[1] unexpected_rows_expectation: invalid sql={query!r}. Allowed: one read-only SELECT" in str(error)
    _, error, _ = executed(conn_id="gone", table=None, query=query, expectations=[FILLED])
    assert f"- GXCheckOperator query: invalid sql={query!r}. Allowed: one read-only SELECT" in str(error)
    assert summary is None


FROM_2026: Any = "2026-01-01"
"""A bound that is a text, which Great Expectations takes though its types do not say so."""
LEAKY = [
    gxe.ExpectColumnValuesToBeInSet(column="note", value_set=["a"]),
    gxe.ExpectColumnValuesToBeInSet(column="note", value_set=["a"], result_format=ResultFormat.COMPLETE),
    gxe.ExpectColumnValuesToMatchRegex(column="note", regex="^.$"),
    gxe.ExpectColumnDistinctValuesToEqualSet(column="note", value_set=["a"]),
    gxe.ExpectColumnMostCommonValueToBeInSet(column="note", value_set=["a"]),
    gxe.ExpectColumnMaxToBeBetween(column="note", min_value=FROM_2026),
    gxe.ExpectColumnValuesToBeBetween(column="note", min_value=1, max_value=2),
    gxe.ExpectColumnMeanToBeBetween(column="note", min_value=1),
    gxe.ExpectColumnSumToBeBetween(column="note", min_value=1),
    gxe.ExpectCompoundColumnsToBeUnique(column_list=["note", "same"]),
    gxe.ExpectColumnPairValuesToBeEqual(column_A="note", column_B="same"),
    gxe.ExpectSelectColumnValuesToBeUniqueWithinRecord(column_list=["note", "note2"]),
]


@pytest.mark.parametrize("source", ["sqlite", "pandas", "objects"])
def test_no_value_of_a_row_and_no_secret_leaves_the_data(
    source: str, world: Path, run_dag: Run, rows: Run, queued: Run, oncall: Any, caplog: pytest.LogCaptureFixture, capfd: Any
) -> None:
    from airflow.models.renderedtifields import RenderedTaskInstanceFields

    frame = pd.DataFrame({"note": ["a", CANARY, CANARY], "note2": ["a", CANARY, "c"], "same": ["x", "x", "x"]})
    with sqlite_file(world / "w.db") as connection:
        frame.to_sql("leaky", connection)
    if source == "objects":
        frame = frame.astype(object)
    arguments = {"table": "leaky"} if source == "sqlite" else {"dataframe": lambda: frame, "conn_id": None, "table": None}
    dag = dag_of(f"leaky_{source}", expectations=LEAKY, on_failure_callback=open_incident(routes=["oncall"]), **arguments)
    with caplog.at_level(logging.DEBUG):
        finished = run_dag(dag)
    (ti,) = finished.get_task_instances()
    assert ti.state == "failed"
    kept = [str(rows(table)) for table in (suite_run, result, signal, incident, outbox)]
    shown = str(RenderedTaskInstanceFields.get_templated_fields(ti))
    told = str(ti.xcom_pull(task_ids="check")) + str(oncall.requests)
    assert queued()
    for text in (*kept, shown, told, caplog.text, "".join(capfd.readouterr())):
        assert CANARY not in text
    assert len(rows(result)) == len(LEAKY)


@pytest.mark.postgres
def test_no_secret_of_a_connection_is_said(
    pg: str, run_dag: Run, rows: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capfd: Any
) -> None:
    with caplog.at_level(logging.DEBUG):
        run_dag(dag_of("secret", conn_id="pg", expectations=[*LEAKY[:3], MISSPELLED]))
        run_dag(dag_of("secret_gone", conn_id="pg", table="nowhere", expectations=[ROWS]))
    for text in (str(rows(result)), str(rows(signal)), caplog.text, "".join(capfd.readouterr())):
        assert CANARY not in text


def test_a_dataframe_is_made_when_the_task_runs(run_dag: Run, rows: Run) -> None:
    made: list[str] = []

    def frame(context: Any) -> pd.DataFrame:
        made.append(context["ti"].task_id)
        return pd.DataFrame({"amount": [1, None, 3]})

    arguments = {"conn_id": None, "table": None, "expectations": [FILLED, ROWS], "fail_on": "never"}
    dag = dag_of("framed", dataframe=frame, **arguments)
    assert made == []
    assert run_dag(dag).state == "success"
    assert made == ["check"]
    (run,) = rows(suite_run)
    assert (run.namespace, run.name, run.engine, run.queries) == ("dataframe", "framed.check", "gx-pandas", 0)
    assert [row.violations for row in rows(whole_results().order_by(result.c.position))] == [1, None]
    run_dag(dag_of("named", dataframe=pd.DataFrame({"amount": [1]}), dataset="shop.{{ dag.dag_id }}", **arguments), day=2)
    assert {row.name for row in rows(suite_run)} == {"framed.check", "shop.named"}


def test_the_output_of_another_task_is_a_dataframe(run_dag: Run, rows: Run) -> None:
    from airflow.models.renderedtifields import RenderedTaskInstanceFields

    with DAG("handed_on", schedule=None, start_date=START) as dag:

        @task
        def load() -> list[dict[str, Any]]:
            return [{"amount": amount, "note": CANARY} for amount in (1, 2, 3)]

        check = GXCheckOperator(task_id="check", dataframe=load(), expectations=[FILLED, ROWS])
    assert check.upstream_task_ids == {"load"}
    finished = run_dag(dag)
    assert finished.state == "success"
    assert [(row.outcome, row.engine) for row in rows(suite_run)] == [("passed", "gx-pandas")]
    (ti,) = [ti for ti in finished.get_task_instances() if ti.task_id == "check"]
    assert CANARY not in str(RenderedTaskInstanceFields.get_templated_fields(ti))


def test_what_a_query_gives_is_checked(run_dag: Run, rows: Run, world: Path) -> None:
    query = "SELECT * FROM orders WHERE id = {{ params.id }}"
    arguments = {"table": None, "query": query, "dataset": "orders_of_one", "params": {"id": 1}}
    assert run_dag(dag_of("queried", expectations=[FILLED, gxe.ExpectTableRowCountToEqual(value=1)], **arguments)).state == "success"
    (run,) = rows(suite_run)
    assert (run.namespace, run.name) == (f"sqlite://{world}/w.db", "orders_of_one")
    assert {row.statement for row in rows(result)} == {"SELECT * FROM orders WHERE id = 1"}
    _, error, _ = executed(table=None, query="SELECT * FROM nowhere", expectations=[FILLED])
    assert "no such table: nowhere" in str(error)


def checkpoint_of(frame_or_file: Path | None, name: str = "nightly", added: bool = True) -> gx.Checkpoint:
    """Return a checkpoint over table ``orders`` of a SQLite file, or over a DataFrame that the task hands over."""
    context = gx.get_context(mode="ephemeral")
    if frame_or_file is None:
        batch = context.data_sources.add_pandas("frames").add_dataframe_asset("orders").add_batch_definition_whole_dataframe("all")
    else:
        source = context.data_sources.add_sqlite("files", connection_string=f"sqlite:///{frame_or_file}")
        batch = source.add_table_asset("orders").add_batch_definition_whole_table("all")
    filled = gxe.ExpectColumnValuesToNotBeNull(column="amount", severity=FailureSeverity.WARNING)
    expectations = [gxe.ExpectTableRowCountToEqual(value=3), filled]
    suite = gx.ExpectationSuite(name="suite", expectations=expectations)
    definition = gx.ValidationDefinition(name="definition", data=batch, suite=suite)
    if added:
        context.suites.add(suite)
        context.validation_definitions.add(definition)
    return gx.Checkpoint(name=name, validation_definitions=[definition])


def test_a_checkpoint_runs_with_what_it_brings(run_dag: Run, rows: Run, world: Path) -> None:
    nothing = {"conn_id": None, "table": None}
    assert run_dag(dag_of("point", checkpoint=lambda context: checkpoint_of(world / "w.db"), **nothing)).state == "success"
    frame = pd.DataFrame({"amount": [1, None, 3]})
    assert run_dag(dag_of("framed_point", checkpoint=checkpoint_of(None), dataframe=lambda: frame, **nothing), day=2).state == "success"
    assert run_dag(dag_of("named_point", checkpoint=lambda: checkpoint_of(world / "w.db")), day=3).state == "success"
    assert [(row.namespace, row.name, row.engine, row.outcome) for row in rows(select(suite_run).order_by("measured_at"))] == [
        ("great_expectations", "files.orders", "gx-sqlite", "warned"),
        ("great_expectations", "frames.orders", "gx-pandas", "warned"),
        (f"sqlite://{world}/w.db", "main.orders", "gx-sqlite", "warned"),
    ]
    kinds = [row.definition["kind"] for row in rows(whole_results().order_by(result.c.run_key, result.c.position))]
    assert kinds == ["expect_table_row_count_to_equal", "expect_column_values_to_not_be_null"] * 3


def test_a_checkpoint_that_cannot_run_is_a_mistake(world: Path) -> None:
    nothing = {"conn_id": None, "table": None}
    _, error, _ = executed(checkpoint=lambda: checkpoint_of(world / "w.db", added=False), **nothing)
    assert isinstance(error, AirflowFailException)
    assert "a checkpoint whose parts were added to its context" in str(error)
    _, error, _ = executed(checkpoint=lambda: "nightly", **nothing)
    assert "invalid checkpoint='nightly'. Allowed: a Checkpoint of Great Expectations" in str(error)


def test_a_suite_may_be_an_object_its_json_or_a_file_with_parameters(run_dag: Run, rows: Run, world: Path) -> None:
    suite = gx.ExpectationSuite(
        name="orders",
        expectations=[
            gxe.ExpectColumnMaxToBeBetween(column="amount", max_value={"$PARAMETER": "most"}),
            gxe.ExpectColumnValuesToBeInSet(column="id", value_set=[1, 2], description="known"),
        ],
    )
    (world / "orders.json").write_text(json.dumps(suite.to_json_dict()))
    told: Any = suite.to_json_dict()
    older = [{"expectation_type": one["type"], "kwargs": one["kwargs"]} for one in told["expectations"]]
    forms = [suite, told, older, json.dumps(told), "{{ params.folder }}/orders.json", world / "orders.json"]
    for day, given in enumerate(forms, start=1):
        options = {"expectations": given, "parameters": {"most": "{{ params.most }}"}, "params": {"folder": str(world), "most": 30}}
        assert run_dag(dag_of(f"suite_{day}", suite="orders", **options), day=day).state == "success"
    assert {row.outcome for row in rows(suite_run)} == {"passed"}
    ids = [(row.check_id, row.expected) for row in rows(result)]
    assert len(ids) == 12
    assert len(set(ids)) == 2, "whichever way it was given"


def test_mapped_tasks_have_results_of_their_own(run_dag: Run, rows: Run) -> None:
    with DAG("gx_mapped", schedule=None, start_date=START) as dag:
        GXCheckOperator.partial(task_id="check", conn_id="warehouse", expectations=[FILLED]).expand(table=["orders", "good"])
    assert run_dag(dag).state == "failed"
    assert {row.map_index: (row.name, row.outcome) for row in rows(suite_run)} == {0: ("main.orders", "failed"), 1: ("main.good", "passed")}


def test_it_opens_and_resolves_the_incident_that_a_native_check_would(run_dag: Run, incidents: Run, queued: Run) -> None:
    told = {"suite": "orders", "on_failure_callback": open_incident(severity="high", routes=["oncall"])}

    def native(**arguments: Any) -> DAG:
        with DAG("native_first", schedule=None, start_date=START) as dag:
            QualityCheckOperator(task_id="check", conn_id="warehouse", table="orders", checks=[not_null("amount")], **arguments)
        return dag

    run_dag(native(**told), day=1)
    run_dag(dag_of("then_gx", expectations=[FILLED], **told), day=2)
    (row,) = incidents()
    assert (row.kind, row.event, row.suite, row.name, row.severity, row.occurrences) == (
        "data",
        "checks_failed",
        "orders",
        "main.orders",
        "high",
        2,
    )
    run_dag(dag_of("gx_again", expectations=[MILD], suite="orders", on_success_callback=resolve_incident()), day=3)
    (row,) = incidents()
    assert (row.status, row.occurrences) == ("resolved", 2)
    assert queued() == [
        ("oncall", "opened", "sent"),
        ("oncall", "updated", "sent"),  # not_null(amount) was known to fail, and now the expectation does, under its own name
        ("oncall", "resolved", "sent"),
    ]


def test_lineage_tells_what_native_checks_tell() -> None:
    expectations = [
        ROWS,
        FILLED,
        gxe.ExpectColumnMinToBeBetween(column="amount", min_value=1),
        gxe.ExpectColumnMaxToBeBetween(column="amount", max_value=9, severity=FailureSeverity.WARNING),
        MISSPELLED,
    ]
    operator, error, _ = executed(expectations=expectations)
    assert isinstance(error, AirflowFailException)
    assert operator.get_openlineage_facets_on_start().inputs == []
    lineage = operator.get_openlineage_facets_on_complete(None)
    (dataset,) = lineage.inputs
    metrics, assertions = dataset.inputFacets["dataQualityMetrics"], dataset.inputFacets["dataQualityAssertions"]
    assert dataset.name == "main.orders"
    assert (metrics.rowCount, metrics.columnMetrics["amount"].nullCount) == (3, 1)
    assert (metrics.columnMetrics["amount"].min, metrics.columnMetrics["amount"].max) == (10, 30)
    assert [(one.assertion, one.success, one.severity) for one in assertions.assertions] == [
        ("expect_table_row_count_to_equal", True, "error"),
        ("expect_column_values_to_not_be_null", False, "error"),
        ("expect_column_min_to_be_between", True, "error"),
        ("expect_column_max_to_be_between", False, "warn"),
    ]
    assert [test.status for test in lineage.run_facets["test"].tests] == ["pass", "fail", "pass", "fail", "skip"]


def test_the_log_holds_the_report_and_no_chatter(
    run_dag: Run, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    local = gxe.UnexpectedRowsExpectation(unexpected_rows_query="SELECT 1 FROM orders WHERE 0")
    capsys.readouterr()
    caplog.clear()
    with caplog.at_level(logging.DEBUG):
        run_dag(dag_of("gx_reported", expectations=[FILLED, local]))
    output = capsys.readouterr().out + caplog.text
    assert "FAIL: expect_column_values_to_not_be_null(amount): 1 of 3 rows (33.33%) break it, more than 0" in output
    assert not [record for record in caplog.records if record.name.startswith("great_expectations")]
    assert "Calculating Metrics" not in output
    assert "should contain the {batch} parameter" not in output


MISTAKES = [
    ({"expectations": None}, "invalid arguments=''. Allowed: exactly one of expectations and checkpoint"),
    ({"checkpoint": len}, "invalid arguments='checkpoint, expectations'. Allowed: exactly one of expectations and checkpoint"),
    ({"table": None}, "invalid arguments='conn_id'. Allowed: exactly one of table, query and dataframe"),
    ({"query": "SELECT 1"}, "invalid arguments='conn_id, query, table'. Allowed: exactly one of table, query and dataframe"),
    ({"conn_id": None}, "invalid arguments='table'. Allowed: conn_id with table or query, and with nothing else"),
    (
        {"table": None, "dataframe": len},
        "invalid arguments='conn_id, dataframe'. Allowed: conn_id with table or query, and with nothing else",
    ),
    (
        {"expectations": None, "checkpoint": len, "query": "SELECT 1", "table": None},
        "Allowed: a checkpoint with nothing, with conn_id and table",
    ),
    ({"dataset": "x"}, "invalid arguments='dataset, table'. Allowed: dataset only where no table names the data"),
    ({"fail_on": "always"}, "invalid fail_on='always'. Allowed: error, warn, never"),
    ({"expectations": 3}, "invalid expectations=3. Allowed: a list of expectations, an ExpectationSuite, its JSON as a dict"),
    ({"expectations": []}, "invalid expectations=[]. Allowed: at least one expectation"),
    ({"expectations": ["x"]}, "expectations[0]: invalid expectation='x'. Allowed: an expectation, or a dict of type, kwargs"),
    ({"expectations": [{"kwargs": {}}]}, "expectations[0]: invalid type=None. Allowed: the name of an expectation such as"),
    ({"expectations": [{"type": "a", "kwargs": 3}]}, "expectations[0] a: invalid kwargs=3. Allowed: a dict"),
    ({"expectations": [{"type": "a", "severity": "fatal"}]}, "invalid severity='fatal'. Allowed: critical, warning, info"),
    ({"expectations": [{"types": "a", "type": "a"}]}, "expectations[0] a: invalid types='a'. Allowed: did you mean type?"),
    ({"expectations": [{"type": "a", "column": "b"}]}, "invalid column='b'. Allowed: type, kwargs, severity, meta, notes, description"),
]


@pytest.mark.parametrize(("arguments", "wording"), MISTAKES, ids=[wording for _, wording in MISTAKES])
def test_a_mistake_of_shape_is_found_when_the_dag_is_parsed(arguments: dict[str, Any], wording: str) -> None:
    with pytest.raises(DefinitionError) as error:
        GXCheckOperator(**{"task_id": "x", "conn_id": "w", "table": "t", "expectations": [FILLED], **arguments})
    assert wording in str(error.value)
    assert "1 problem in the definition" in str(error.value)


def test_an_unknown_expectation_is_named_with_those_that_are_near_before_anything_is_asked(run_dag: Run, rows: Run) -> None:
    wrong = [
        {"type": "expect_column_value_to_not_be_null", "kwargs": {"column": "id"}},
        {"type": "expect_column_max_to_be_between", "kwargs": {"column": "id", "most": 3}},
        {"type": "expect_column_mean_to_be_between", "kwargs": {"column": "id", "min_value": "few"}},
    ]
    finished = run_dag(dag_of("unknown", conn_id="gone", expectations=wrong, retries=2))
    (ti,) = finished.get_task_instances()
    assert (ti.state, ti.try_number) == ("failed", 1), "trying again cannot help"
    _, error, summary = executed(conn_id="gone", expectations=wrong)
    first, second, third = str(error).splitlines()[1:]
    assert first.startswith(
        "- expectations[0]: invalid type='expect_column_value_to_not_be_null'. Allowed: did you mean expect_column_values_to_not"
    )
    assert second == "- expectations[1] expect_column_max_to_be_between: invalid most=3. Allowed: extra fields not permitted"
    assert third.startswith(
        "- expectations[2] expect_column_mean_to_be_between: invalid min_value='few'. Allowed: value is not a valid float"
    )
    assert summary is None


@pytest.mark.parametrize(
    ("arguments", "wording"),
    [
        ({"expectations": "/nowhere/suite.json"}, "invalid expectations='/nowhere/suite.json'. Allowed: JSON, or the path of a JSON file"),
        ({"table": "a.b.c"}, "invalid table='a.b.c'. Allowed: [schema.]table of the database of the connection"),
        ({"table": "a;b"}, "invalid table='a;b'. Allowed: [[catalog.]schema.]table"),
        ({"conn_id": None, "table": None, "dataframe": lambda: [1]}, "invalid dataframe='builtins.list'. Allowed: a pandas DataFrame, or"),
        (
            {"table": None, "query": "WITH x AS (SELECT 1 AS id) SELECT * FROM x"},
            "invalid query='WITH x AS (SELECT 1 AS id) SELECT * FROM x'. Allowed: a query that begins with SELECT",
        ),
        ({"conn_id": "duck"}, "invalid conn_type='duckdb'. Allowed: postgres, sqlite; for other databases pass a DataFrame"),
    ],
)
def test_a_mistake_that_shows_at_run_time_is_not_retried(
    arguments: dict[str, Any], wording: str, monkeypatch: pytest.MonkeyPatch, world: Path
) -> None:
    monkeypatch.setattr(GXCheckOperator, "get_db_hook", _duck(GXCheckOperator.get_db_hook))
    _, error, _ = executed(**{"expectations": [FILLED], **arguments})
    assert isinstance(error, AirflowFailException)
    assert wording in str(error)


def _duck(real: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Set connection ``duck``, because DuckDB has no Airflow hook here."""
    return lambda operator: SimpleNamespace(conn_type="duckdb") if operator.conn_id == "duck" else real(operator)
