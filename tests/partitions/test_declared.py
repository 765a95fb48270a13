"""Tables that PostgreSQL partitions itself, whose catalogue shows which partitions changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from airflow_dre import checks as c
from airflow_dre.partitions.bounds import NativePartition, read_native_partitions
from airflow_dre.values.scalars import Incomparable
from tests.hooks import Hook
from tests.partitions.warehouses import Days

COUNT = c.row_count(at_least=1)


@pytest.fixture
def declared(request: pytest.FixtureRequest) -> Iterator[tuple[Days, Callable[[str], None]]]:
    """Yield a function that runs a statement on the table ``t``, by month, in a session whose counts arrive when it ends."""
    url = sa.make_url(request.getfixturevalue("postgres_url")).set(drivername="postgresql").render_as_string(hide_password=False)

    def run(sql: str) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(sql)
            connection.execute("SELECT pg_stat_force_next_flush()")  # or the counts arrive when the server gets round to ending the session

    run("CREATE TABLE t (day DATE, n INTEGER) PARTITION BY RANGE (day)")
    for month in range(1, 5):
        run(f"CREATE TABLE t_{month} PARTITION OF t FOR VALUES FROM ('2026-0{month}-01') TO ('2026-0{month + 1}-01')")
        if month < 4:
            run(f"INSERT INTO t VALUES ('2026-0{month}-05', 1), ('2026-0{month}-06', 2)")
    with psycopg.connect(url, autocommit=True) as connection:
        yield Days(Hook("postgres", lambda: psycopg.connect(url)), connection), run


def looked(days: Days) -> tuple[str | None, tuple[int, int] | None]:
    """Return the rows of the whole table, and how many days were scanned of how many."""
    run = days.judged([COUNT], "changed", changes=None)
    assert run.results[0].outcome == "passed", run.results[0].reason
    return run.results[0].observed, run.partitions


@pytest.mark.postgres
def test_the_tables_that_changed_are_scanned(declared: tuple[Days, Callable[[str], None]]) -> None:
    days, run = declared
    assert looked(days) == ("6", (6, 6)), "nothing was known"
    assert looked(days) == ("6", (0, 6))
    run("INSERT INTO t VALUES ('2026-02-07', 3)")
    assert looked(days) == ("7", (3, 7)), "the days of February"
    run("UPDATE t SET n = 9 WHERE day = '2026-03-05'")
    run("DELETE FROM t WHERE day = '2026-01-05'")
    assert looked(days) == ("6", (3, 6)), "the rest of January, and March"
    run("TRUNCATE t_3")
    run("INSERT INTO t VALUES ('2026-04-01', 1)")
    assert looked(days) == ("5", (1, 5)), "what is empty now is forgotten, what is new is there"
    run("ALTER TABLE t DETACH PARTITION t_2")
    assert looked(days) == ("2", (0, 2))
    assert looked(days) == ("2", (0, 2))


@pytest.mark.postgres
def test_only_the_changed_tables_are_read(declared: tuple[Days, Callable[[str], None]]) -> None:
    days, run = declared
    looked(days)
    run("INSERT INTO t VALUES ('2026-02-07', 3)")
    looked(days)
    plan = "\n".join(row[0] for row in days.connection.execute(f"EXPLAIN {days.asked[-1]}"))
    assert "t_2" in plan
    assert "t_1" not in plan and "t_3" not in plan


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("by", "before", "reason"),
    [
        ("n", [], "the database partitions the table by day, not by n: set changes="),
        ("day + 1", [], "not by an expression: set changes="),
        (
            "day",
            ["CREATE TABLE t_other PARTITION OF t DEFAULT", "INSERT INTO t VALUES ('2030-01-01', 1)"],
            "the default partition has rows, which may belong to any partition: set changes=",
        ),
        (
            "day",
            ["ALTER TABLE t RENAME TO u", "CREATE TABLE t AS SELECT * FROM u"],
            "the database does not partition the table: set changes=",
        ),
    ],
)
def test_what_the_catalogue_does_not_tell_is_an_error(
    declared: tuple[Days, Callable[[str], None]], by: str, before: list[str], reason: str
) -> None:
    days, run = declared
    for statement in before:
        run(statement)
    found = days.judged([COUNT], "changed", changes=None, by=by)
    assert (found.results[0].outcome, reason in found.results[0].reason) == ("errored", True), found.results[0].reason


def test_other_databases_say_what_to_do(days: Days) -> None:
    if days.hook.conn_type == "postgres":
        pytest.skip("it lists them")
    found = days.judged([COUNT], "changed", changes=None)
    assert "does not show which partitions changed: set changes=, one SELECT" in found.results[0].reason


@pytest.mark.parametrize(
    ("bounds", "like", "expected"),
    [
        ("FOR VALUES FROM (1) TO (5)", 3, NativePartition("v", 8, 1, 5)),
        ("FOR VALUES FROM (MINVALUE) TO ('-5')", 3, NativePartition("v", 8, None, -5)),
        ("FOR VALUES IN ('a', 'b''c', NULL)", "a", NativePartition("v", 8, values=("a", "b'c", None))),
    ],
)
def test_bounds_are_read_as_values_of_the_column(bounds: str, like: Any, expected: NativePartition) -> None:
    assert read_native_partitions([("k", bounds, "v", 8)], "k", like) == [expected]


@pytest.mark.parametrize("bounds", ["FOR VALUES WITH (modulus 2, remainder 0)", "FOR VALUES FROM (noon) TO (night)"])
def test_bounds_that_name_no_values_are_refused(bounds: str) -> None:
    with pytest.raises(Incomparable, match="not by values, but|is no int, as 1 is"):
        read_native_partitions([("k", bounds, "v", 8)], "k", 1)
