"""QualityCheckOperator(data=...) and @task.quality_check, as a Dag author meets them."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest
from airflow.sdk import DAG, ObjectStoragePath, XComArg, task
from airflow.serialization.serialized_objects import LazyDeserializedDAG
from sqlalchemy import select

from airflow_dre import QualityCheckOperator
from airflow_dre import checks as c
from airflow_dre.errors import DefinitionError
from airflow_dre.store.tables import failing_row, result, suite_run

pytestmark = pytest.mark.airflow
Run = Callable[..., Any]
START = datetime(2026, 1, 1, tzinfo=UTC)
GOOD = [c.row_count(equals=3), c.not_null("id")]
ROWS = [{"id": 1}, {"id": 2}, {"id": 3}]
SECRET = "{{ conn.gone.password }} 4012888888881881"


@pytest.fixture
def files(world: Path) -> Path:
    """Return a folder with three days of orders, the last of which is broken."""
    (world / "orders").mkdir()
    for day in (1, 2):
        pl.DataFrame(ROWS).write_parquet(world / "orders" / f"2026-01-0{day}.parquet")
    (world / "orders" / "2026-01-03.parquet").write_bytes(b"PAR1 and nothing more")
    return world / "orders"


def dag_of(name: str, **arguments: Any) -> DAG:
    """Return a Dag with one check task."""
    with DAG(name, schedule=None, start_date=START, params=arguments.pop("params", {})) as dag:
        QualityCheckOperator(**{"task_id": "check", "checks": GOOD, **arguments})
    return dag


def called(task: Callable[..., XComArg]) -> Callable[..., XComArg]:
    """Return a task that takes what other tasks return and leaves out what the context adds, which Airflow's types do not know."""
    return task


def shown(finished: Any) -> dict[str, Any]:
    """Return the rendered fields that the UI shows of the first task instance."""
    from airflow.models.renderedtifields import RenderedTaskInstanceFields

    found = RenderedTaskInstanceFields.get_templated_fields(finished.get_task_instances()[0])
    assert found is not None
    return found


def test_paths_are_templates_and_name_the_dataset(run_dag: Run, rows: Run, files: Path) -> None:
    finished = run_dag(dag_of("paths", data=f"{files}/{{{{ ds }}}}.parquet", where="id > {{ params.low }}", params={"low": 0}))
    assert finished.state == "success"
    (row,) = rows(suite_run)
    assert (row.namespace, row.name, row.engine, row.row_filter) == ("file", f"{files}/2026-01-01.parquet", "duckdb", "id > 0")
    assert shown(finished)["data"] == f"{files}/2026-01-01.parquet"
    summary = finished.get_task_instances()[0].xcom_pull(task_ids="check")
    assert summary["dataset"] == f"file/{files}/2026-01-01.parquet"


def test_a_dataset_with_a_name_of_its_own_has_one_history(run_dag: Run, rows: Run, incidents: Run, files: Path) -> None:
    def dag(checks: list[Any]) -> DAG:
        return dag_of("named", data=[f"{files}/{{{{ ds }}}}.parquet"], dataset="{{ dag.dag_id }}/orders", checks=checks)

    assert run_dag(dag([c.row_count(equals=4)]), day=1).state == "failed"
    assert [(row.namespace, row.name, row.status) for row in incidents()] == [("file", "named/orders", "open")]
    assert run_dag(dag([c.row_count(equals=3)]), day=2).state == "success"
    assert [row.status for row in incidents()] == ["resolved"]
    assert {(row.namespace, row.name) for row in rows(suite_run)} == {("file", "named/orders")}


def test_a_broken_file_is_a_result_without_retry(run_dag: Run, rows: Run, incidents: Run, files: Path) -> None:
    finished = run_dag(dag_of("broken", data=f"{files}/2026-01-03.parquet", retries=2))
    (ti,) = finished.get_task_instances()
    assert (ti.state, ti.try_number) == ("failed", 1)
    assert {(row.outcome, row.reason) for row in rows(result)} == {
        ("errored", f"Invalid Input Error: No magic bytes found at end of file {files}/2026-01-03.parquet")
    }
    assert [(row.event, row.title.partition(":")[0]) for row in incidents()] == [("checks_errored", "2026-01-03.parquet")]


@pytest.mark.usefixtures("fresh_home")
def test_files_that_are_not_there_are_awaited(run_dag: Run, rows: Run, files: Path) -> None:
    def arrive(context: Any) -> None:
        assert str(context["exception"]) == f"no file matches {files}/2027-*.parquet"
        assert not (files.parent / "dre.db").exists(), "no store was made"
        pl.DataFrame(ROWS).write_parquet(files / "2027-01-01.parquet")

    again = {"retries": 1, "retry_delay": timedelta(0), "on_retry_callback": arrive}
    finished = run_dag(dag_of("awaited", data=f"{files}/2027-*.parquet", checks=[*GOOD, c.unique("id")], **again))
    (ti,) = finished.get_task_instances()
    assert (ti.state, ti.try_number) == ("success", 2)
    assert [(row.name, row.try_number) for row in rows(suite_run)] == [(f"{files}/2027-*.parquet", 2)]


def test_data_comes_from_another_task_or_a_function(run_dag: Run, rows: Run, files: Path) -> None:
    with DAG("given", schedule=None, start_date=START) as dag:

        @task
        def path() -> str:
            return f"{files}/2026-01-01.parquet"

        @task
        def odd_path() -> str:
            (files / "{{ ds }}.parquet").write_bytes((files / "2026-01-01.parquet").read_bytes())
            return f"{files}/{{{{ ds }}}}.parquet"

        @task
        def records() -> list[dict[str, object]]:
            return [{"id": number, "text": SECRET} for number in range(3)]

        given = {
            "text": path(),
            "odd": odd_path(),
            "rows": records(),
            "frame": lambda: pd.DataFrame(ROWS),
            "plan": lambda context: pl.LazyFrame(ROWS).with_columns(pl.lit(context["ds"]).alias("ds")),
            "stream": lambda: pl.DataFrame(ROWS).to_arrow().to_reader(),
            "frame in the file": pl.DataFrame(ROWS),
            "object": ObjectStoragePath(f"file://{files}/{{{{ ds }}}}.parquet"),
        }
        for name, data in given.items():
            QualityCheckOperator(task_id=name.replace(" ", "_"), data=data, checks=GOOD)
    assert dag.get_task("rows").upstream_task_ids == {"records"}
    assert LazyDeserializedDAG.from_dag(dag)._real_dag.get_task("rows").upstream_task_ids == {"records"}
    finished = run_dag(dag)
    assert finished.state == "success"
    found = {row.task_id: (row.namespace, row.name) for row in rows(suite_run)}
    assert found["text"] == ("file", f"{files}/2026-01-01.parquet")
    assert found["rows"] == ("dataframe", "given.rows")
    assert found["odd"] == ("file", f"{files}/{{{{ ds }}}}.parquet"), "the output of another task is no template"
    assert found["object"] == ("file", f"{files}/2026-01-01.parquet")
    assert len(found) == len(given)
    assert SECRET not in str(rows(result))


def test_rows_pass_through_no_template_and_are_shown_nowhere(run_dag: Run, world: Path, rows: Run) -> None:
    frame = pd.DataFrame([{"id": 1, "text": SECRET}])
    for name, data in {"frame": frame, "rows": [{"id": 1, "text": SECRET}], "lambda": lambda: [{"id": 1, "text": SECRET}]}.items():
        finished = run_dag(
            dag_of(f"kept_{name}", data=data, checks=[c.like("text", "%conn.gone.password%"), c.in_set("text", ["a"], severity="warn")])
        )
        assert finished.state == "success"
        assert "data" not in shown(finished)
        assert "4012" not in str(shown(finished))
    assert "4012" not in str(rows(result))
    assert "hunter2" not in str(rows(result))


def test_tasks_can_be_mapped_over_files(run_dag: Run, rows: Run, files: Path) -> None:
    with DAG("mapped_files", schedule=None, start_date=START) as dag:

        @task
        def listed() -> list[str]:
            (files / "{{ ds }}.parquet").write_bytes((files / "2026-01-01.parquet").read_bytes())
            return [f"{files}/2026-01-02.parquet", f"{files}/{{{{ ds }}}}.parquet"]

        QualityCheckOperator.partial(task_id="written", checks=GOOD).expand(data=[f"{files}/{{{{ ds }}}}.parquet"])
        QualityCheckOperator.partial(task_id="found", checks=GOOD).expand(data=listed())
    assert run_dag(dag).state == "success"
    assert {(row.task_id, row.map_index, Path(row.name).stem) for row in rows(suite_run)} == {
        ("written", 0, "2026-01-01"),
        ("found", 0, "2026-01-02"),
        ("found", 1, "{{ ds }}"),
    }


MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "neither": ({}, "invalid arguments='none'. Allowed: exactly one of data, and conn_id with table"),
    "both": (
        {"data": "x.csv", "conn_id": "w", "table": "t"},
        "invalid arguments='conn_id, data, table'. Allowed: exactly one of data, and",
    ),
    "a table without a connection": ({"table": "t"}, "invalid conn_id=None. Allowed: text: it is required together with table"),
    "a connection without a table": ({"conn_id": "w"}, "invalid table=None. Allowed: text: it is required together with conn_id"),
    "options of a table": ({"conn_id": "w", "table": "t", "read_options": {}}, "invalid read_options={}. Allowed: only with data"),
    "a name of a table": (
        {"conn_id": "w", "table": "t", "dataset": "d"},
        "invalid dataset='d'. Allowed: only with data: a table has a name",
    ),
    "a number": ({"data": 7}, "invalid data=7. Allowed: a path or several, a frame, a list of dicts (one a row), a function"),
    "a dict": ({"data": {"id": SECRET}}, "invalid data='dict'. Allowed: a path or several"),
    "an empty path": ({"data": ""}, "invalid data=''. Allowed: a path or several"),
    "an empty list": ({"data": []}, "invalid data='list'. Allowed: a path or several"),
    "paths and rows": ({"data": ["x.csv", {"id": SECRET}]}, "invalid data='list'. Allowed: a path or several"),
    "an ending": ({"data": ["a.csv", "b.orc"]}, "invalid data='b.orc'. Allowed: a file that ends in .parquet, .csv"),
    "no ending": ({"data": "orders"}, "invalid data='orders'. Allowed: a file that ends in .parquet, .csv"),
    "an option": ({"data": "a.csv", "read_options": {"delm": ";"}}, "read_options: invalid delm=';'. Allowed: an option: all_varchar, "),
    "a format": ({"data": "a.txt", "read_options": {"format": "xml"}}, "invalid format='xml'. Allowed: parquet, csv, tsv, jsonl"),
    "a quarantine": (
        {"data": "a.csv", "quarantine_to": "bad"},
        "invalid quarantine_to='bad'. Allowed: `quarantine_to` is only supported for tables",
    ),
    "no options": ({"data": "a.csv", "read_options": [";"]}, "invalid read_options=[';']. Allowed: a dict of options by name"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_refused_when_the_dag_is_parsed(name: str) -> None:
    arguments, wording = MISTAKES[name]
    with pytest.raises(DefinitionError) as refused:
        QualityCheckOperator(task_id="x", checks=GOOD, **arguments)
    assert wording in str(refused.value)
    assert "4012" not in str(refused.value)


@pytest.mark.parametrize(
    "data", ["{{ params.path }}", "x/*", "x/{{ ds }}.{{ params.ending }}", "*.parquet", ["a.csv", "b/**"], Path("a.tsv")]
)
def test_what_only_a_run_can_tell_is_left_to_it(data: Any) -> None:
    operator = QualityCheckOperator(task_id="x", checks=GOOD, data=data, read_options={"union_by_name": True})
    assert "data" in operator.template_fields
    assert "data" not in QualityCheckOperator.template_fields
    assert pickle.loads(pickle.dumps(operator.data)) == data


def test_what_a_decorated_function_returns_is_checked_in_its_task(run_dag: Run, rows: Run, files: Path, world: Path) -> None:
    seen: dict[str, Any] = {}
    with DAG("decorated", schedule=None, start_date=START, params={"low": 0}) as dag:

        @task.quality_check(checks=GOOD, where="id > {{ params.low }}", suite="files")
        def extract(folder: str, *, ds: str) -> Path:
            """Return the path that it wrote."""
            return Path(folder) / f"{ds}.parquet"

        @task.quality_check(checks=GOOD, dataset="shop.frame")
        def frame() -> pd.DataFrame:
            return pd.DataFrame(ROWS)

        @task.quality_check(checks=GOOD, returns="data")
        def records(times: int) -> list[dict[str, int]]:
            return ROWS * times

        @task.quality_check(checks=GOOD, returns="summary")
        def several() -> list[str]:
            return [f"{files}/2026-01-02.parquet"]

        @task.quality_check(checks=GOOD)
        def store(**context: Any) -> ObjectStoragePath:
            return ObjectStoragePath(f"file://{files}/{context['ds']}.parquet")

        @task
        def load(
            path: str, table: dict[str, Any], several: dict[str, Any], store: ObjectStoragePath, records: list[dict[str, int]]
        ) -> None:
            seen.update(path=path, frame=table["outcome"], several=several["outcome"], store=store, records=records)
            (world / "seen.json").write_text(json.dumps([path, table["outcome"], several["outcome"], store.path, records]))

        called(load)(called(extract)(str(files)), frame(), several(), store(), records(1))
    again = LazyDeserializedDAG.from_dag(dag)._real_dag
    assert sorted(again.get_task("load").upstream_task_ids) == ["extract", "frame", "records", "several", "store"]
    finished = run_dag(dag)
    assert finished.state == "success"
    path = f"{files}/2026-01-01.parquet"
    assert json.loads((world / "seen.json").read_text()) == [path, "passed", "passed", path, ROWS]
    found = {row.task_id: (row.suite, row.namespace, row.name, row.outcome) for row in rows(suite_run)}
    assert found == {
        "extract": ("files", "file", path, "passed"),
        "frame": ("decorated.frame", "dataframe", "shop.frame", "passed"),
        "records": ("decorated.records", "dataframe", "decorated.records", "passed"),
        "several": ("decorated.several", "file", f"{files}/2026-01-02.parquet", "passed"),
        "store": ("decorated.store", "file", path, "passed"),
    }
    ti = finished.get_task_instance("extract")
    assert ti.xcom_pull(task_ids="extract", key="summary")["outcome"] == "passed"
    assert ti.xcom_pull(task_ids="frame", key="summary") is None


def test_bad_data_of_a_decorated_function_fails_its_task(run_dag: Run, rows: Run, files: Path) -> None:
    with DAG("decorated_badly", schedule=None, start_date=START) as dag:

        @task.quality_check(checks=[c.row_count(at_least=9)], retries=2)
        def extract() -> str:
            return f"{files}/2026-01-01.parquet"

        @task.quality_check(checks=GOOD, retries=2)
        def nothing() -> None: ...

        @task
        def load(path: str) -> None: ...

        called(load)(extract())
        nothing()
    finished = run_dag(dag)
    states = {ti.task_id: (ti.state, ti.try_number) for ti in finished.get_task_instances()}
    assert states == {"extract": ("failed", 1), "nothing": ("failed", 1), "load": ("upstream_failed", 0)}
    assert [row.outcome for row in rows(suite_run)] == ["failed"]
    ti = finished.get_task_instance("extract")
    assert ti.xcom_pull(task_ids="extract", key="summary")["broken"] == ["row_count()"]


def test_a_decorated_function_can_be_mapped(run_dag: Run, rows: Run, files: Path) -> None:
    with DAG("decorated_mapped", schedule=None, start_date=START) as dag:

        @task.quality_check(checks=GOOD)
        def extract(day: int) -> str:
            return f"{files}/2026-01-0{day}.parquet"

        extract.expand(day=[1, 2])
    assert run_dag(dag).state == "success"
    assert sorted((row.map_index, Path(row.name).stem) for row in rows(select(suite_run))) == [(0, "2026-01-01"), (1, "2026-01-02")]


@pytest.mark.parametrize(
    ("arguments", "wording"),
    [
        ({"returns": "rows"}, "invalid returns='rows'. Allowed: data, summary"),
        ({"data": "x.csv"}, "invalid data='str'. Allowed: nothing: what the function returns is the data"),
        ({"table": "t", "conn_id": "w"}, "Allowed: exactly one of data, and conn_id with table"),
        ({"read_options": {"delm": ";"}}, "invalid delm=';'"),
        ({"checks": [c.not_null("a", fail_above="5 %%")]}, "invalid fail_above='5 %%'"),
    ],
)
def test_mistakes_of_a_decorator_are_refused_when_the_dag_is_parsed(arguments: dict[str, Any], wording: str) -> None:
    def extract() -> str:
        return "x.csv"

    with DAG("mistaken", schedule=None, start_date=START), pytest.raises(DefinitionError) as refused:
        task.quality_check(**{"checks": GOOD, **arguments})(extract)()  # mapped tasks are never called when the file is parsed
    assert wording in str(refused.value)


def test_failing_rows_of_files_are_kept_masked(run_dag: Run, rows: Run, files: Path) -> None:
    (files / "x.csv").write_text("id,card\n1,4012888888881881\n2,\n3,5500005555555559\n")
    checks = [c.not_null("card"), c.matches("card", "^9")]
    options = {"read_options": {"types": {"card": "VARCHAR"}}, "sample_rows": 2, "key_columns": ["id"], "fail_on": "never"}
    assert run_dag(dag_of("sampled", data=f"{files}/x.csv", checks=checks, **options)).state == "success"
    kept = rows(select(failing_row))
    assert len(kept) == 3
    assert "4012888888881881" not in str(kept)


@pytest.mark.parametrize("mapped", [False, True])
def test_rows_that_a_function_is_given_are_in_no_rendered_field(run_dag: Run, mapped: bool) -> None:
    with DAG(f"given_{mapped}", schedule=None, start_date=START) as dag:

        @task.quality_check(checks=[c.not_null("note")])
        def check(rows: Any, path: str) -> Any:
            return rows

        @task
        def made() -> Any:
            return [[{"note": SECRET}]] if mapped else [{"note": SECRET}]

        if mapped:
            check.partial(path="{{ dag.dag_id }}").expand(rows=made())
        else:
            check(made(), path="{{ dag.dag_id }}")
    finished = run_dag(dag)
    assert finished.state == "success"
    from airflow.models.renderedtifields import RenderedTaskInstanceFields

    for ti in finished.get_task_instances():
        if ti.task_id == "check":
            found: dict[str, Any] = RenderedTaskInstanceFields.get_templated_fields(ti) or {}
            assert "4012888888881881" not in str(found), found
            assert "op_kwargs" not in found


def test_arguments_that_are_no_rows_are_shown(run_dag: Run, files: Path) -> None:
    with DAG("shown", schedule=None, start_date=START) as dag:

        @task.quality_check(checks=GOOD)
        def check(path: str) -> str:
            return path

        check(f"{files}/{{{{ ds }}}}.parquet")
    assert shown(run_dag(dag))["op_args"] in ([f"{files}/2026-01-01.parquet"], (f"{files}/2026-01-01.parquet",))
