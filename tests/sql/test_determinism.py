"""Deterministic expressions are distinguished from those that may return something else for a row tomorrow."""

from __future__ import annotations

import pytest

from airflow_dre.checks.metrics import Expression
from airflow_dre.sql.determinism import nondeterminism_problems
from airflow_dre.sql.dialects import find_dialect
from airflow_dre.sql.raw import read_condition, why_nondeterministic
from airflow_dre.sql.scope import Scope

MOVING = [
    *[("postgres", text) for text in ("now()", "localtimestamp", "localtime", "current_date", "'yesterday'::date", "timeofday()::date")],
    *[("postgres", text) for text in ("age(d)", "session_user", "gen_random_uuid()", "clock_timestamp()", "(SELECT max(d) FROM t)")],
    *[("mysql", text) for text in ("utc_timestamp()", "utc_date()", "sysdate()", "unix_timestamp()", "uuid()")],
    *[("sqlite", text) for text in ("date()", "datetime()", "julianday()", "unixepoch()", "date('now')", "random()")],
    *[("duckdb", text) for text in ("today()", "get_current_timestamp()", "current_localtimestamp()")],
    *[("spark", text) for text in ("localtimestamp()", "unix_timestamp()", "curdate()")],
    *[("tsql", text) for text in ("getutcdate()", "sysutcdatetime()", "sysdatetimeoffset()")],
]
STAYING = [
    *[("postgres", text) for text in ("d", "age(d, e)", "pi()", "date_trunc('day', d)", "d::date", "lower(s)", "'2026-01-01'::date")],
    *[("sqlite", text) for text in ("date(d)", "strftime('%Y', d)", "unixepoch(d)")],
    *[("spark", text) for text in ("unix_timestamp(d)", "e()", "array()")],
]


@pytest.mark.parametrize(("dialect", "text", "moves"), [*[(*case, True) for case in MOVING], *[(*case, False) for case in STAYING]])
def test_expressions_that_depend_on_the_moment_are_found(dialect: str, text: str, moves: bool) -> None:
    tree = read_condition(f"x < {text}", dialect, "suite", "where").tree
    assert (why_nondeterministic(tree) is not None) is moves


def test_an_expression_that_splits_a_table_must_stay_as_it_is_too() -> None:
    scope = Scope(("t",), None, find_dialect("postgres"))
    (problem,) = nondeterminism_problems([], Expression("age(d) > interval '1 day'"), scope)
    assert (problem.argument, problem.value) == ("partition_by", "age(d) > interval '1 day'")
    assert nondeterminism_problems([], Expression("d::date"), scope) == nondeterminism_problems([], "d", scope) == []
