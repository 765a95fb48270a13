"""Quarantine and release as a Dag author meets them, with Airflow's own human-in-the-loop."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import DAG, BaseHook
from airflow.sdk.exceptions import AirflowFailException, TaskAwaitingInput

from airflow_dre import QualityCheckOperator, QuarantineReleaseOperator
from airflow_dre import checks as c
from airflow_dre.errors import DefinitionError, QueryFailed
from airflow_dre.store.tables import failing_row, incident, incident_event, result
from tests.calls import calls_of
from tests.databases import sqlite_file
from tests.task_instances import task_instance

pytestmark = pytest.mark.airflow
Rows = Callable[[Any], list[Any]]


def ask(world: Path, sql: str) -> list[tuple[Any, ...]]:
    """Return all rows of a query on the warehouse."""
    with sqlite_file(world / "w.db") as connection:
        return connection.execute(sql).fetchall()


def executed(try_number: int = 1, **arguments: Any) -> tuple[dict[str, Any] | None, BaseException | None]:
    """Return the summary of the operator after ``execute`` outside any run, returned or pushed, and what it raised."""
    options = {"task_id": "check", "conn_id": "warehouse", "table": "orders", "checks": [c.not_null("amount")], "quarantine_to": "bad"}
    operator = QualityCheckOperator(**{**options, **arguments})
    pushed: list[dict[str, Any]] = []
    ti = task_instance(try_number=try_number, xcom_push=lambda key, value: pushed.append(value))
    try:
        return operator.execute({"ti": ti}), None
    except Exception as error:
        return (pushed[0] if pushed else None), error


def test_failing_rows_are_copied_before_the_gate_closes_and_the_incident_says_where(world: Path, rows: Rows) -> None:
    summary, error = executed(checks=[c.not_null("amount"), c.mean("amount", at_least=1000)])
    assert isinstance(error, AirflowFailException)
    assert str(error).startswith("2 of 2 checks of")
    assert summary is not None
    batch = summary["quarantine"].pop("batch")
    assert summary["quarantine"] == {"table": "bad", "mode": "copy", "rows": 1, "looked_at": 3, "replaced": 0, "left_out": ["mean(amount)"]}
    assert ask(world, "SELECT id, dre_batch, dre_suite, dre_dataset FROM bad") == [(2, batch, "adhoc_airflow.check", summary["dataset"])]
    (event,) = rows(incident_event)
    assert event.detail.splitlines()[-1] == f"quarantine: copy failing rows to bad as batch {batch}"


def test_moved_rows_leave_a_good_table_behind(world: Path) -> None:
    summary, error = executed(quarantine="move", quarantine_limit="50%", fail_on="never")
    assert (error, summary and summary["quarantine"]["rows"]) == (None, 1)
    again, error = executed(try_number=2, quarantine="move")
    assert (error, again and again["outcome"], again and again["quarantine"]["rows"]) == (None, "passed", 0)
    assert (ask(world, "SELECT COUNT(*) FROM orders"), ask(world, "SELECT COUNT(*) FROM bad")) == ([(2,)], [(1,)])


def test_names_and_rows_that_look_like_code_are_neither(world: Path, rows: Rows) -> None:
    table, planted = 'x"; DROP TABLE orders --', "{{ conn.warehouse.password }}'); DROP TABLE orders; --"
    name = '"' + table.replace('"', '""') + '"'
    with sqlite_file(world / "w.db") as connection:
        connection.execute(f"CREATE TABLE {name} (id INTEGER, {name} TEXT)")
        connection.executemany(f"INSERT INTO {name} VALUES (?, ?)", [(1, planted), (2, "y")])
    checks = [c.in_set(table, ["y"]), c.most_common(table, ["y"]), c.not_null(table, by=table)]
    summary, error = executed(
        table=name, checks=checks, quarantine_to=name.replace("x", "bad"), sample_rows=2, key_columns=["id", table], fail_on="never"
    )
    assert (error, summary and summary["quarantine"]["rows"]) == (None, 1)
    assert ask(world, f"SELECT {name} FROM {name.replace('x', 'bad')}") == [(planted,)]
    assert ask(world, "SELECT COUNT(*) FROM orders") == [(3,)]
    assert [json.loads(row.row)[1] for row in rows(failing_row)] == [planted]


REFUSED = [
    pytest.param(
        {"quarantine": "move"},
        "QualityCheckOperator check: 1 of 3 rows of orders break the checks, more than quarantine_limit=10%",
        id="a third",
    ),
    pytest.param(
        {"quarantine_to": "good"},
        "invalid quarantine_to='good'. Allowed: a table with the columns of orders (id, amount, created_at)",
        id="another table",
    ),
    pytest.param(
        {"quarantine_to": "a..b"},
        "QualityCheckOperator check: invalid quarantine_to='a..b'. Allowed: [[catalog.]schema.]table",
        id="no name",
    ),
]


@pytest.mark.parametrize(("arguments", "wording"), REFUSED)
def test_what_is_refused_fails_without_retry_after_the_results_were_kept(
    world: Path, rows: Rows, arguments: dict[str, Any], wording: str
) -> None:
    summary, error = executed(**arguments)
    assert isinstance(error, AirflowFailException)
    assert wording in str(error)
    assert [(row.outcome, row.violations) for row in rows(result)] == [("failed", 1)]
    assert summary is not None
    assert (summary["outcome"], "quarantine" in summary) == ("failed", False)
    assert ask(world, "SELECT COUNT(*) FROM orders") == [(3,)]


def test_a_quarantine_that_a_template_leaves_without_a_name_is_no_quarantine_that_nobody_wanted(
    world: Path, run_dag: Callable[..., Any], rows: Rows
) -> None:
    with DAG("nameless", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC), params={"to": ""}) as dag:
        checks = [c.not_null("amount")]
        QualityCheckOperator(
            task_id="check", conn_id="warehouse", table="orders", checks=checks, quarantine_to="{{ params.to }}", fail_on="never"
        )
    assert run_dag(dag).state == "failed"
    assert [row.outcome for row in rows(result)] == ["failed"]


def test_a_warehouse_that_refuses_is_tried_again_and_the_results_are_kept(rows: Rows) -> None:
    _, error = executed(quarantine_to="nowhere.bad")
    assert isinstance(error, QueryFailed)
    assert str(error) == "unknown database 'nowhere'"
    assert [row.outcome for row in rows(result)] == ["failed"]
    assert [row.status for row in rows(incident)] == ["open"]


def test_mistakes_are_told_at_once_when_the_dag_is_parsed() -> None:
    with pytest.raises(DefinitionError) as refused:
        QualityCheckOperator(
            task_id="t", conn_id="w", table="t", checks=[c.not_null("a")], quarantine="cut", quarantine_on="never", quarantine_limit="much"
        )
    assert str(refused.value).splitlines() == [
        "4 problems in the definition:",
        "- QualityCheckOperator t: invalid quarantine='cut'. Allowed: copy, move",
        "- QualityCheckOperator t: invalid quarantine_on='never'. Allowed: error, warn",
        "- QualityCheckOperator t: invalid quarantine_limit='much'. Allowed: a count of rows such as 0 or 100, or a percent such as '5%'",
        "- QualityCheckOperator t: invalid quarantine_to=None. Allowed: the table that the rows are to go to",
    ]
    allowed = "`quarantine_to` is only supported for tables; remove it or check a table instead of `data`"
    with pytest.raises(DefinitionError, match=f"invalid quarantine_to='q'. Allowed: {allowed}"):
        QualityCheckOperator(task_id="t", data="orders.parquet", checks=[c.not_null("a")], quarantine_to="q")
    with pytest.raises(DefinitionError, match="invalid quarantine_to=' '. Allowed: the table that the rows are to go to, or None"):
        QualityCheckOperator(task_id="t", conn_id="w", table="t", checks=[c.not_null("a")], quarantine_to=" ")
    with pytest.raises(
        DefinitionError,
        match="invalid quarantine_to='q'. Allowed: `quarantine_to` cannot be combined with `partition_by`, whose task does not read all",
    ):
        QualityCheckOperator(task_id="t", conn_id="w", table="t", partition_by="d", checks=[c.not_null("a")], quarantine_to="q")
    with pytest.raises(DefinitionError) as refused:
        QuarantineReleaseOperator(task_id="t", conn_id="w", table="t", quarantine_table="q", options=["Yes"], statement_timeout="soon")
    assert "- QuarantineReleaseOperator t: invalid options=['Yes']. Allowed: It takes task_id, conn_id, table" in str(refused.value)
    assert "- QuarantineReleaseOperator t: invalid statement_timeout='soon'. Allowed: a positive duration" in str(refused.value)


def dag_of(name: str, **arguments: Any) -> DAG:
    """Return a Dag that moves failing rows away and asks what becomes of them."""
    with DAG(name, schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        check = QualityCheckOperator(
            task_id="check",
            conn_id="warehouse",
            table="orders",
            checks=[c.not_null("amount"), c.in_set("id", [1], name="known")],
            quarantine_to="bad",
            quarantine="move",
            quarantine_limit="100%",
            fail_on="never",
        )
        options = {"conn_id": "warehouse", "table": "orders", "quarantine_table": "bad", "from_run": "{{ run_id }}", **arguments}
        check >> QuarantineReleaseOperator(task_id="review", **options)
    return dag


@pytest.fixture(scope="module")
def answer() -> Iterator[Callable[[str, str], threading.Thread]]:
    """Answer the question of a Dag's task ``review`` as user ``vera``, through Airflow's own API, once it is asked."""
    from airflow.api_fastapi.app import create_app, get_auth_manager, purge_cached_app
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
    from starlette.testclient import TestClient

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW__API_AUTH__JWT_SECRET", "for tests only, and long enough for HMAC with SHA-512: 0123456789 0123456789")
        purge_cached_app()
        client = TestClient(create_app(apps="core"), base_url="http://airflow.example")
        token = get_auth_manager().generate_jwt(SimpleAuthManagerUser(username="vera", role="ADMIN", teams=[]))
        headers = {"Authorization": f"Bearer {token}"}

        def wait_and_answer(dag_id: str, decision: str) -> None:
            end = time.monotonic() + 60
            while time.monotonic() < end:
                runs = client.get(f"/api/v2/dags/{dag_id}/dagRuns", headers=headers).json().get("dag_runs", [])
                for run in runs:
                    path = f"/api/v2/dags/{dag_id}/dagRuns/{run['dag_run_id']}/taskInstances/review"
                    if client.get(path, headers=headers).json().get("state") == "awaiting_input":
                        body = {"chosen_options": [decision], "params_input": {}}
                        asked.append(client.patch(f"{path}/-1/hitlDetails", headers=headers, json=body).json())
                        return
                time.sleep(0.2)

        asked: list[Any] = []

        def start(dag_id: str, decision: str) -> threading.Thread:
            thread = threading.Thread(target=wait_and_answer, args=(dag_id, decision))
            thread.start()
            return thread

        yield start
        purge_cached_app()


@pytest.mark.parametrize(("decision", "rows_left", "waiting"), [("Release", 3, 0), ("Discard", 1, 0), ("Keep", 1, 2)])
def test_a_person_decides_through_airflow(
    world: Path, run_dag: Callable[..., Any], answer: Callable[[str, str], threading.Thread], decision: str, rows_left: int, waiting: int
) -> None:
    before = sorted(ask(world, "SELECT * FROM orders"), key=repr)
    name = f"reviewed_{decision.lower()}"
    thread = answer(name, decision)
    finished = run_dag(dag_of(name))
    thread.join()
    assert finished.state == "success"
    (review,) = [ti for ti in finished.get_task_instances() if ti.task_id == "review"]
    summary = review.xcom_pull(task_ids="review")
    assert (summary["decision"], summary["by"]["name"], summary["rows"]) == (decision, "vera", 2)
    assert datetime.fromisoformat(summary["at"]).tzinfo is not None
    after = sorted(ask(world, "SELECT * FROM orders"), key=repr)
    assert (len(after), ask(world, "SELECT COUNT(*) FROM bad")) == (rows_left, [(waiting,)])
    assert decision != "Release" or after == before


def review(**arguments: Any) -> tuple[QuarantineReleaseOperator, Any]:
    """Return the operator and a context for it."""
    options = {"task_id": "review", "conn_id": "warehouse", "table": "orders", "quarantine_table": "bad", **arguments}
    ti = task_instance(task_id="review", id="0")
    return QuarantineReleaseOperator(**options), {"ti": ti, "task_instance": ti}


def test_the_question_counts_and_shows_no_row(world: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with sqlite_file(world / "w.db") as connection:
        connection.execute("UPDATE orders SET created_at = 'secret-4111'")
    executed(quarantine="move", quarantine_limit="100%", checks=[c.not_null("amount"), c.in_set("id", [1], name="known")])
    sent: list[Any] = []
    monkeypatch.setattr("airflow.sdk.execution_time.hitl.upsert_hitl_detail", lambda **given: sent.append(given))
    operator, context = review()
    with pytest.raises(TaskAwaitingInput):
        operator.execute(context)
    (question,) = sent
    assert question["subject"] == "What becomes of the rows of orders in quarantine: 2"
    assert question["options"] == ["Release", "Discard", "Keep"]
    assert "| `known` | 2 |" in question["body"]
    assert "| `not_null(amount)` | 1 |" in question["body"]
    assert "secret" not in json.dumps(question, default=str) + capsys.readouterr().out


def test_a_review_fetches_its_connection_once(world: Path) -> None:
    executed(quarantine="move", quarantine_limit="100%")
    operator, context = review(from_run="another")
    with calls_of(BaseHook.get_connection) as callers:
        operator.execute(context)
    assert [Path(caller).name for caller in callers if "airflow_dre" in Path(caller).parts] == ["review.py"]


def test_with_nothing_in_quarantine_nobody_is_asked(world: Path) -> None:
    executed(quarantine="move", quarantine_limit="100%")
    operator, context = review(from_run="another")
    assert operator.execute(context) == {"decision": None, "by": None, "rows": 0, "given_back": 0, "dropped": 0}


def test_a_quarantine_that_is_not_there_fails_without_retry() -> None:
    operator, context = review()
    with pytest.raises(AirflowFailException, match="QuarantineReleaseOperator review: invalid quarantine_table='bad'"):
        operator.execute(context)


def test_the_answer_that_stands_in_when_nobody_answered_is_done_and_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    executed(quarantine="move", quarantine_limit="100%")
    operator, context = review(defaults=["Keep"])
    monkeypatch.setattr("airflow.sdk.execution_time.hitl.upsert_hitl_detail", lambda **given: None)
    with pytest.raises(TaskAwaitingInput):
        operator.execute(context)
    event = {"chosen_options": ["Keep"], "params_input": {}, "responded_at": datetime.now(UTC), "responded_by_user": None, "timedout": True}
    done = operator.execute_complete(context, event)
    assert (done["decision"], done["by"], done["rows"]) == ("Keep", None, 1)
    assert "Keep by default, without an answer in time" in capsys.readouterr().out


def test_the_example_moves_bad_orders_away_and_asks_about_them(
    world: Path, run_dag: Callable[..., Any], answer: Callable[[str, str], threading.Thread]
) -> None:
    with sqlite_file(world / "w.db") as connection:
        connection.executemany("INSERT INTO orders VALUES (?, 1, '2026-01-01')", [(number,) for number in range(10, 22)])
    folder = Path(__file__).parents[3] / "dags_examples"
    thread = answer("orders_quarantine", "Discard")
    finished = run_dag(DagBag(folder / "orders_quarantine.py", collect_dags=True).dags["orders_quarantine"])
    thread.join()
    assert finished.state == "success"
    assert (ask(world, "SELECT COUNT(*) FROM orders"), ask(world, "SELECT COUNT(*) FROM orders_quarantine")) == ([(13,)], [(0,)])


def test_an_answer_that_cannot_be_given_is_refused_when_the_dag_is_parsed() -> None:
    with pytest.raises(DefinitionError) as refused:
        review(defaults="Burn", response_timeout="3d", notifiers=[print])
    assert str(refused.value).splitlines() == [
        "3 problems in the definition:",
        "- QuarantineReleaseOperator review: invalid defaults=['Burn']. Allowed: one of Release, Discard, Keep",
        "- QuarantineReleaseOperator review: invalid response_timeout='3d'. Allowed: a timedelta",
        "- QuarantineReleaseOperator review: invalid notifiers=print. Allowed: notifiers of Airflow",
    ]


@pytest.mark.parametrize(("kind", "raised"), [("timeout", "HITLTimeoutError"), ("unknown", "HITLTriggerEventError")])
def test_a_question_without_an_answer_fails_the_task(kind: str, raised: str) -> None:
    operator, context = review()
    with pytest.raises(Exception, match="no answer") as failed:
        operator.execute_complete(context, {"error": "no answer", "error_type": kind})
    assert type(failed.value).__name__ == raised
