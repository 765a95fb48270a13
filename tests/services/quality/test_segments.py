"""A check that is judged by a column is as bad as its worst segment, and each segment is judged as its rows alone would be."""

from __future__ import annotations

import contextlib
import sqlite3
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_dre import checks as c
from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.checks.declared.registry import CHECK_KINDS
from airflow_dre.checks.judging import evaluate
from airflow_dre.checks.outcomes import Judgement, worst
from airflow_dre.engines.warehouse import Warehouse
from airflow_dre.services.quality.answers import NOTHING, CountingEngine
from airflow_dre.services.quality.run import answer_rows
from airflow_dre.sql.scope import Scope
from tests.examples import tries

NOW = datetime(2013, 1, 5, tzinfo=UTC)
SEGMENTED = [
    c.not_null("a"),
    c.not_null("a", fail_above="40%", warn_above="10%", where="b > 1"),
    c.null("a", fail_above=1),
    c.not_empty("s"),
    c.unique("a"),
    c.unique("a", "b", where="a > 0"),
    c.distinct_count("a", at_least=2),
    c.distinct_count("a", "b", at_least=1, where="b > 1"),
    c.unique_ratio("a", at_least=0.6),
    c.foreign_key("a", to="p.k"),
    c.between("a", 0, 2),
    c.in_set("a", [0, 1]),
    c.not_in_set("a", [0]),
    c.tuple_in_set("a", "b", values=[(1, 1), (2, 2)], fail_above="50%"),
    c.matches("s", "^x"),
    c.not_matches("s", "y$"),
    c.like("s", "x%"),
    c.not_like("s", "%y"),
    c.length("s", at_least=1, at_most=1),
    c.of_type("s", "integer"),
    c.json_valid("s"),
    c.increasing("a", order_by="id"),
    c.decreasing("a", order_by="id", strictly=True, fail_above=1),
    c.compare("a", "<=", "b"),
    c.sum_equals("a", "b", total=3),
    c.all_differ("a", "b"),
    c.rows("a < b OR a IS NULL"),
    c.z_scores("a", within=1),
    c.row_count(at_least=2, warn_at_least=3),
    c.row_count(at_least=1, where="a > 1"),
    c.column_min("a", at_least=1),
    c.column_max("a", at_most=1),
    c.mean("a", more_than=0.5),
    c.total("a", at_most=3),
    c.stddev("a", at_most=1),
    c.median("a", at_most=1),
    c.quantile("a", 0.75, at_most=1, interpolate=False),
    c.has_values("a", [1]),
    c.most_common("a", [1, 2]),
    c.distribution("a", {0: 1, 1: 1, 2: 1}, at_most=0.3),
    c.distribution("a", {"edges": [0, 1, 3], "weights": [1, 2]}, distance="ks", at_most=0.3),
    c.no_gaps("d", every="day"),
    c.no_gaps("d", every="day", start="2013-01-01", end="2013-01-03", fail_above=1),
    c.metric_sql("SUM(a) - MIN(b)", at_most=1),
    c.fresh("d", max_age="2d", warn_age="1d"),
]
WHOLE_TABLE = {"column_count", "failed_rows_sql", "schema_is", "schema_unchanged"}
small = st.none() | st.integers(0, 3)
texts = st.none() | st.sampled_from(["", "x", "xy", "1", "[1]"])
days = st.none() | st.sampled_from(["2013-01-01", "2013-01-02", "2013-01-04"])
rows = st.lists(st.tuples(small, small, texts, days, st.none() | st.sampled_from(["u", "v", "", "O'Hare"])), max_size=9)


class Database:
    """A SQLite with one table."""

    conn_type = "sqlite"

    def __init__(self, table: list[tuple[Any, ...]]) -> None:
        self._connection = sqlite3.connect(":memory:")
        self._connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b INTEGER, s TEXT, d TEXT, g TEXT)")
        self._connection.executemany("INSERT INTO t (a, b, s, d, g) VALUES (?, ?, ?, ?, ?)", table)
        self._connection.executescript("CREATE TABLE p (k INTEGER); INSERT INTO p VALUES (1), (2), (NULL)")
        self._warehouse = Warehouse(self)

    def get_conn(self) -> Any:
        return self._connection

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def judge(self, declaration: Declaration, where: str | None = None) -> Judgement:
        """Return the result of a check of the rows that meet the filter of the suite."""
        (check,) = parse_checks([declaration])
        scope = Scope(("t",), where, self._warehouse.dialect)
        return evaluate(check, answer_rows([check], scope, CountingEngine(self._warehouse), NOTHING, None).values, NOW)


def test_every_kind_that_looks_at_rows_is_tried() -> None:
    assert {declaration.kind for declaration in SEGMENTED} == set(CHECK_KINDS) - WHOLE_TABLE


@pytest.mark.parametrize("declaration", SEGMENTED, ids=repr)
@tries(15)
@given(table=rows)
def test_each_segment_is_judged_as_its_rows_alone(declaration: Declaration, table: list[tuple[Any, ...]]) -> None:
    with contextlib.closing(Database(table)) as database:
        whole = database.judge(Declaration(declaration.kind, {**declaration.arguments, "by": "g"}))
        alone = {
            segment: database.judge(declaration, "g IS NULL" if segment is None else "g = '{}'".format(segment.replace("'", "''")))
            for segment in {row[4] for row in table}
        }
    assert whole.outcome is worst([judgement.outcome for judgement in alone.values()])
    seen: dict[str | None, Judgement] = {segment.value: segment.judgement for segment in whole.segments}
    assert {segment: (one.outcome, str(one.reason), one.violations, one.rows) for segment, one in seen.items()} == {
        segment: (one.outcome, str(one.reason), one.violations, one.rows) for segment, one in alone.items()
    }
    ranks = [one.outcome.rank for one in seen.values()]
    assert ranks == sorted(ranks, reverse=True), "the worst come first"
