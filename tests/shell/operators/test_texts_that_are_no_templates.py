"""The error of an invalid template names its check and how to write it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from airflow.sdk import DAG
from jinja2 import Environment

from airflow_dre import QualityCheckOperator
from airflow_dre import checks as c
from airflow_dre.errors import DefinitionError

NO_TEMPLATES = [
    pytest.param({"checks": [c.row_count(at_least=1), c.like("s", "{%")]}, "checks[1] like: invalid pattern='{%'", id="a pattern"),
    pytest.param({"checks": [c.rows("s NOT LIKE '{#%'")]}, "checks[0] rows: invalid condition=", id="an open comment"),
    pytest.param({"checks": [c.in_set("s", ["a", "{{ b"])]}, "checks[0] in_set: invalid values='{{ b'", id="one of several values"),
    pytest.param({"checks": [c.not_null("s", where="t = '{% x'")]}, "checks[0] not_null: invalid where=", id="a filter of a check"),
    pytest.param({"checks": [c.not_null("s")], "where": "t LIKE '{%'"}, "check: invalid where=", id="the filter of the suite"),
]


def rendered(**arguments: Any) -> QualityCheckOperator:
    """Return the operator after its templates were rendered."""
    with DAG("d", schedule=None, start_date=datetime(2026, 1, 1)):
        operator = QualityCheckOperator(task_id="check", conn_id="w", table="t", **arguments)
    operator.render_template_fields({"params": {"low": 3}}, Environment(autoescape=False))
    return operator


@pytest.mark.parametrize(("arguments", "wording"), NO_TEMPLATES)
def test_a_text_that_is_no_template_is_named_with_the_way_to_write_it(arguments: dict[str, Any], wording: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        rendered(**arguments)
    assert wording in str(refused.value)
    assert "write braces that are meant as text as {{ '{%' }} or {{ '{#' }}, or put the text between {% raw %} and {% endraw %}" in str(
        refused.value
    )


@pytest.mark.parametrize("written", ["{{ '{%' }}", "{% raw %}{%{% endraw %}"])
def test_what_it_says_works(written: str) -> None:
    assert rendered(checks=[c.like("s", written)]).checks[0].arguments["pattern"] == "{%"


def test_templates_are_rendered_as_before() -> None:
    found = rendered(checks=[c.between("a", "{{ params.low }}", 5), c.like("s", "{a}%")]).checks
    assert (found[0].arguments["low"], found[1].arguments["pattern"]) == (3, "{a}%")
