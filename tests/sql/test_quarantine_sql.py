"""The statements that write to a user's tables, as golden SQL of each database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlglot import exp

from airflow_dre import checks as c
from airflow_dre.checks.aspects.failing import failing_rows_of
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.sql.dialect import Dialect, Refusal, Writing
from airflow_dre.sql.dialects import DIALECTS
from airflow_dre.sql.quarantine import release
from airflow_dre.sql.quarantine import statements as quarantine
from airflow_dre.sql.quarantine.failing import failing
from airflow_dre.sql.quarantine.release import Review
from airflow_dre.sql.quarantine.shape import shape_mismatch
from airflow_dre.sql.quarantine.statements import FailingCheck, Mode, Provenance, QuarantineQuery
from airflow_dre.sql.scope import Scope

GOLDEN = Path(__file__).parent / "golden" / "quarantine"
WRITTEN = {name: dialect for name, dialect in DIALECTS.items() if isinstance(dialect.writing, Writing)}
PROVENANCE = Provenance(
    batch="b1",
    dataset="postgres://h:1/shop.orders",
    suite="it's",
    dag_id="d",
    run_id="r",
    task_id=None,
    map_index=-1,
)


def rows_of(dialect: Dialect) -> QuarantineQuery:
    """Return rows that break two checks, in a table with an odd column."""
    scope = Scope(("shop", "orders"), "day = '2026-01-01'", dialect)
    failing_checks: list[FailingCheck] = []
    for check in parse_checks([c.not_null("amount", name='no "amount"'), c.unique("id")]):
        metric = failing_rows_of(check, dict.fromkeys(check.metrics(), 1))
        assert metric is not None
        condition = failing(metric, scope)
        assert isinstance(condition, exp.Expr)
        failing_checks.append(FailingCheck(check_id=check.id, name=check.name, condition=condition))
    assert isinstance(dialect.writing, Writing)
    columns = (("id", "INTEGER"), ("amount", "NUMERIC(10, 2)"), ('odd "name', "X); DROP TABLE orders"))
    return QuarantineQuery(
        source=scope,
        columns=columns,
        target=("shop", "bad"),
        mode=Mode.MOVE,
        checks=tuple(failing_checks),
        provenance=PROVENANCE,
        at=datetime(2026, 1, 1, tzinfo=UTC),
        writing=dialect.writing,
    )


def trees(dialect: Dialect) -> Iterator[tuple[str, exp.Expr]]:
    """Yield the statements of each step of a quarantine and of a release."""
    rows = rows_of(dialect)
    if rows.writing.only_inserts:
        yield "make the table", quarantine.create(rows)
        yield "count", quarantine.count(rows)
        yield "copy unless the batch is there", quarantine.copy_once(replace(rows, mode=Mode.COPY))
        yield "count the batch", quarantine.count_batch(rows)
        return
    if rows.writing.lock is not None:
        yield "wait for others", rows.writing.lock(rows.target)
    yield "make the table", quarantine.create(rows)
    yield "forget earlier copies", quarantine.forget_copies(rows)
    yield "count", quarantine.count(rows)
    yield "copy", quarantine.copy(replace(rows, mode=Mode.COPY))
    if rows.writing.follows is not None:
        yield "what a DELETE would change elsewhere", rows.writing.follows(rows.source.table)
    if rows.writing.computed is not None:
        yield "columns that are computed", rows.writing.computed(rows.source.table)
    review = Review(
        quarantine=("shop", "bad"),
        source=("shop", "orders"),
        review_id="v1",
        dataset="n",
        dag_id="d",
        run_id="r",
        batch=None,
        dialect=dialect,
    )
    columns = rows.column_names
    address = rows.address()
    if address is None:
        yield "move", quarantine.move_at_once(rows)
        yield "give back", release.give_back_at_once(review, columns)
    else:
        yield "are there addresses", quarantine.probe_address(rows, address)
        yield "note the addresses", quarantine.pick(rows, address)
        yield "insert", quarantine.insert_picked(rows, address)
        yield "delete", quarantine.delete_picked(rows, address)
        yield "give back", release.give_back(review, columns)
        yield "delete what went back", release.drop_moved(review)
    yield "claim", release.claim_statement(review)
    yield "tally", release.tally(review)
    yield "leave to the next", release.unclaim_statement(review)
    yield "drop", release.drop(review)


@pytest.mark.parametrize("name", sorted(WRITTEN))
def test_golden_sql_of_every_step(name: str) -> None:
    dialect = WRITTEN[name]
    begin = rows_of(dialect).writing.begin
    blocks = [f"-- begin\n{begin};"] if begin else []
    blocks += [f"-- {step}\n{Scope(('t',), None, dialect).render(tree)};" for step, tree in trees(dialect)]
    text = "\n".join(blocks) + "\n"
    path = GOLDEN / f"{name}.sql"
    if os.environ.get("DRE_GOLDEN") == "rewrite":
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text)
    assert text == path.read_text()


def test_other_databases_say_which_are_written_to() -> None:
    assert set(WRITTEN) == {"duckdb", "postgres", "spark", "sqlite"}
    assert {path.stem for path in GOLDEN.glob("*.sql")} == set(WRITTEN)
    refused = {dialect.writing.reason for dialect in DIALECTS.values() if isinstance(dialect.writing, Refusal)}
    assert refused == {"rows can only be quarantined on PostgreSQL, SQLite, DuckDB and Spark"}


@pytest.mark.parametrize(
    ("names", "address"), [(["id"], "rowid"), (["RowId"], "_rowid_"), (["rowid", "_ROWID_"], "oid"), (["rowid", "_rowid_", "oid"], None)]
)
def test_the_address_of_a_row_is_no_column(names: list[str], address: str | None) -> None:
    rows = replace(rows_of(DIALECTS["sqlite"]), columns=tuple((name, "TEXT") for name in names))
    assert rows.address() == address


@pytest.mark.parametrize(
    ("there", "source", "fits"),
    [
        pytest.param("VARCHAR(9)", "text", True, id="both keep text"),
        pytest.param("INT", "BIGINT", True, id="both keep integers"),
        pytest.param("TEXT", "INTEGER", False, id="text would make 007 of 7"),
        pytest.param("", "BLOB", True, id="both keep what comes"),
        pytest.param("TIMESTAMP", "DECIMAL(10, 2)", True, id="both are numeric"),
        pytest.param("FLOATING POINT", "INTEGER", True, id="INT is looked for first"),
    ],
)
def test_types_of_sqlite_are_the_same_where_they_change_no_value(there: str, source: str, fits: bool) -> None:
    own = [(name, "") for name in quarantine.OWN_COLUMNS]
    assert (shape_mismatch([("a", source)], [("a", there), *own], "t", DIALECTS["sqlite"]) is None) == fits
