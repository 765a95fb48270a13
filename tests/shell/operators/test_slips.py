"""Slips that authors make in a Dag file, and the words in which each is refused when the file is parsed."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from airflow.sdk import DAG, task

import airflow_dre
from airflow_dre import checks, notifications
from airflow_dre.declaring.slips import is_same_table
from airflow_dre.errors import DefinitionError

# A slip is what a type checker refuses: here each name takes anything.
DbtResultsOperator: Any = airflow_dre.DbtResultsOperator
FreshnessSensor: Any = airflow_dre.FreshnessSensor
FreshnessSLA: Any = airflow_dre.FreshnessSLA
GXCheckOperator: Any = airflow_dre.GXCheckOperator
QualityCheckOperator: Any = airflow_dre.QualityCheckOperator
QuarantineReleaseOperator: Any = airflow_dre.QuarantineReleaseOperator
dag_deadline: Any = airflow_dre.dag_deadline
open_incident: Any = airflow_dre.open_incident
record_cosmos_results: Any = airflow_dre.record_cosmos_results
record_dbt_results: Any = airflow_dre.record_dbt_results
reliability_monitor: Any = airflow_dre.reliability_monitor
resolve_incident: Any = airflow_dre.resolve_incident
between: Any = checks.between
from_gx: Any = checks.from_gx
not_null: Any = checks.not_null
unique: Any = checks.unique
OpenIncident: Any = notifications.OpenIncident
RecordDbtResults: Any = notifications.RecordDbtResults
ResolveIncident: Any = notifications.ResolveIncident
quality_check: Any = task.quality_check

pytestmark = pytest.mark.airflow
QUALITY: dict[str, Any] = {"task_id": "c", "conn_id": "w", "table": "t", "checks": [not_null("a")]}
SLA: dict[str, Any] = {"conn_id": "w", "table": "t", "column": "c", "max_age": "1h"}
SENSOR = {"task_id": "s", **SLA}
GX: dict[str, Any] = {"task_id": "g", "conn_id": "w", "table": "t", "expectations": []}
RELEASE: dict[str, Any] = {"task_id": "r", "conn_id": "w", "table": "t", "quarantine_table": "t_bad"}
DBT: dict[str, Any] = {"task_id": "d", "target_path": "target", "conn_id": "w"}
Make = Callable[[], object]


def without(arguments: dict[str, Any], *names: str, **more: Any) -> dict[str, Any]:
    """Return arguments without some, and with more."""
    return {**{name: value for name, value in arguments.items() if name not in names}, **more}


@pytest.fixture(autouse=True)
def dag() -> Iterator[DAG]:
    with DAG("slips", schedule=None, start_date=datetime(2026, 1, 1)) as made:
        yield made


def nothing() -> list[dict[str, int]]:
    """Return no rows."""
    return []


ONE: dict[str, tuple[Make, str]] = {
    "one check instead of a list": (
        lambda: QualityCheckOperator(**QUALITY | {"checks": not_null("a")}),
        "QualityCheckOperator c: invalid checks=not_null(column='a'). Allowed: a list of checks: write checks=[not_null(...)]",
    ),
    "a text instead of checks": (
        lambda: QualityCheckOperator(**QUALITY | {"checks": "not_null"}),
        "invalid checks='not_null'. Allowed: a list",
    ),
    "no checks at all": (lambda: QualityCheckOperator(**without(QUALITY, "checks")), "invalid checks=None. Allowed: a list of checks"),
    "None for checks": (lambda: QualityCheckOperator(**QUALITY | {"checks": None}), "invalid checks=None. Allowed: a list of checks"),
    "a check function as checks": (
        lambda: QualityCheckOperator(**QUALITY | {"checks": unique}),
        "invalid checks=unique. Allowed: unique(...)",
    ),
    "a check function among checks": (
        lambda: QualityCheckOperator(**QUALITY | {"checks": [not_null]}),
        "checks: invalid [0]=not_null. Allowed: not_null(...) with its arguments in brackets",
    ),
    "a list among checks": (
        lambda: QualityCheckOperator(**QUALITY | {"checks": [[not_null("a")]]}),
        "Allowed: single checks: write *from_gx(...)",
    ),
    "None among checks": (
        lambda: QualityCheckOperator(**QUALITY | {"checks": [None]}),
        "checks: invalid [0]=None. Allowed: checks made by",
    ),
    "a misspelled name of a check": (lambda: QualityCheckOperator(**QUALITY | {"checks": ["not_nul"]}), "did you mean not_null(...)?"),
    "a misspelled option of a check": (
        lambda: QualityCheckOperator(**QUALITY | {"checks": [not_null("a", fail_abov=3)]}),
        "checks[0] not_null: invalid fail_abov=3. Allowed: did you mean fail_above?",
    ),
    "a misspelled severity of a check": (
        lambda: QualityCheckOperator(**QUALITY | {"checks": [not_null("a", severity="wran")]}),
        "invalid severity='wran'. Allowed: did you mean warn? error, warn",
    ),
    "a severity in capitals": (
        lambda: QualityCheckOperator(**QUALITY | {"checks": [not_null("a", severity="ERROR")]}),
        "did you mean error?",
    ),
    "a check without its column": (not_null, "not_null: invalid column=None. Allowed: a value: this argument is required"),
    "a misspelled column of a check": (lambda: not_null(colum="a"), "not_null: invalid colum='a'. Allowed: did you mean column?"),
    "an argument twice": (lambda: not_null("a", column="b"), "not_null: invalid column='b'. Allowed: one value: it is passed both by"),
    "too many by position": (
        lambda: between("a", 1, 2, "both"),
        "between: invalid arguments='both'. Allowed: column, low, high by position",
    ),
    "a misspelled argument of a suite": (
        lambda: from_gx([], parmeters={}),
        "from_gx: invalid parmeters={}. Allowed: did you mean parameters?",
    ),
    "a misspelled argument": (
        lambda: QualityCheckOperator(**QUALITY, tabel="t"),
        "QualityCheckOperator c: invalid tabel='t'. Allowed: did you mean table?",
    ),
    "a misspelled required argument": (lambda: QualityCheckOperator(**without(QUALITY, "table"), tabel="t"), "did you mean table?"),
    "a misspelled argument of Airflow's": (
        lambda: QualityCheckOperator(**QUALITY, retires=3),
        "invalid retires=3. Allowed: did you mean retries?",
    ),
    "an argument like no other": (lambda: QualityCheckOperator(**QUALITY, zzz=3), "invalid zzz=3. Allowed: It takes task_id, checks"),
    "a missing table": (
        lambda: QualityCheckOperator(**without(QUALITY, "table")),
        "invalid table=None. Allowed: text: it is required together with conn_id",
    ),
    "a missing connection": (
        lambda: QualityCheckOperator(**without(QUALITY, "conn_id")),
        "invalid conn_id=None. Allowed: text: it is required together with table",
    ),
    "a table that is a number": (
        lambda: QualityCheckOperator(**QUALITY | {"table": 5}),
        "invalid table=5. Allowed: text that is not empty",
    ),
    "a blank table": (lambda: QualityCheckOperator(**QUALITY | {"table": " "}), "invalid table=' '. Allowed: text that is not empty"),
    "a missing task_id": (lambda: QualityCheckOperator(**without(QUALITY, "task_id")), "invalid task_id=None. Allowed: a value"),
    "arguments by position": (lambda: QualityCheckOperator("c", **without(QUALITY, "task_id")), "Allowed: arguments by name"),
    "a misspelled fail_on": (
        lambda: QualityCheckOperator(**QUALITY, fail_on="eror"),
        "invalid fail_on='eror'. Allowed: did you mean error?",
    ),
    "a misspelled mode": (lambda: QualityCheckOperator(**QUALITY, quarantine_to="q", quarantine="moves"), "did you mean move? copy, move"),
    "misspelled partitions": (lambda: QualityCheckOperator(**QUALITY, partition_by="d", partitions="change"), "did you mean changed?"),
    "a number as text": (lambda: QualityCheckOperator(**QUALITY, sample_rows="5"), "invalid sample_rows='5'. Allowed: a whole number"),
    "a text for a list of columns": (
        lambda: QualityCheckOperator(**QUALITY, key_columns="id"),
        "invalid key_columns='id'. Allowed: a list of names",
    ),
    "a generator for a list of columns": (
        lambda: QualityCheckOperator(**QUALITY, mask_columns=(n for n in "ab")),
        "Allowed: a list of names",
    ),
    "a number as row filter": (lambda: QualityCheckOperator(**QUALITY, where=5), "invalid where=5. Allowed: text"),
    "a word for True": (lambda: QualityCheckOperator(**QUALITY, trust_constraints="yes"), "invalid trust_constraints='yes'. Allowed: True"),
    "a word for True in dbt": (lambda: DbtResultsOperator(**DBT, allow_stale="no"), "invalid allow_stale='no'. Allowed: True or False"),
    "the table as its quarantine in mapped tasks": (
        lambda: QualityCheckOperator.partial(**QUALITY, quarantine_to="T"),
        "invalid quarantine_to='T'. Allowed: another table",
    ),
    "the table as its quarantine": (
        lambda: QualityCheckOperator(**QUALITY, quarantine_to="t"),
        "invalid quarantine_to='t'. Allowed: another table than table='t', for example t_bad",
    ),
    "the quoted table as its quarantine": (
        lambda: QualityCheckOperator(**QUALITY, quarantine_to='main."T"'),
        "Allowed: another table than",
    ),
    "a factory without brackets": (
        lambda: QualityCheckOperator(**QUALITY, on_failure_callback=open_incident),
        "invalid on_failure_callback=open_incident. Allowed: open_incident(...): call it with brackets",
    ),
    "a factory without brackets in a list": (
        lambda: QualityCheckOperator(**QUALITY, on_success_callback=[resolve_incident]),
        "invalid on_success_callback=resolve_incident. Allowed: resolve_incident(...)",
    ),
    "a factory without brackets on a retry": (
        lambda: DbtResultsOperator(**DBT, on_retry_callback=record_dbt_results),
        "invalid on_retry_callback=record_dbt_results. Allowed: record_dbt_results(...)",
    ),
    "a class of a callback": (
        lambda: FreshnessSensor(**SENSOR, on_failure_callback=OpenIncident),
        "invalid on_failure_callback=OpenIncident.",
    ),
    "a text as callback": (
        lambda: QualityCheckOperator(**QUALITY, on_failure_callback="oncall"),
        "invalid on_failure_callback='oncall'. Allowed: a callback that takes a context",
    ),
    "a factory in default_args": (
        lambda: QualityCheckOperator(**QUALITY, default_args={"on_failure_callback": open_incident}),
        "invalid on_failure_callback=open_incident.",
    ),
    "a misspelled argument of the sensor": (lambda: FreshnessSensor(**SENSOR, poke_intervall=5), "did you mean poke_interval?"),
    "a misspelled required argument of the sensor": (
        lambda: FreshnessSensor(**without(SENSOR, "max_age"), max_ages="1h"),
        "FreshnessSensor s: invalid max_ages='1h'. Allowed: did you mean max_age?",
    ),
    "a missing column of the sensor": (lambda: FreshnessSensor(**without(SENSOR, "column")), "FreshnessSensor s: invalid column=None."),
    "an age as a number": (lambda: FreshnessSensor(**SENSOR | {"max_age": 6}), "invalid max_age=6. Allowed: a positive duration"),
    "a misspelled argument of an SLA": (
        lambda: FreshnessSLA("a", **SLA, on_mis=[]),
        "FreshnessSLA: invalid on_mis=[]. Allowed: did you mean on_miss?",
    ),
    "a text as callback of an SLA": (lambda: FreshnessSLA("a", **SLA, on_miss="oncall"), "invalid on_miss='oncall'. Allowed: a callback"),
    "a factory of an SLA": (
        lambda: FreshnessSLA("a", **SLA, on_miss=open_incident),
        "invalid on_miss=open_incident. Allowed: open_incident(...)",
    ),
    "a factory of an SLA in a list": (lambda: FreshnessSLA("a", **SLA, on_miss=[open_incident]), "Allowed: open_incident(...)"),
    "None among the callbacks of an SLA": (lambda: FreshnessSLA("a", **SLA, on_miss=[None]), "invalid on_miss=None. Allowed: a callback"),
    "an SLA without a name": (lambda: FreshnessSLA(**SLA), "FreshnessSLA: invalid name=''. Allowed: text"),
    "one SLA instead of a list": (
        lambda: reliability_monitor(FreshnessSLA("a", **SLA)),
        "Allowed: a list of SLAs: write [FreshnessSLA(...)]",
    ),
    "a class instead of SLAs": (
        lambda: reliability_monitor([FreshnessSLA]),
        "invalid slas=FreshnessSLA. Allowed: SLAs made by FreshnessSLA(...)",
    ),
    "a name instead of SLAs": (lambda: reliability_monitor("orders"), "invalid slas='orders'. Allowed: a list of SLAs"),
    "a misspelled argument of the monitor": (lambda: reliability_monitor([], shedule="@daily"), "did you mean schedule?"),
    "a misspelled argument of the monitor's Dag": (lambda: reliability_monitor([], max_active_run=1), "did you mean max_active_runs?"),
    "a callback of the monitor without brackets": (
        lambda: reliability_monitor([], on_failure_callback=open_incident),
        "open_incident(...)",
    ),
    "a misspelled argument of a deadline": (
        lambda: dag_deadline("1h", severty="high"),
        "dag_deadline: invalid severty='high'. Allowed: did you mean severity?",
    ),
    "a misspelled severity of a deadline": (
        lambda: dag_deadline("1h", severity="hgih"),
        "invalid severity='hgih'. Allowed: low, medium, high, critical (did you mean 'high'?)",
    ),
    "a deadline without an interval": (dag_deadline, "dag_deadline: invalid interval=None. Allowed: a value"),
    "a misspelled argument of a callback": (
        lambda: open_incident(severty="high"),
        "open_incident: invalid severty='high'. Allowed: did you mean severity?",
    ),
    "a misspelled severity of a callback": (lambda: open_incident(severity="critcal"), "did you mean 'critical'?"),
    "routes that are no names": (lambda: open_incident(routes=[1]), "invalid routes=[1]. Allowed: names of routes"),
    "a route that is a number": (lambda: open_incident(routes=5), "invalid routes=5. Allowed: names of routes"),
    "a callback called with the context": (
        lambda: open_incident({"dag": None}),
        "open_incident: invalid arguments={'dag': None}. Allowed: arguments by name",
    ),
    "resolving with an argument": (
        lambda: resolve_incident(routes=[]),
        "resolve_incident: invalid routes=[]. Allowed: It takes no arguments",
    ),
    "the class of a callback with a misspelled argument": (
        lambda: OpenIncident(rutes=["a"]),
        "OpenIncident: invalid rutes=['a']. Allowed: did you mean routes?",
    ),
    "the class that resolves with an argument": (lambda: ResolveIncident(severity="low"), "ResolveIncident: invalid severity='low'."),
    "a misspelled argument of dbt's callback": (lambda: record_dbt_results(target_pat="t", conn_id="w"), "did you mean target_path?"),
    "dbt's class with a misspelled argument": (
        lambda: RecordDbtResults(target_path="t", conn_id="w", namspace="x"),
        "did you mean namespace?",
    ),
    "a misspelled argument of Cosmos' callback": (
        lambda: record_cosmos_results("p", context={}, conn_id="w", sevrity="low"),
        "record_cosmos_results: invalid sevrity='low'. Allowed: did you mean severity?",
    ),
    "a misspelled argument of Great Expectations": (
        lambda: GXCheckOperator(
            **without(GX, "expectations"), expectation=[{"type": "expect_table_row_count_to_equal", "kwargs": {"value": 1}}]
        ),
        "did you mean expectations?",
    ),
    "a misspelled argument of dbt": (
        lambda: DbtResultsOperator(**without(DBT, "target_path"), target_pth="t"),
        "did you mean target_path?",
    ),
    "a misspelled argument of a release": (lambda: QuarantineReleaseOperator(**RELEASE, form_run="x"), "did you mean from_run?"),
    "a release without its table": (lambda: QuarantineReleaseOperator(**without(RELEASE, "table")), "invalid table=None. Allowed: a value"),
    "a release from the table itself": (
        lambda: QuarantineReleaseOperator(**RELEASE | {"quarantine_table": "T"}),
        "invalid quarantine_table='T'. Allowed: another table",
    ),
    "a misspelled shared argument of mapped tasks": (
        lambda: QualityCheckOperator.partial(**without(QUALITY, "table"), fail_onn="warn"),
        "QualityCheckOperator c: invalid fail_onn='warn'. Allowed: did you mean fail_on?",
    ),
    "a wrong shared argument of mapped tasks": (
        lambda: QualityCheckOperator.partial(**without(QUALITY, "table"), fail_on="eror"),
        "did you mean error?",
    ),
    "one check of mapped tasks": (
        lambda: QualityCheckOperator.partial(**without(QUALITY, "table", "checks"), checks=not_null("a")),
        "write checks=[not_null(...)]",
    ),
    "a factory of mapped tasks": (
        lambda: QualityCheckOperator.partial(**without(QUALITY, "table"), on_failure_callback=open_incident),
        "invalid on_failure_callback=open_incident.",
    ),
    "a misspelled argument to map over": (
        lambda: QualityCheckOperator.partial(**without(QUALITY, "table")).expand(tabel=["t"]),
        "QualityCheckOperator c: invalid tabel=['t']. Allowed: did you mean table?",
    ),
    "one value to map over": (
        lambda: QualityCheckOperator.partial(**without(QUALITY, "table")).expand(table="t"),
        "invalid table='t'. Allowed: a list or a dict of values",
    ),
    "an argument that is shared and mapped over": (
        lambda: QualityCheckOperator.partial(**QUALITY).expand(table=["t"]),
        "invalid table=['t']. Allowed: one value: partial() has it already",
    ),
    "a misspelled argument in dicts to map over": (
        lambda: QualityCheckOperator.partial(**without(QUALITY, "table")).expand_kwargs([{"tabel": "t"}]),
        "did you mean table?",
    ),
    "a misspelled argument of mapped sensors": (
        lambda: FreshnessSensor.partial(**without(SENSOR, "table"), colum="c"),
        "FreshnessSensor s: invalid colum='c'. Allowed: did you mean column?",
    ),
    "a misspelled argument of the decorator": (
        lambda: quality_check(check=[not_null("a")]),
        "@task.quality_check: invalid check=[not_null(column='a')]. Allowed: did you mean checks?",
    ),
    "checks by position in the decorator": (lambda: quality_check([not_null("a")]), "Allowed: arguments by name, for example checks="),
    "one check in the decorator": (lambda: quality_check(checks=not_null("a")), "write checks=[not_null(...)]"),
    "a decorator without checks": (quality_check(nothing), "invalid checks=None. Allowed: a list of checks"),
}


@pytest.mark.parametrize("what", ONE)
def test_a_slip_is_one_problem_that_names_the_argument_and_what_is_allowed(what: str) -> None:
    make, said = ONE[what]
    with pytest.raises(DefinitionError) as refused:
        make()
    assert str(refused.value).startswith("1 problem in the definition:\n- "), str(refused.value)
    assert said in str(refused.value)


GX_NOT_NULL = {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "a"}}
TEXTS: dict[str, tuple[Callable[..., Any], dict[str, Any], tuple[str, ...]]] = {
    "QualityCheckOperator": (QualityCheckOperator, QUALITY, ("conn_id", "table", "where", "suite", "quarantine_to")),
    "GXCheckOperator": (GXCheckOperator, GX | {"expectations": [GX_NOT_NULL]}, ("conn_id", "table", "suite")),
    "GXCheckOperator with a query": (
        GXCheckOperator,
        without(GX, "table", query="SELECT 1", expectations=[GX_NOT_NULL]),
        ("query", "dataset"),
    ),
    "DbtResultsOperator": (DbtResultsOperator, DBT, ("target_path", "run_results", "conn_id", "suite")),
    "DbtResultsOperator with a namespace": (DbtResultsOperator, without(DBT, "conn_id", namespace="n"), ("namespace",)),
    "FreshnessSensor": (FreshnessSensor, SENSOR, ("conn_id", "table", "column", "where", "time_zone")),
    "FreshnessSLA": (partial(FreshnessSLA, "a"), SLA, ("conn_id", "table", "column", "where", "time_zone")),
    "QuarantineReleaseOperator": (
        QuarantineReleaseOperator,
        RELEASE,
        ("conn_id", "table", "quarantine_table", "from_run", "from_dag", "from_batch", "subject"),
    ),
    "dag_deadline": (partial(dag_deadline, "2h"), {}, ("name", "reference")),
    "record_dbt_results": (record_dbt_results, {"target_path": "t", "conn_id": "w"}, ("target_path", "conn_id", "suite")),
    "reliability_monitor": (reliability_monitor, {}, ("dag_id",)),
}
NO_TEXT = [
    7,
    1.5,
    True,
    b"t",
    [],
    [1],
    {"a": 1},
    {1},
    datetime(2026, 1, 1),
    timedelta(1),
    not_null("a"),
    print,
    int,
    object(),
    ValueError("x"),
]


@pytest.mark.parametrize("what", TEXTS)
def test_a_value_of_another_kind_is_refused_by_its_argument(what: str) -> None:
    make, given, arguments = TEXTS[what]
    for argument in arguments:
        for value in NO_TEXT:
            with DAG("one", schedule=None), pytest.raises(DefinitionError) as refused:
                make(**{**given, argument: value})
            assert f" {argument}=" in str(refused.value), (argument, value)


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800"], ids=["a NUL character", "half of a surrogate pair"])
@pytest.mark.parametrize("what", TEXTS)
def test_text_that_no_store_holds_is_refused_by_its_argument(what: str, text: str) -> None:
    make, given, arguments = TEXTS[what]
    for argument in arguments:
        if argument not in ("target_path", "run_results", "query"):
            with DAG("one", schedule=None), pytest.raises(DefinitionError) as refused:
                make(**{**given, argument: text})
            assert f" {argument}=" in str(refused.value)


@pytest.mark.parametrize("value", [None, 1, 0, "yes", "False", [], pytest.param(object(), id="an object")], ids=repr)
def test_a_switch_is_true_or_false(value: object) -> None:
    for make, given, argument in (
        (QualityCheckOperator, QUALITY, "trust_constraints"),
        (DbtResultsOperator, DBT, "allow_stale"),
        (record_dbt_results, {"target_path": "t", "conn_id": "w"}, "allow_stale"),
        (FreshnessSensor, SENSOR, "deferrable"),
    ):
        if argument == "deferrable" and value is None:
            continue
        with DAG("one", schedule=None), pytest.raises(DefinitionError) as refused:
            make(**{**given, argument: value})
        assert f"invalid {argument}={value!r}. Allowed: True or False" in str(refused.value)


def test_all_slips_of_a_task_are_told_together() -> None:
    with pytest.raises(DefinitionError) as refused:
        QualityCheckOperator(
            task_id="c", conn_i="w", tabel="t", fail_on="eror", checks=[not_null("a", fail_abov=1), not_null], on_failure_callback="x"
        )
    lines = str(refused.value).splitlines()
    assert lines[0] == "6 problems in the definition:"
    for said in ("invalid conn_i='w'", "invalid tabel='t'", "invalid fail_on='eror'", "invalid fail_abov=1", "[1]=not_null", "='x'"):
        assert any(said in line for line in lines), said


def test_callbacks_of_the_dag_itself_are_looked_at_by_the_tasks_in_it() -> None:
    with DAG("wrong", schedule=None, on_failure_callback=open_incident), pytest.raises(DefinitionError) as refused:
        QualityCheckOperator(**QUALITY)
    assert "- DAG wrong: invalid on_failure_callback=open_incident. Allowed: open_incident(...)" in str(refused.value)
    with DAG("usual", schedule=None, default_args={"on_failure_callback": [open_incident]}), pytest.raises(DefinitionError) as refused:
        QualityCheckOperator(**QUALITY)
    assert "QualityCheckOperator c: invalid on_failure_callback=open_incident." in str(refused.value)


def test_what_is_right_is_accepted() -> None:
    defaults = {"conn_id": "w", "on_failure_callback": [open_incident(), print], "somebody": "elses"}
    with DAG("right", schedule=None, default_args=defaults, on_failure_callback=open_incident()) as dag:
        first = QualityCheckOperator(**without(QUALITY, "conn_id"))
        QualityCheckOperator(**QUALITY | {"task_id": "generated", "checks": (not_null(name) for name in "ab")}, quarantine_to="t_bad")
        QualityCheckOperator(**QUALITY | {"task_id": "of_a_task", "table": first.output})
        QualityCheckOperator(**QUALITY | {"task_id": "of_another_schema"}, quarantine_to="bad.t")
        QualityCheckOperator.partial(**without(QUALITY | {"task_id": "mapped"}, "table"), retries=2).expand(table=["t", "u"])
        FreshnessSensor.partial(**without(SENSOR, "table")).expand_kwargs([{"table": "t"}])

    with DAG("decorated", schedule=None, default_args={"conn_id": "w"}) as decorated:
        quality_check(checks=[not_null("a")])(nothing)()
    assert first.conn_id == "w"
    assert (len(dag.tasks), decorated.task_ids) == (6, ["nothing"])


def public_names() -> list[str]:
    called = [name for name in airflow_dre.__all__ if name != "SlaMiss"]  # which a callback only reads
    return [*(f"airflow_dre.{name}" for name in called), *(f"airflow_dre.checks.{name}" for name in checks.__all__)]


@pytest.mark.parametrize("name", public_names())
def test_every_public_name_refuses_a_misspelled_argument_and_says_which_was_meant(name: str) -> None:
    """Each named argument of each public function and class, with one letter too many."""
    module, _, attribute = name.rpartition(".")
    made = getattr(airflow_dre if module == "airflow_dre" else checks, attribute)
    variadic = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    parameters = [each for each in inspect.signature(made).parameters.values() if each.kind not in variadic]
    required = [each.name for each in parameters if each.default is inspect.Parameter.empty]
    is_check = module == "airflow_dre.checks" and not attribute.startswith("from_")
    for argument in [*(each.name for each in parameters), *(["severity"] if is_check else [])]:
        with pytest.raises(DefinitionError) as refused:
            misspell(made, {each: "a" for each in required if each != argument}, argument, is_check=is_check)
        assert any(f"did you mean {argument}?" in line for line in str(refused.value).splitlines()), str(refused.value)


def misspell(made: Any, given: dict[str, str], argument: str, *, is_check: bool) -> None:
    """Call a function with a misspelled argument. A check is read by a task."""
    with DAG("misspelled", schedule=None):
        if isinstance(made, type) and made is not FreshnessSLA:
            given["task_id"] = "x"
        found = made(**given, **{f"{argument}q": "a"})
        if is_check:
            QualityCheckOperator(**QUALITY | {"checks": [found]})


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("orders", "orders", True),
        ("orders", "Orders", True),
        ("orders", '"orders"', True),
        ("orders", "public.orders", True),
        ("main.orders", "orders", True),
        ('"main"."orders"', "ORDERS", True),
        ("shop.orders", "SHOP.orders", True),
        ("db.public.orders", "public.orders", False),
        ("orders", "orders_bad", False),
        ("orders", "quarantine.orders", False),
        ("shop.orders", "bad.orders", False),
        ('"a.b"', "a.b", False),
    ],
)
def test_two_spellings_of_one_table(one: str, other: str, *, same: bool) -> None:
    assert is_same_table(one, other) is same
    assert is_same_table(other, one) is same
