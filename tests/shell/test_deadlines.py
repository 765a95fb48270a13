"""Deadlines of runs and tasks: what an author declares, and what Airflow keeps of it."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import DAG, TaskGroup, task
from airflow.sdk.definitions.deadline import BaseDeadlineReference, DeadlineReference
from airflow.serialization.decoders import decode_deadline_reference
from airflow.serialization.encoders import encode_deadline_reference
from airflow.serialization.serialized_objects import DagSerialization
from airflow.settings import get_policy_plugin_manager

from airflow_dre import (
    DbtResultsOperator,
    FreshnessSensor,
    FreshnessSLA,
    GXCheckOperator,
    QualityCheckOperator,
    QuarantineReleaseOperator,
    dag_deadline,
    open_incident,
    policies,
    task_deadline,
)
from airflow_dre.checks import row_count
from airflow_dre.decorators.quality import quality_check_task
from airflow_dre.errors import DefinitionError
from airflow_dre.triggers.references import IntervalEnd, RunQueued, WallClock

pytestmark = pytest.mark.airflow
ROOT = Path(__file__).parents[2]
NOW = datetime.now(UTC)
PAST, AHEAD = NOW - timedelta(days=3), NOW + timedelta(days=3)


def run_of(**fields: Any) -> SimpleNamespace:
    """Return a run as Airflow's database holds it."""
    given = {"run_type": "scheduled", "queued_at": NOW, "start_date": None, "run_after": NOW, "data_interval_end": None}
    return SimpleNamespace(**{**given, **fields})


@pytest.mark.parametrize("reference", [RunQueued(), IntervalEnd(10800.0), WallClock("08:00", "Europe/Berlin")])
def test_a_reference_survives_serialization(reference: BaseDeadlineReference) -> None:
    kept = encode_deadline_reference(reference)
    again = decode_deadline_reference(kept)
    assert again.inner_ref == reference
    assert encode_deadline_reference(again.inner_ref) == kept


@pytest.mark.parametrize(
    ("reference", "run", "moment"),
    [
        pytest.param(RunQueued(), run_of(), NOW, id="when it was queued"),
        pytest.param(RunQueued(), run_of(queued_at=None, start_date=PAST), PAST, id="a run that was never queued"),
        pytest.param(IntervalEnd(60.0), run_of(data_interval_end=AHEAD), AHEAD, id="the end of its interval"),
        pytest.param(IntervalEnd(60.0, True), run_of(data_interval_end=AHEAD), NOW, id="early: when it was queued"),
        pytest.param(IntervalEnd(60.0), run_of(), NOW, id="without an interval from when it may start"),
        pytest.param(IntervalEnd(60.0), run_of(data_interval_end=PAST), PAST, id="a scheduled run that was made late"),
        pytest.param(IntervalEnd(60.0), run_of(data_interval_end=PAST, run_type="backfill"), None, id="a backfill of the past"),
        pytest.param(IntervalEnd(60.0), run_of(data_interval_end=PAST, run_type="manual"), None, id="the past by hand"),
        pytest.param(IntervalEnd(604800.0), run_of(data_interval_end=PAST, run_type="manual"), PAST, id="by hand and still ahead"),
        pytest.param(
            WallClock("08:00", "Europe/Berlin"),
            run_of(run_after=datetime(2126, 1, 1, 12, tzinfo=UTC)),
            datetime(2126, 1, 2, 7, tzinfo=UTC),
            id="the next time that clocks show",
        ),
        pytest.param(WallClock("08:00"), run_of(run_after=PAST, run_type="backfill"), None, id="a time of the past in a backfill"),
    ],
)
def test_the_moment_from_which_a_deadline_counts(reference: Any, run: SimpleNamespace, moment: datetime | None) -> None:
    assert reference.moment_of(run) == moment


def test_a_deadline_of_a_dag_counts_from_when_the_run_was_queued() -> None:
    assert dag_deadline("2h").reference == RunQueued()
    by_date = dag_deadline("2h", reference=DeadlineReference.DAGRUN_LOGICAL_DATE)
    assert by_date.reference is DeadlineReference.DAGRUN_LOGICAL_DATE


MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "no due moment": ({}, "invalid due moment=None. Allowed: exactly one of after, at and after_interval"),
    "two due moments": ({"after": "2h", "at": "08:00"}, "exactly one of after, at and after_interval"),
    "no duration": ({"after": "soon"}, "invalid after='soon'"),
    "no time of day": ({"at": "25:00"}, "invalid at='25:00'. Allowed: a time of day without a zone, such as '08:00'"),
    "a time with a zone": ({"at": "08:00+02:00"}, "the zone is time_zone"),
    "no zone": ({"at": "08:00", "time_zone": "Europe/Berln"}, "did you mean 'Europe/Berlin'"),
    "skipped": ({"after": "2h", "skipped": "late"}, "invalid skipped='late'. Allowed: fine, missed"),
    "no callback": ({"after": "2h", "on_miss": 5}, "invalid on_miss=5. Allowed: a callback that takes a context"),
    "no brackets": ({"after": "2h", "on_miss": open_incident}, "open_incident(...): call it with brackets"),
    "a lambda": ({"after": "2h", "on_miss": lambda context: None}, "which a lambda, a nested function or a method is not; move it to"),
    "no path": ({"after": "2h", "on_miss": "nowhere.page"}, "invalid on_miss='nowhere.page'. Allowed: the dotted path of a callable"),
    "a path without a callable": ({"after": "2h", "on_miss": "airflow_dre.__version__"}, "it names str"),
    "an empty name": ({"after": "2h", "name": " "}, "invalid name=' '"),
    "a misspelled argument": ({"aftr": "2h"}, "did you mean after"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_refused_with_what_is_allowed(case: str) -> None:
    arguments, text = MISTAKES[case]
    with pytest.raises(DefinitionError) as error:
        task_deadline("load", **arguments)
    assert text in str(error.value)


def test_a_function_of_a_dag_file_is_refused_with_the_way_out() -> None:
    def page(context: object) -> None: ...

    page.__module__, page.__qualname__ = "unusual_prefix_0f_load", "page"
    with pytest.raises(
        DefinitionError, match="cannot import those of a Dag file; move it to the top level of a module that Airflow can import"
    ):
        task_deadline("load", after="2h", on_miss=page)


EXPECTATIONS = [{"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "id"}}]
CHECK: dict[str, Any] = {"conn_id": "warehouse", "table": "good", "checks": [row_count(at_least=1)]}


def declare() -> tuple[DAG, list[str]]:
    """Return a Dag whose tasks get deadlines by ``sla``, each in another way, and their names."""
    due = task_deadline(after="2h")
    with DAG("holds", schedule=None, default_args={"sla": due}) as dag:
        QualityCheckOperator(task_id="default", **CHECK)
        QualityCheckOperator(task_id="own", sla=task_deadline(at="08:00", time_zone="Europe/Berlin"), **CHECK)
        with TaskGroup("group"):
            QualityCheckOperator(task_id="inner", sla=due, **CHECK)
            QualityCheckOperator.partial(task_id="mapped", conn_id="warehouse", checks=CHECK["checks"], sla=due).expand(table=["a", "b"])
        GXCheckOperator(task_id="gx", conn_id="warehouse", table="good", expectations=EXPECTATIONS, sla=due)
        DbtResultsOperator(task_id="dbt", target_path="/dbt/target", namespace="postgres://db:5432", sla=due)
        QuarantineReleaseOperator(task_id="release", conn_id="warehouse", table="good", quarantine_table="bad", sla=due)
        FreshnessSensor(task_id="wait", conn_id="warehouse", table="good", column="created_at", max_age="1d", sla=due)
        sla = FreshnessSLA("orders", conn_id="warehouse", table="orders", column="created_at", max_age="1d")
        QualityCheckOperator(task_id="table", sla=sla, **CHECK)

        @quality_check_task(checks=CHECK["checks"], sla=due)
        def rows(number: int) -> list[dict[str, int]]:
            """Return a row."""
            return [{"id": number}]

        rows.expand(number=[1, 2])
    named = QualityCheckOperator(task_id="named", sla=due, dag=dag, **CHECK)
    late = QualityCheckOperator(task_id="late", sla=due, **CHECK)
    mapped = QualityCheckOperator.partial(task_id="mapped_late", conn_id="warehouse", checks=CHECK["checks"], sla=due).expand(table=["a"])
    named >> late >> mapped
    names = ["default", "own", "group.inner", "group.mapped", "gx", "dbt", "release", "wait", "rows", "named", "late", "mapped_late"]
    return dag, names


@pytest.mark.filterwarnings("error:The SLA feature is removed")
def test_an_operator_holds_its_task_to_a_deadline_whenever_it_gets_its_dag() -> None:
    dag, names = declare()
    wanted = [f"{name}: {'08:00 Europe/Berlin' if name == 'own' else '2 h after the start'}" for name in names]
    assert isinstance(dag.deadline, list)
    assert [alert.name for alert in dag.deadline] == wanted
    kept = DagSerialization.to_dict(dag)
    assert [alert["name"] for alert in kept["dag"]["deadline"]] == wanted
    assert '"sla"' not in json.dumps(kept["dag"]["tasks"])
    again = DagSerialization.from_dict(kept).deadline
    assert again is not None
    assert len(again) == len(names)


@pytest.mark.parametrize(
    ("sla", "text"),
    [
        (timedelta(hours=2), "of Airflow 2 is task_deadline(after=datetime.timedelta(seconds=7200))"),
        ("2h", "invalid sla='2h'. Allowed: task_deadline(...) without a task, or a FreshnessSLA"),
        (dag_deadline("2h"), "Allowed: task_deadline(...) without a task, or a FreshnessSLA"),
    ],
)
@pytest.mark.parametrize("how", ["task", "mapped", "default", "mapped by default"])
def test_another_sla_is_refused(how: str, sla: Any, text: str) -> None:
    given = {"sla": sla} if "default" in how else {}
    arguments: dict[str, Any] = {"task_id": "t", "conn_id": "warehouse", "checks": CHECK["checks"], **({} if given else {"sla": sla})}

    def declare() -> None:
        with DAG("d", schedule=None, default_args=given):
            if "mapped" in how:
                QualityCheckOperator.partial(**arguments).expand(table=["a"])
            else:
                QualityCheckOperator(table="a", **arguments)

    with pytest.raises(DefinitionError) as error:
        declare()
    assert text in str(error.value)


def test_a_deadline_without_a_task_is_none_of_a_dag() -> None:
    unbound: Any = task_deadline(after="2h")
    with pytest.raises(TypeError, match="without a task, which is for the argument sla of an operator"):
        DAG("d", schedule=None, deadline=[unbound])


@pytest.mark.parametrize(
    ("deadline", "reference", "interval"),
    [
        (task_deadline("t", after="2h"), RunQueued(), timedelta(hours=2)),
        (task_deadline("t", at="08:00", time_zone="Asia/Tokyo"), WallClock("08:00", "Asia/Tokyo"), timedelta(0)),
        (task_deadline("t", after_interval="3h"), IntervalEnd(10800.0), timedelta(hours=3)),
        (task_deadline("t", after="2h", skipped="missed"), RunQueued(), timedelta(seconds=1)),
        (task_deadline("t", after_interval="3h", skipped="missed"), IntervalEnd(10800.0, True), timedelta(seconds=1)),
        (task_deadline("t", at="08:00", skipped="missed"), WallClock("08:00", "UTC", True), timedelta(seconds=1)),
    ],
)
def test_when_airflow_calls(deadline: Any, reference: BaseDeadlineReference, interval: timedelta) -> None:
    assert (deadline.reference, deadline.interval) == (reference, interval)


def test_airflow_makes_and_clears_the_deadlines_of_a_run(run_dag: Any) -> None:
    from airflow.models import TaskInstance
    from airflow.models.deadline import Deadline
    from airflow.models.taskinstance import clear_task_instances
    from airflow.utils.session import create_session
    from sqlalchemy import select

    held = [
        dag_deadline("2h"),
        task_deadline("bad", at="08:00"),
        task_deadline("bad", after_interval="3h"),
        task_deadline("bad", after="2h"),
    ]
    with DAG("cleared", schedule=None, deadline=held) as dag:

        @task
        def bad() -> None:
            """Fail, since Airflow forgets the deadlines of a run that succeeds."""
            raise ValueError("bad data")

        bad()
    run = run_dag(dag)
    with create_session() as session:
        due = session.scalars(select(Deadline.deadline_time).where(Deadline.dagrun_id == run.id)).all()
        assert len(due) == 3, "three ahead; the interval of this run by hand is long over"
        instances = session.scalars(select(TaskInstance).where(TaskInstance.dag_id == "cleared")).all()
        clear_task_instances(list(instances), session)
        session.rollback()


def read_dag_file(folder: Path, deadline: str) -> DagBag:
    """Read a Dag file with a deadline as the Dag processor does."""
    policies_of_airflow = get_policy_plugin_manager()
    if not policies_of_airflow.is_registered(policies):  # installed before the package had an entry point for it
        policies_of_airflow.register(policies)
    path = folder / "orders.py"
    path.write_text(f"""
from airflow.sdk import DAG, task, task_group
from airflow_dre import dag_deadline, task_deadline

with DAG("orders", schedule=None, deadline=[dag_deadline("9h"), {deadline}]):

    @task_group
    def extract():
        @task
        def read(): ...

        read()

    @task
    def load(number): ...

    extract() >> load.expand(number=[1, 2])
""")
    return DagBag(path, collect_dags=True)


@pytest.mark.parametrize("task", ["load", "extract", "extract.read"])
def test_a_deadline_of_each_task_and_group_is_read(task: str, tmp_path: Path) -> None:
    bag = read_dag_file(tmp_path, f"task_deadline('{task}', at='08:00')")
    assert bag.import_errors == {}
    assert list(bag.dags) == ["orders"]


@pytest.mark.parametrize(
    ("task", "near"), [("laod", "did you mean load? "), ("extrct", "did you mean extract? "), ("read", "did you mean extract.read? ")]
)
def test_a_deadline_of_an_unknown_task_is_an_import_error(task: str, near: str, tmp_path: Path) -> None:
    (shown,) = read_dag_file(tmp_path, f"task_deadline('{task}', at='08:00')").import_errors.values()
    assert f"task_deadline 08:00 UTC: invalid task='{task}'. Allowed: {near}extract, extract.read, load" in shown


def test_the_policy_is_found_by_its_entry_point() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (module,) = project["entry-points"]["airflow.policy"].values()
    assert module == policies.__name__
