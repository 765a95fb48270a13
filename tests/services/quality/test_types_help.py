"""PostgreSQL sums small integers faster than it averages them: one query of the catalogue, and the same mean."""

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
TYPES = ("smallint", "integer", "bigint", "numeric", "real", "double precision", "numeric(9,3)")


def run(hook: PostgresHook, *declared: Any, table: tuple[str, ...] = ("t",)) -> SuiteRunRecord:
    """Run checks on a table."""
    scope = Scope(table, None, find_dialect("postgres"))
    with opened(hook) as warehouse:
        return run_suite(
            Suite(name="s", dataset=DatasetName("n", "t"), scope=scope, checks=parse_checks(declared)), warehouse, datetime.now(UTC)
        ).record


@pytest.fixture
def hook(postgres_url: str) -> PostgresHook:
    """Return a table with a column of each type of number, and NULLs."""
    hook = PostgresHook(postgres_url)
    with psycopg.connect(hook.url) as connection:
        connection.execute(f"CREATE TABLE t ({', '.join(f'c{n} {kind}' for n, kind in enumerate(TYPES))}, keep boolean)")
        for row in range(200):
            value = None if row % 7 == 0 else (row * 7919) % 30011 - 15000
            connection.execute(f"INSERT INTO t VALUES ({', '.join(['%s'] * len(TYPES))}, %s)", [value] * len(TYPES) + [row % 3 == 0])
    return hook


def test_one_look_up_and_one_scan(hook: PostgresHook) -> None:
    record = run(hook, c.mean("c0", at_least=0), c.mean("c1", at_least=0), c.not_null("c1"), c.mean("c4", at_least=0))
    assert (record.queries, record.lookups) == (1, 1)
    statement = record.results[0].statement or ""
    assert "AVG" not in statement.replace('AVG("c4")', "")
    assert statement.count("FROM") == 1


def test_a_suite_that_minds_no_types_looks_nothing_up(hook: PostgresHook) -> None:
    record = run(hook, c.not_null("c0"), c.row_count(at_least=1))
    assert (record.queries, record.lookups) == (1, 0)


@pytest.mark.parametrize("where", [None, "keep", "c0 > 100000"])
def test_the_mean_is_that_of_the_database(hook: PostgresHook, where: str | None) -> None:
    options = {} if where is None else {"where": where}
    record = run(hook, *[c.mean(f"c{n}", at_least=0, **options) for n in range(len(TYPES))])
    with psycopg.connect(hook.url) as connection:
        filtered = f" FILTER (WHERE {where})" if where else ""
        means = connection.execute(f"SELECT {', '.join(f'AVG(c{n}){filtered}' for n in range(len(TYPES)))} FROM t").fetchone()
    assert means is not None
    for found, mean in zip(record.results, means, strict=True):
        assert found.value == (None if mean is None else float(mean))
        assert found.observed == (None if mean is None else f"{mean:.6g}")


def test_a_table_that_the_catalogue_does_not_know_is_said(hook: PostgresHook) -> None:
    record = run(hook, c.mean("c0", at_least=0), table=("nowhere",))
    assert record.results[0].outcome.value == "errored"
    assert "nowhere" in record.results[0].reason
