"""A small warehouse of each kind in which rows are quarantined, for the tests of quarantine and release."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
import psycopg
import pytest

from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.checks.thresholds import read_limit
from airflow_dre.engines.warehouse import opened
from airflow_dre.incidents.signals import Origin
from airflow_dre.services.quality.run import Suite, run_suite
from airflow_dre.services.quarantine.result import QuarantineResult
from airflow_dre.services.quarantine.spec import BrokenRows, QuarantineSpec, find_failing_rows, provenance_of
from airflow_dre.services.quarantine.transfer import transfer_rows
from airflow_dre.services.run_context import RunContext
from airflow_dre.sql.names import split_table
from airflow_dre.sql.quarantine.statements import OWN_COLUMNS, Mode
from airflow_dre.sql.scope import Scope
from airflow_dre.store.records import SuiteRunRecord
from airflow_dre.values.dataset import DatasetName
from tests.hooks import Hook

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
COLUMNS = "id INTEGER, grp VARCHAR(9), amount NUMERIC(10, 2), parent VARCHAR(9)"
ROWS = [
    (1, "a", 5, "x"),
    (1, "a", 5, "x"),
    (2, "b", None, "x"),
    (2, "b", None, "x"),
    (3, None, 100, None),
    (4, None, None, "zz"),
    (5, "c", -4, "z"),
    (6, "c", 6, "z"),
]
"""With NULLs, and rows without a key."""
_PLAIN = {"TIMESTAMPTZ": "TIMESTAMP", "INT": "INTEGER", "TEXT": "TEXT"}
OWN = ", ".join(f"{name} {_PLAIN[kind]}" for name, kind in OWN_COLUMNS.items())
"""The columns that a quarantine adds to those of its source, as an author might define them."""


class World:
    """A warehouse: how to connect to it, and what its tables hold."""

    def __init__(self, kind: str, connect: Callable[[], Any]) -> None:
        self.kind = kind
        self.connect = connect
        self.hook = Hook(kind, connect)

    def do(self, *statements: str) -> None:
        """Run statements."""
        with contextlib.closing(self.connect()) as connection:
            cursor = connection.cursor()
            for statement in statements:
                cursor.execute(statement)
            connection.commit()

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Return all rows of a query."""
        with contextlib.closing(self.connect()) as connection:
            cursor = connection.cursor()
            cursor.execute(sql)
            return [tuple(row) for row in cursor.fetchall()]

    def fill(self, table: str = "orders", rows: Sequence[tuple[Any, ...]] = tuple(ROWS), columns: str = COLUMNS) -> None:
        """Make a table with rows."""
        with contextlib.closing(self.connect()) as connection:
            cursor = connection.cursor()
            cursor.execute(f"CREATE TABLE {table} ({columns})")
            mark = "%s" if self.kind == "postgres" else "?"
            cursor.executemany(f"INSERT INTO {table} VALUES ({', '.join([mark] * len(rows[0]))})", list(rows))
            connection.commit()

    def rows(self, table: str, columns: str = "id, grp, amount, parent") -> list[tuple[Any, ...]]:
        """Return the rows of a table in a fixed order, or an empty list if it does not exist."""
        if not self.is_there(table):
            return []
        found = [
            tuple(None if v is None else float(v) if not isinstance(v, str) else v for v in row)
            for row in self.ask(f"SELECT {columns} FROM {table}")
        ]
        return sorted(found, key=repr)

    def is_there(self, table: str) -> bool:
        """Return whether a table can be read."""
        try:
            self.ask(f"SELECT 1 FROM {table} WHERE 1 = 0")
        except (sqlite3.OperationalError, duckdb.CatalogException, psycopg.errors.UndefinedTable):
            return False
        return True


def make_world(kind: str, folder: Path, request: pytest.FixtureRequest) -> World:
    """Return an empty warehouse of a kind."""
    if kind == "postgres":
        address, schema = request.getfixturevalue("postgres_address"), f"w{uuid4().hex}"
        with psycopg.connect(address) as connection:  # a schema costs a tenth of a database
            connection.execute(f"CREATE SCHEMA {schema}")
        return World(kind, partial(psycopg.connect, address, options=f"-c search_path={schema}"))
    if kind == "duckdb":
        return World(
            kind, duckdb.connect().cursor
        )  # each a connection of its own to one database in memory, where a file costs ten times more
    return World(kind, partial(sqlite3.connect, str(folder / "w.db")))


@dataclass(frozen=True)
class Asked:
    """A suite that was run, ready to quarantine its failing rows."""

    run: SuiteRunRecord
    rows: BrokenRows

    def quarantine(self, hook: Any, target: str = "bad", mode: str = "move", limit: object = "100%") -> QuarantineResult:
        """Quarantine the failing rows."""
        spec = QuarantineSpec(
            subject="the task",
            rows=self.rows,
            target=split_table(target),
            mode=Mode(mode),
            limit=read_limit(limit),
            provenance=provenance_of(self.run),
            try_number=self.run.origin.try_number,
        )
        return transfer_rows(hook, spec, NOW)


def ask_suite(
    hook: Any,
    *declared: Declaration,
    table: str = "orders",
    where: str | None = None,
    on: str = "error",
    run_id: str = "r1",
    try_number: int = 1,
) -> Asked:
    """Run a suite."""
    checks = parse_checks(declared)
    with opened(hook) as warehouse:
        scope = Scope(split_table(table), where, warehouse.dialect)
        origin = Origin(dag_id="d", run_id=run_id, task_id="check", map_index=-1, try_number=try_number)
        context = RunContext(origin=origin)
        suite = Suite(name="d.check", dataset=DatasetName("n", table), scope=scope, checks=checks, context=context)
        run = run_suite(suite, warehouse, NOW)
    return Asked(run.record, find_failing_rows(run.record, checks, run.answers, scope, on))
