"""A value that always is a number is compared with numbers only, which is checked when the Dag is parsed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from airflow_dre import checks as c
from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.checks.declared.parse import check_declarations

NO_EDGES: Any = {"edges": 3, "weights": [1]}
NO_WEIGHTS: Any = {"edges": [0, 1], "weights": 1}


@pytest.mark.parametrize(
    ("declaration", "problem"),
    [
        (c.unique_ratio("a", at_least="90%"), "invalid at_least='90%'. Allowed: a number"),
        (c.row_count(at_least="5%"), "invalid at_least='5%'. Allowed: a number"),
        (c.distinct_count("a", warn_at_most="many"), "invalid warn_at_most='many'. Allowed: a number"),
        (c.column_count(equals=date(2026, 1, 1)), "invalid equals=datetime.date(2026, 1, 1). Allowed: a number"),
        (c.stddev("a", less_than="x"), "invalid less_than='x'. Allowed: a number"),
        (c.distribution("a", {1: 1}, at_most="x"), "invalid at_most='x'. Allowed: a number"),
        (c.sum_equals("a", "b", total="x"), "invalid total='x'. Allowed: a number"),
        (c.distribution("a", NO_EDGES, at_most=1), "invalid reference={'edges': 3, 'weights': [1]}. Allowed: a dict"),
        (c.distribution("a", NO_WEIGHTS, at_most=1), "invalid reference={'edges': [0, 1], 'weights': 1}. Allowed"),
    ],
    ids=lambda value: value.kind if isinstance(value, Declaration) else "",
)
def test_a_bound_that_no_number_can_be_compared_with_is_refused(declaration: Declaration, problem: str) -> None:
    (found,) = check_declarations([declaration])[1]
    assert problem in str(found)


@pytest.mark.parametrize(
    "declaration", [c.row_count(at_least="5"), c.column_max("a", at_most="2026-01-01"), c.metric_sql("MAX(a)", equals="x")]
)
def test_other_bounds_may_be_words(declaration: Declaration) -> None:
    assert check_declarations([declaration])[1] == []
