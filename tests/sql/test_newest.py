"""The statements that find newest values, and the moments of changes that databases keep."""

from __future__ import annotations

import pytest
import sqlglot

from airflow_dre.checks.metrics import Maximum, MaximumOf
from airflow_dre.errors import DefinitionError
from airflow_dre.sql.dialects import CONNECTION_TYPES, find_dialect
from airflow_dre.sql.newest import NewestQuestion, last_change, most_questions, select_all, select_one
from airflow_dre.sql.plan import plan
from airflow_dre.sql.scope import Scope

KEPT = {
    "gcpbigquery": "SELECT TIMESTAMP_MILLIS(last_modified_time) AS m0 FROM `shop`.`sales`.`__TABLES__` WHERE table_id = 'orders'",
    "snowflake": "SELECT last_altered AS m0 FROM \"shop\".information_schema.tables WHERE table_schema = 'sales' AND table_name = 'orders'",
}


@pytest.mark.parametrize("conn_type", CONNECTION_TYPES)
def test_a_database_keeps_the_moment_of_the_last_change_or_says_why_not(conn_type: str) -> None:
    dialect, table = find_dialect(conn_type), ("shop", "sales", "orders")
    if conn_type in KEPT:
        assert last_change(table, None, dialect, "s") == KEPT[conn_type]
        sqlglot.parse_one(KEPT[conn_type], read=dialect.name)
        return
    with pytest.raises(
        DefinitionError, match="invalid metadata=True. Allowed: a SELECT of the moment, or column, expression, partition or file"
    ):
        last_change(table, None, dialect, "s")


def test_a_table_of_bigquery_needs_its_dataset() -> None:
    with pytest.raises(DefinitionError, match="name the table with its dataset"):
        last_change(("orders",), None, find_dialect("gcpbigquery"), "s")


@pytest.mark.parametrize("table", [("t",), ("s", "t"), ("c", "s", "t")], ids=len)
@pytest.mark.parametrize("column", ["created_at", "dre_column", "dre_part_0", "odd name", 'a"b', "GROUP"])
@pytest.mark.parametrize("conn_type", CONNECTION_TYPES)
def test_the_quick_statement_of_a_plain_name_is_the_planned_one(conn_type: str, column: str, table: tuple[str, ...]) -> None:
    (planned,) = plan([Maximum(column=column)], Scope(table, None, find_dialect(conn_type)))
    assert select_one(NewestQuestion(table, Maximum(column=column)), conn_type) == planned.sql


@pytest.mark.parametrize("conn_type", CONNECTION_TYPES)
def test_the_statement_of_many_questions_is_sql_of_its_database(conn_type: str) -> None:
    questions = [
        NewestQuestion(("s", "orders"), Maximum(column="created_at")),
        NewestQuestion(("s", "orders"), MaximumOf(sql="updated_at")),
        NewestQuestion(("s", "orders"), Maximum(column="created_at"), "id > 1 -- recent"),
        NewestQuestion(("s", "customers"), Maximum(column="created_at")),
        NewestQuestion(("s", "loads"), "SELECT (SELECT MAX(at) FROM loads) AS m0"),
    ]
    sql = select_all(tuple(questions), conn_type)
    assert sql.upper().count("MAX(") == len(questions)
    sqlglot.parse_one(sql, read=find_dialect(conn_type).name)
    assert most_questions(find_dialect(conn_type)) >= 100
