"""The connection of an operator, compared with that of common-sql's own operators."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from copy import deepcopy
from typing import Any

import pytest
from airflow.providers.common.sql.operators.sql import BaseSQLOperator
from airflow.sdk.exceptions import AirflowException

from airflow_dre.operators.connected import ConnectedOperator
from airflow_dre.operators.dbt import DbtResultsOperator
from airflow_dre.operators.gate import GatedOperator
from airflow_dre.operators.gx import GXCheckOperator
from airflow_dre.operators.quality import QualityCheckOperator

CONNECTIONS = {
    "sqlite": {"conn_type": "sqlite", "host": "/data/shop.db", "extra": {"isolation_level": "DEFERRED"}},
    "postgres": {"conn_type": "postgres", "host": "db", "schema": "shop", "extra": {"enable_log_db_messages": True}},
    "fs": {"conn_type": "fs"},
}


@pytest.fixture(autouse=True)
def connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """Declare the connections, each under its type."""
    for name, connection in CONNECTIONS.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps(connection))


def test_it_takes_the_arguments_of_an_operator_of_common_sql() -> None:
    ours, theirs = (
        {name: parameter.default for name, parameter in inspect.signature(kind.__init__).parameters.items()}
        for kind in (ConnectedOperator, BaseSQLOperator)
    )
    assert ours == theirs


def test_it_offers_what_an_operator_of_common_sql_offers() -> None:
    assert (ConnectedOperator.template_fields, ConnectedOperator.conn_id_field) == (
        BaseSQLOperator.template_fields,
        BaseSQLOperator.conn_id_field,
    )
    assert not {name for name in vars(BaseSQLOperator) if not name.startswith("_")} - set(dir(GatedOperator))
    ours, theirs = (vars(kind(task_id="t", conn_id="sqlite")) for kind in (ConnectedOperator, BaseSQLOperator))
    assert set(ours) == set(theirs)
    assert ours["check_results"] == theirs["check_results"] == []


@pytest.mark.parametrize(
    ("conn_id", "options"),
    [
        ("sqlite", {}),
        ("sqlite", {"database": "other"}),
        ("postgres", {}),
        ("postgres", {"database": "other"}),
        ("postgres", {"hook_params": {"enable_log_db_messages": False, "log_sql": False}}),
    ],
    ids=str,
)
def test_it_makes_the_hook_that_an_operator_of_common_sql_makes(conn_id: str, options: dict[str, Any]) -> None:
    ours, theirs = (kind(task_id="t", conn_id=conn_id, **deepcopy(options)).get_db_hook() for kind in (ConnectedOperator, BaseSQLOperator))
    assert type(ours) is type(theirs)
    plain = (str, bool, dict, type(None))
    shown, expected = ({name: value for name, value in vars(hook).items() if isinstance(value, plain)} for hook in (ours, theirs))
    assert shown == expected


def test_it_makes_one_hook_and_leaves_its_arguments_alone() -> None:
    operator = ConnectedOperator(task_id="t", conn_id="postgres", hook_params={"log_sql": False})
    assert operator.get_db_hook() is operator.get_db_hook()
    assert operator.hook_params == {"log_sql": False}


def test_a_hook_that_runs_no_sql_is_refused() -> None:
    with pytest.raises(AirflowException) as error:
        ConnectedOperator(task_id="t", conn_id="fs").get_db_hook()
    assert str(error.value) == (
        "t: invalid conn_id='fs': FSHook. Allowed: a connection of a database whose hook is a DbApiHook of common-sql"
    )


@pytest.mark.parametrize("kind", [QualityCheckOperator, GXCheckOperator, DbtResultsOperator], ids=lambda kind: kind.__name__)
def test_an_operator_that_checks_data_is_connected(kind: type) -> None:
    assert issubclass(kind, ConnectedOperator)


OURS = "from airflow_dre.operators.quality import QualityCheckOperator"
THEIRS = "from airflow.providers.common.sql.operators.sql import BaseSQLOperator"
MADE = "made = QualityCheckOperator(task_id='q', conn_id='w', table='t', checks=[not_null('a')])"


@pytest.mark.parametrize(
    "statements",
    [
        pytest.param([THEIRS, OURS, "assert issubclass(QualityCheckOperator, BaseSQLOperator)", MADE], id="common-sql first"),
        pytest.param([OURS, THEIRS, MADE], id="common-sql afterwards"),
    ],
)
def test_it_is_a_sql_operator_in_either_order_of_imports(statements: list[str]) -> None:
    program = ["from airflow_dre.checks import not_null", *statements, "assert isinstance(made, BaseSQLOperator)"]
    ended = subprocess.run([sys.executable, "-c", "\n".join(program)], capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr[-2000:]
