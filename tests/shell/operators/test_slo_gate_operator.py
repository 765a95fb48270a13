"""The gate of an SLO in a Dag, on the command line and in the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from airflow_dre import SLO, SloGateOperator
from airflow_dre.cli.objectives import override_slo, report_slos
from airflow_dre.clock import now
from airflow_dre.errors import DefinitionError
from airflow_dre.slo import runs_passed
from airflow_dre.store.database import Database
from airflow_dre.store.spool import Spool
from airflow_dre.store.store import Store
from tests.services.slo.objectives import declare, deliver, result, suite_run

pytestmark = pytest.mark.airflow


@pytest.fixture
def spent(world: Path) -> Store:
    """Return the configured store with an objective whose budget is spent."""
    store = Store(Database(f"sqlite:///{world}/dre.db"), Spool(world / "spool"))
    declare(store, SLO("flights-ok", sli=runs_passed("flights"), target="90%"), at=now() - timedelta(days=40))
    deliver(store, suite_run(now() - timedelta(hours=2), result("c", 1)))
    return store


@pytest.mark.parametrize(("on_spent", "raised"), [("skip", AirflowSkipException), ("fail", AirflowFailException)])
def test_the_gate_skips_or_fails_while_the_budget_is_spent(spent: Store, on_spent: str, raised: type[Exception]) -> None:
    gate = SloGateOperator(task_id="gate", slo="flights-ok", on_spent=on_spent)
    with pytest.raises(raised, match="SLO flights-ok: 0 % good, -900 % of the budget left"):
        gate.execute({})


def test_an_override_from_the_command_line_opens_it(spent: Store, capsys: pytest.CaptureFixture[str]) -> None:
    gate = SloGateOperator(task_id="gate", slo="flights-ok")
    override_slo(SimpleNamespace(name="flights-ok", reason="hotfix", lasts="2h", revoke=False))
    assert "Gates of SLO flights-ok are open until " in capsys.readouterr().out
    found = gate.execute({})
    assert (found["overridden"], found["left"]) == (True, -9.0)
    override_slo(SimpleNamespace(name="flights-ok", reason="", lasts="2h", revoke=True))
    with pytest.raises(AirflowSkipException):
        gate.execute({})


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"reason": ""}, "text that is not empty"),
        ({"lasts": "soon"}, "--for soon"),
        ({"lasts": "60d"}, "at most 30 days"),
        ({"name": "flight-ok"}, "did you mean flights-ok?"),
    ],
)
def test_a_mistake_on_the_command_line_ends_with_its_reason(spent: Store, given: dict[str, Any], words: str) -> None:
    arguments = {"name": "flights-ok", "reason": "hotfix", "lasts": "1h", "revoke": False, **given}
    with pytest.raises(SystemExit) as ended:
        override_slo(SimpleNamespace(**arguments))
    assert words in str(ended.value)


def test_the_report_counts_what_is_new(spent: Store, capsys: pytest.CaptureFixture[str]) -> None:
    report_slos(SimpleNamespace(format="text"))
    assert "Spent  flights-ok  90 %" in capsys.readouterr().out


def test_an_unknown_objective_fails_the_task_with_those_that_are_known(spent: Store) -> None:
    with pytest.raises(AirflowFailException, match="did you mean flights-ok?"):
        SloGateOperator(task_id="gate", slo="flight-ok").execute({})


@pytest.mark.parametrize(
    ("given", "argument"),
    [
        ({}, "slo"),
        ({"slo": ""}, "slo"),
        ({"slo": "a", "on_spent": "block"}, "on_spent"),
        ({"slo": "a", "below": "100%"}, "below"),
        ({"slo": "a", "if_unknown": "shut"}, "if_unknown"),
        ({"slo": "a", "on_spend": "skip"}, "on_spend"),
    ],
)
def test_a_mistake_in_the_dag_file_is_refused(given: dict[str, Any], argument: str) -> None:
    with pytest.raises(DefinitionError) as error:
        SloGateOperator(task_id="gate", **given)
    assert [problem.argument for problem in error.value.problems] == [argument]


def test_a_gate_skips_the_tasks_after_it(spent: Store, run_dag: Callable[..., Any]) -> None:
    from airflow.providers.standard.operators.empty import EmptyOperator
    from airflow.sdk import DAG

    with DAG("migration", schedule=None) as dag:
        SloGateOperator(task_id="gate", slo="flights-ok") >> EmptyOperator(task_id="migrate")
    run = run_dag(dag)
    assert {ti.task_id: str(ti.state) for ti in run.get_task_instances()} == {"gate": "skipped", "migrate": "skipped"}
