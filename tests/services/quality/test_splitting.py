"""A statement that is refused is split until the culprit is alone, and one that takes too long is not split."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import pytest

from airflow_dre import checks as c
from airflow_dre.checks import segments
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.engines.warehouse import Warehouse
from airflow_dre.errors import QueryFailed, StatementTimeout, StoreUnreachable
from airflow_dre.services.quality.answers import ResultHistory
from airflow_dre.services.quality.run import Suite, run_suite
from airflow_dre.sql.scope import Scope
from airflow_dre.store.records import SuiteRunRecord
from airflow_dre.values.dataset import DatasetName
from airflow_dre.values.scalars import Row

NOW = datetime(2026, 1, 2, tzinfo=UTC)


class Asked(Warehouse):
    """A real SQLite that remembers what it was asked, and takes too long for statements that hold a word."""

    conn_type = "sqlite"

    def __init__(self, slow: str | None = None) -> None:
        super().__init__(self, timeout=timedelta(seconds=60))
        self.statements: list[str] = []
        self._slow = slow
        self._database = sqlite3.connect(":memory:")
        self._database.executescript(
            "CREATE TABLE t (id INTEGER, a INTEGER, f REAL, g TEXT);"
            "INSERT INTO t VALUES (1, 1, 0.5, 'u'), (2, 2, 1.5, 'u'), (3, 2, 9.5, 'v'), (4, NULL, NULL, 'v'), (5, 3, 2.5, NULL);"
            "CREATE TABLE p (k INTEGER); INSERT INTO p VALUES (1), (2), (2)"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        self._database.close()

    def get_conn(self) -> Any:
        """Return a copy of the tables: a connection that refused something is closed."""
        copy = sqlite3.connect(":memory:")
        self._database.backup(copy)
        return copy

    def fetch_rows(self, sql: str, most: int) -> Sequence[Row]:
        self.statements.append(sql)
        if self._slow is not None and self._slow in sql:
            self.queries += 1
            raise StatementTimeout("ended after 60 s")
        return super().fetch_rows(sql, most)

    def run(self, *declared: Any, table: str = "t", where: str | None = None, history: ResultHistory | None = None) -> SuiteRunRecord:
        """Return a suite of the table."""
        scope = Scope((table,), where, self.dialect)
        return run_suite(
            Suite(name="s", dataset=DatasetName("n", table), scope=scope, checks=parse_checks(declared)), self, NOW, history
        ).record


@pytest.fixture
def asked() -> Iterator[Asked]:
    """Yield a fresh one."""
    with Asked() as found:
        yield found


@pytest.fixture
def slowly() -> Iterator[Callable[[str], Asked]]:
    """Yield a function that returns one that takes too long for a word."""
    with contextlib.ExitStack() as stack:
        yield lambda word: stack.enter_context(Asked(slow=word))


def outcomes(record: SuiteRunRecord) -> list[str]:
    """Return the outcome of each check, in order."""
    return [result.outcome.value for result in record.results]


def test_the_culprit_of_a_grouped_scan_stands_alone(asked: Asked) -> None:
    record = asked.run(c.not_null("id", by="g"), c.mean("zz", at_most=9, by="g"), c.column_max("id", at_most=9, by="g"))
    assert outcomes(record) == ["passed", "errored", "passed"]
    assert "zz" in record.results[1].reason
    assert all("GROUP BY" in sql for sql in asked.statements if "m0" in sql), "the parts are grouped too"


def test_the_culprit_of_a_grouping_takes_its_pair_along_and_nobody_else(asked: Asked) -> None:
    record = asked.run(c.unique("zz"), c.distinct_count("zz", at_least=1), c.unique("id"), c.distinct_count("id", equals=5))
    assert outcomes(record) == ["errored", "errored", "passed", "passed"]
    assert "zz" in record.results[1].reason


def test_a_pair_of_which_one_alone_is_refused(asked: Asked) -> None:
    """The rows of the count overflow in no database, so the refusal is a time limit on the sum."""
    asked._slow = "CASE WHEN n > 1"
    record = asked.run(c.unique("id"), c.distinct_count("id", equals=5))
    assert outcomes(record) == ["errored", "errored"]
    assert "ended after 60 s" in record.results[0].reason
    assert len([sql for sql in asked.statements if "groups_of_rows" in sql]) == 1, "what takes too long is not asked again in parts"


def test_another_table_that_is_missing_is_errored_alone(asked: Asked) -> None:
    record = asked.run(c.row_count(same_as="missing"), c.row_count(equals=5), c.row_count(same_as="p", fail_above=2), c.not_null("id"))
    assert outcomes(record) == ["errored", "passed", "passed", "passed"]
    assert "missing" in record.results[0].reason


def test_another_table_is_counted_after_a_split_even_where_this_one_is_empty(asked: Asked) -> None:
    record = asked.run(c.row_count(same_as="p"), c.mean("zz", at_most=1), where="id > 99")
    assert outcomes(record) == ["failed", "errored"]
    assert record.results[0].reason.startswith("0 rows, p has 3")


def test_a_scan_that_takes_too_long_is_not_split(slowly: Callable[[str], Asked]) -> None:
    asked = slowly("m0")
    record = asked.run(*[c.not_null(column) for column in ("id", "a", "f", "g")])
    assert outcomes(record) == ["errored"] * 4
    assert len(asked.statements) == 1
    assert record.results[0].reason == "ended after 60 s"


def test_a_part_that_takes_too_long_is_not_split_further(slowly: Callable[[str], Asked]) -> None:
    asked = slowly("7919")
    halves = [c.not_null(column) for column in ("id", "a")] + [c.rows(f"id <> {7919 + n}", name=f"slow {n}") for n in range(4)]
    asked._slow = None
    whole = asked.run(*halves, c.not_null("zz"))
    assert outcomes(whole)[:6] == ["passed", "failed", *["passed"] * 4]
    without = len(asked.statements)

    class Refusing(Asked):
        def fetch_rows(self, sql: str, most: int) -> Sequence[Row]:
            if "zz" in sql:
                self.statements.append(sql)
                raise QueryFailed("no such column: zz")
            return super().fetch_rows(sql, most)

    with Refusing(slow="id <> 7920") as refusing:
        record = refusing.run(*halves, c.not_null("zz"))
    assert "ended after 60 s" in [result.reason for result in record.results]
    assert record.results[-1].reason == "no such column: zz"
    assert len(refusing.statements) <= without


def test_the_second_round_of_z_scores_is_one_scan(asked: Asked) -> None:
    record = asked.run(
        c.z_scores("f", within=1),
        c.z_scores("f", within=2, name="wide"),
        c.z_scores("f", within=1, two_sided=False, name="above"),
        c.z_scores("a", within=1),
        c.mean("f", at_most=9),
    )
    assert outcomes(record) == ["failed", "passed", "failed", "failed", "passed"]
    assert record.queries == 2


def test_the_second_round_of_segments_is_one_scan_for_each_column(asked: Asked) -> None:
    record = asked.run(c.z_scores("f", within=1, by="g"), c.z_scores("id", within=1, by="g"))
    assert len([sql for sql in asked.statements if "BETWEEN" in sql]) == 1
    assert [segment.value for segment in record.results[0].segments] == [None, "u", "v"]


def test_no_second_round_without_a_spread(asked: Asked) -> None:
    record = asked.run(c.z_scores("f", within=1), where="id = 1")
    assert outcomes(record) == ["passed"]
    assert record.queries == 1


def test_too_many_segments_are_errored_with_the_reason(asked: Asked) -> None:
    asked._database.execute("CREATE TABLE many (i INTEGER)")
    asked._database.executemany("INSERT INTO many VALUES (?)", [(n,) for n in range(1, segments.MOST + 2)])
    asked._database.commit()
    record = asked.run(c.row_count(at_least=1, by="i"), c.row_count(at_least=1), table="many")
    assert outcomes(record) == ["errored", "passed"]
    assert record.results[0].reason == "i has more than 10000 values: judge by a column with fewer, or narrow the rows with where"
    record = asked.run(c.row_count(at_least=1, by="i"), table="many", where="i > 1")
    assert outcomes(record) == ["passed"]
    assert len(record.results[0].segments) == segments.KEPT


class Store:
    """A results store with one memory, or none."""

    def __init__(self, remembered: str | None) -> None:
        self.remembered = remembered

    def last_passed(self, check_id: str) -> str | None:
        if self.remembered == "down":
            raise StoreUnreachable("no answer")
        return self.remembered


@pytest.mark.parametrize(
    ("remembered", "outcome", "reason"),
    [
        pytest.param(None, "passed", "first run: 4 columns are remembered", id="never"),
        pytest.param('{"id": "INTEGER", "a": "INTEGER", "f": "REAL", "g": "TEXT"}', "passed", "the 4 columns are unchanged", id="the same"),
        pytest.param(
            '{"id": "INTEGER", "a": "TEXT", "f": "REAL", "h": "TEXT"}',
            "failed",
            "h TEXT was dropped; g TEXT was added; a was TEXT and is INTEGER",
            id="changes",
        ),
        pytest.param(
            "down", "errored", "the results store, which remembers the last run, cannot be read: no answer", id="a store that is down"
        ),
        pytest.param(
            "no JSON", "errored", "'no JSON', remembered of the last run in which this check passed, are no columns", id="no columns"
        ),
    ],
)
def test_the_schema_of_the_last_run(asked: Asked, remembered: str | None, outcome: str, reason: str) -> None:
    (result,) = asked.run(c.schema_unchanged(), history=Store(remembered)).results
    assert (result.outcome, result.reason) == (outcome, reason)


def test_checks_of_the_schema_of_a_missing_table_are_errored(asked: Asked) -> None:
    record = asked.run(c.schema_is(["a"]), c.schema_unchanged(), c.column_count(equals=1), c.row_count(at_least=1), table="missing")
    assert outcomes(record) == ["errored"] * 4
    assert record.results[0].reason == "the table has no columns: it is missing, or may not be read"
