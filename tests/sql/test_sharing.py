"""Metrics that share a statement: one scan for all checks, one grouping for each key, one grouped scan for each column of segments."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_dre import checks as c
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.checks.judging import first_round
from airflow_dre.checks.metrics import MostCommon, OtherRowCount, PerSegment, RowCount, ValueCount
from airflow_dre.checks.segments import MOST
from airflow_dre.sql.dialects import find_dialect
from airflow_dre.sql.plan import MOST_ROWS, Statement, plan
from airflow_dre.sql.scope import Scope
from tests.databases import REAL_DIALECTS


def planned(*declarations: Any, dialect: str = "duckdb") -> tuple[Statement, ...]:
    """Return the statements that checks take in their first round."""
    asked = [metric for check in parse_checks(declarations) for metric in first_round(check)]
    return plan(asked, Scope(("t",), None, find_dialect(dialect)))


@pytest.mark.parametrize(
    ("declarations", "statements"),
    [
        pytest.param([c.unique("a"), c.distinct_count("a", at_least=1), c.unique_ratio("a", at_least=0)], 2, id="one key: one grouping"),
        pytest.param([c.unique("a", "b"), c.distinct_count("a", "b", at_least=1)], 2, id="one key of two columns: one grouping"),
        pytest.param([c.unique("a"), c.distinct_count("a", at_least=1, where="b > 1")], 3, id="another filter: another grouping"),
        pytest.param([c.unique("a", "b"), c.unique("b", "a")], 3, id="another order of columns: another grouping"),
        pytest.param([c.unique("a"), c.unique("b"), c.unique("a", "b")], 4, id="three keys: a scan and three groupings"),
        pytest.param(
            [c.not_null("a", by="g"), c.mean("b", at_least=1, by="g"), c.between("a", 1, 2, by="g")], 1, id="one column: one grouped scan"
        ),
        pytest.param([c.not_null("a", by="g"), c.not_null("a", by="h"), c.not_null("a")], 3, id="two columns of segments, and none"),
        pytest.param(
            [c.unique("a", by="g"), c.distinct_count("a", at_least=1, by="g"), c.unique("a")], 4, id="groupings by segment and not"
        ),
        pytest.param([c.row_count(at_least=1), c.row_count(same_as="p", fail_above=3)], 1, id="another table is counted in the scan"),
        pytest.param(
            [c.z_scores("a", within=3), c.mean("a", at_least=1), c.stddev("a", at_most=9)], 1, id="z_scores shares mean and variance"
        ),
        pytest.param(
            [c.has_values("a", [1, 2]), c.distribution("a", {1: 0.5, 2: 0.5}, at_most=1)], 1, id="values are counted once for both"
        ),
        pytest.param([c.schema_is(["a"]), c.column_count(equals=1), c.schema_unchanged()], 1, id="the catalogue is read once"),
        pytest.param(
            [c.most_common("a", [1]), c.most_common("a", [1], name="m")], 1, id="the most common value is looked for once in one list"
        ),
        pytest.param([c.most_common("a", [1]), c.most_common("a", [2], name="m")], 1, id="the database looks for it in each list at once"),
        pytest.param(
            [c.no_gaps("d", every="day"), c.no_gaps("d", every="day", start="2013-01-01", name="n")], 1, id="days are listed once"
        ),
        pytest.param(
            [c.quantile("a", 0.9, at_most=1), c.median("a", at_most=1), c.mean("a", at_most=1)], 1, id="quantiles are in the scan"
        ),
        pytest.param(
            [c.foreign_key("a", to="p.k"), c.foreign_key("a", to="p.k", fail_above="1%", name="f")], 2, id="orphans are counted once"
        ),
        pytest.param([c.increasing("a", order_by="b"), c.decreasing("a", order_by="b")], 3, id="each order is a pass of its own"),
    ],
)
def test_checks_share_statements(declarations: list[Any], statements: int) -> None:
    found = planned(*declarations, dialect="duckdb")
    assert len(found) == statements, [statement.sql for statement in found]
    answered = [(statement.by, metric) for statement in found for metric in statement.metrics]
    assert len(answered) == len(set(answered)), "each metric is asked once"


def test_quantiles_are_asked_alone_where_they_are_no_aggregate() -> None:
    found = planned(c.quantile("a", 0.9, at_most=1), c.median("a", at_most=1), c.mean("a", at_most=1), dialect="sqlite")
    assert [len(statement.metrics) for statement in found] == [1, 1, 1]


def test_the_column_of_segments_counts_as_a_column_of_the_scan() -> None:
    dialect = find_dialect("postgres")
    metrics = [PerSegment(by="g", metric=ValueCount(column=f"c{n}")) for n in range(dialect.limits.columns)]
    assert [len(statement.metrics) for statement in plan(metrics, Scope(("t",), None, dialect))] == [dialect.limits.columns - 1, 1]


def test_how_many_rows_are_taken() -> None:
    scope = Scope(("t",), None, find_dialect("postgres"))
    (whole,) = plan([RowCount()], scope)
    (segments,) = plan([PerSegment(by="g", metric=RowCount())], scope)
    (listed,) = plan([PerSegment(by="g", metric=MostCommon(column="a"))], scope)
    assert [statement.most_rows for statement in (whole, segments, listed)] == [1, MOST + 1, MOST_ROWS + 1]
    assert "LIMIT" not in whole.sql
    assert segments.sql.endswith(f"LIMIT {MOST + 1}")
    assert listed.sql.endswith(f"LIMIT {MOST_ROWS + 1}")


def test_another_table_alone_is_counted_without_a_row_of_this_one() -> None:
    (statement,) = plan([OtherRowCount(table="p")], Scope(("t",), "a = 1", find_dialect("postgres")))
    assert statement.sql == 'SELECT (SELECT COUNT(*) FROM "p") AS m0'


@pytest.mark.parametrize("dialect", REAL_DIALECTS)
def test_the_sql_does_not_depend_on_who_asked_before(dialect: str) -> None:
    declared = [c.not_null("a"), c.unique("a", by="g"), c.not_null("a", by="g"), c.mean("a", at_least=1)]
    assert planned(*declared, dialect=dialect) == planned(*declared, *[c.not_null("a", name="again")], dialect=dialect)
