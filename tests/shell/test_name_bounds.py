"""Names that the results store keeps have a bound, which is checked where the Dag is parsed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from airflow_dre import QualityCheckOperator
from airflow_dre import checks as c
from airflow_dre.declaring.names import LONGEST_DATASET, LONGEST_NAME
from airflow_dre.errors import DefinitionError
from airflow_dre.notifications import open_incident
from airflow_dre.sla import FreshnessSLA, dag_deadline


def checked(**arguments: Any) -> Any:
    """Return an operator with a check that is fine."""
    return QualityCheckOperator(**{"task_id": "t", "conn_id": "w", "table": "t", "checks": [c.not_null("a")], **arguments})


PLACES = [
    pytest.param("suite", lambda name: checked(suite=name), LONGEST_NAME, id="a suite"),
    pytest.param("table", lambda name: checked(table=name), LONGEST_DATASET, id="a table"),
    pytest.param(
        "dataset",
        lambda name: checked(data=[{"a": 1}], dataset=name, conn_id=None, table=None),
        LONGEST_DATASET,
        id="a dataset that is given",
    ),
    pytest.param("name", lambda name: checked(checks=[c.not_null("a", name=name)]), LONGEST_NAME, id="a check"),
    pytest.param("by", lambda name: checked(checks=[c.not_null("a", by=name)]), LONGEST_NAME, id="a column of segments"),
    pytest.param("routes", lambda name: checked(routes=[name]), LONGEST_NAME, id="a route of a task"),
    pytest.param("routes", lambda name: open_incident(routes=[name]), LONGEST_NAME, id="a route of a callback"),
    pytest.param("name", lambda name: dag_deadline("2h", name=name), LONGEST_NAME, id="a deadline"),
    pytest.param(
        "name",
        lambda name: FreshnessSLA(name, conn_id="w", table="t", column="at", max_age=timedelta(hours=1)),
        246,
        id="an SLA",
    ),
]


@pytest.mark.parametrize(("argument", "declare", "longest"), PLACES)
def test_a_name_has_a_bound_that_the_message_tells(argument: str, declare: Callable[[str], Any], longest: int) -> None:
    declare("n" * longest)
    with pytest.raises(DefinitionError, match=f"invalid {argument}='n.*at most {longest} characters; it has {longest + 1}"):
        declare("n" * (longest + 1))


@pytest.mark.parametrize("name", ["a\x00b", "a\ud800b"])
@pytest.mark.parametrize(("argument", "declare", "longest"), PLACES)
def test_a_name_holds_nothing_that_no_database_takes(argument: str, declare: Callable[[str], Any], longest: int, name: str) -> None:
    with pytest.raises(DefinitionError, match=rf"invalid {argument}=.*halves of surrogate pairs"):
        declare(name)


def test_a_message_quotes_the_beginning_of_a_long_name_only() -> None:
    with pytest.raises(DefinitionError) as error:
        checked(suite="n" * 10_000)
    assert len(str(error.value)) < 300


def test_a_template_is_no_name_yet() -> None:
    checked(suite="{{ " + "x" * 300 + " }}")
