"""A count of distinct keys on PostgreSQL may prove that no key repeats. Otherwise keys are grouped, and the answer is never wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from airflow_dre import checks as c
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.engines.warehouse import opened
from airflow_dre.services.quality.run import Suite, run_suite
from airflow_dre.sql.dialects import find_dialect
from airflow_dre.sql.scope import Scope
from airflow_dre.store.records import SuiteRunRecord
from airflow_dre.values.dataset import DatasetName
from tests.hooks import PostgresHook

pytestmark = pytest.mark.postgres
ROWS = [
    (1, "a", 1.5, '{"x": 1}'),
    (2, "a", 1.50, '{"x": 1}'),
    (3, "b", None, None),
    (4, None, 2, None),
    (5, None, 2, "[]"),
    (None, "c", 3, "[]"),
    (None, "c", 4, None),
]


@pytest.fixture
def hook(postgres_url: str) -> PostgresHook:
    """Return a table with keys that repeat, keys that do not, and a type that cannot be sorted."""
    hook = PostgresHook(postgres_url)
    with psycopg.connect(hook.url) as connection:
        connection.execute("CREATE TABLE t (id integer, s text, n numeric, j json)")
        for row in ROWS:
            connection.execute("INSERT INTO t VALUES (%s, %s, %s, %s)", row)
    return hook


def run(hook: PostgresHook, *declared: Any, where: str | None = None) -> SuiteRunRecord:
    """Run checks on the table."""
    scope = Scope(("t",), where, find_dialect("postgres"))
    suite = Suite(name="s", dataset=DatasetName("n", "t"), scope=scope, checks=parse_checks(declared))
    with opened(hook) as warehouse:
        return run_suite(suite, warehouse, datetime.now(UTC)).record


def numbers(record: SuiteRunRecord) -> list[tuple[str, int | None, int | None]]:
    """Return outcome, violations and rows of each result."""
    return [(result.outcome.value, result.violations, result.rows) for result in record.results]


def test_keys_that_do_not_repeat_cost_one_statement_of_branches(hook: PostgresHook) -> None:
    record = run(hook, c.unique("id"), c.unique("id", "s"), c.unique("id", "n", where="n > 0"))
    assert numbers(record) == [("passed", 0, 5), ("passed", 0, 3), ("passed", 0, 4)]
    assert record.queries == 2, "the common scan counts the keys, the branches prove that none repeats"
    statement = record.results[1].statement or ""
    assert statement.count("COUNT(DISTINCT") == 3
    assert "GROUP BY" not in statement


def test_keys_that_repeat_are_counted_exactly(hook: PostgresHook) -> None:
    record = run(hook, c.unique("s"), c.unique("s", "n"), c.unique("id"))
    assert numbers(record) == [("failed", 4, 5), ("failed", 2, 4), ("passed", 0, 5)]
    assert record.queries == 4, "and the two that may repeat are grouped"
    assert "HAVING" in (record.results[0].statement or "")


def test_equal_numbers_that_are_written_otherwise_are_one_key(hook: PostgresHook) -> None:
    assert numbers(run(hook, c.unique("s", "n", where="s = 'a'"))) == [("failed", 2, 2)]


def test_a_type_that_cannot_be_sorted_is_errored_and_hides_no_other_key(hook: PostgresHook) -> None:
    record = run(hook, c.unique("j"), c.unique("id", "j"), c.unique("id"))
    assert [result.outcome.value for result in record.results] == ["errored", "errored", "passed"]
    assert "json" in record.results[0].reason


def test_a_count_of_different_keys_is_a_branch_too(hook: PostgresHook) -> None:
    record = run(hook, c.unique("id"), c.distinct_count("id", equals=5), c.distinct_count("s", "n", equals=3))
    assert [result.observed for result in record.results] == ["0", "5", "3"]
    assert record.queries == 3


def test_quantiles_are_one_branch_beside_those_of_the_keys(hook: PostgresHook) -> None:
    quantiles = [c.quantile("n", 0.5, interpolate=False, at_least=0), c.median("id", at_least=0)]
    record = run(hook, *quantiles, c.unique("id"), c.unique("id", "s"), c.row_count(at_least=1))
    alone = run(hook, *quantiles)
    assert [found.observed for found in record.results[:2]] == [found.observed for found in alone.results]
    assert [found.outcome.value for found in record.results] == ["passed"] * 5
    assert record.queries == 2, "the common scan, and all that sorts"
    statement = record.results[0].statement or ""
    assert statement == record.results[3].statement
    assert (statement.count("UNION ALL"), statement.count("PERCENTILE")) == (2, 2)


def test_a_quantile_of_what_has_none_hides_no_key_and_no_other_quantile(hook: PostgresHook) -> None:
    record = run(hook, c.median("s", at_least=0), c.median("id", at_least=0), c.unique("id"), c.unique("id", "s"))
    assert [found.outcome.value for found in record.results] == ["errored", "passed", "passed", "passed"]


def test_segments_are_grouped_as_everywhere(hook: PostgresHook) -> None:
    record = run(hook, c.unique("n", by="s", name="by s"))
    assert numbers(record) == [("failed", 4, 6)]


def test_quantiles_of_a_column_are_sorted_once_and_apart_from_the_scan(hook: PostgresHook) -> None:
    asked = [c.quantile("n", at, at_least=0, name=str(at)) for at in (0, 0.5, 1)]
    whole = c.quantile("n", 0.5, interpolate=False, at_least=0, name="a value of the column")
    record = run(hook, *asked, whole, c.median("id", at_least=0), c.row_count(equals=7), c.median("n", at_least=0, where="id > 1"))
    assert [result.observed for result in record.results] == ["1.5", "2", "4", "2", "3", "7", "2"]
    assert record.queries == 2
    statement = record.results[0].statement or ""
    assert statement.count("PERCENTILE_CONT") == 3
    assert "COUNT(*)" not in statement
