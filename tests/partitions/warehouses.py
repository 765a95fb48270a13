"""A partitioned table in a database of each dialect, and ways to change and to judge it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.engines.warehouse import Warehouse
from airflow_dre.partitions.arguments import Choice
from airflow_dre.partitions.values import split_by
from airflow_dre.services.partitions.run import Partitioning, PartitionStateStore, ask_partitions
from airflow_dre.services.quality.run import Suite, run_suite
from airflow_dre.services.run_context import RunContext
from airflow_dre.sql.dialects import find_dialect
from airflow_dre.sql.scope import Scope
from airflow_dre.store.records import PartitionState, PartitionStates, SuiteRunRecord
from airflow_dre.values.dataset import DatasetName
from airflow_dre.values.scalars import Row
from tests.hooks import Hook
from tests.oracle.tables import stored

NOW = datetime(2026, 2, 1, tzinfo=UTC)
CHANGES = "SELECT day, version FROM versions"
TYPES = {
    "sqlite": "day DATE, n INTEGER, q DECIMAL(12,3), x DOUBLE, s TEXT, t TIMESTAMP",
    "duckdb": "day DATE, n BIGINT, q DECIMAL(12,3), x DOUBLE, s VARCHAR, t TIMESTAMP",
    "postgres": "day DATE, n BIGINT, q NUMERIC(12,3), x DOUBLE PRECISION, s TEXT, t TIMESTAMP",
}


class Recorded(Warehouse):
    """A warehouse that keeps the statements it was asked."""

    def __init__(self, hook: Hook) -> None:
        super().__init__(hook)
        self.asked: list[str] = []

    def fetch_rows(self, sql: str, most: int) -> Sequence[Row]:
        self.asked.append(sql)
        return super().fetch_rows(sql, most)


class Remembered:
    """A store of states for one test, in which an earlier scan never replaces a later one."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str, str], tuple[datetime, PartitionState]] = {}

    def read(self, split: str, forms: Sequence[str]) -> list[PartitionState]:
        """Return the kept states."""
        return [state for (of, form, _), (_, state) in self.kept.items() if of == split and form in forms]

    def save(self, found: PartitionStates) -> None:
        """Keep the states of one scan."""
        for state in found.states:
            key = (found.split, state.form, state.partition)
            if key not in self.kept or self.kept[key][0] <= found.measured_at:
                self.kept[key] = (found.measured_at, state)
        for key in [key for key in self.kept if key[0] == found.split and key[2] in found.gone]:
            del self.kept[key]


@dataclass
class Days:
    """The table ``t``, partitioned by ``day``, and the table ``versions``."""

    hook: Hook
    connection: Any
    """Commits by itself."""
    memory: PartitionStateStore = field(default_factory=Remembered)
    version: int = 0
    runs: int = 0
    asked: list[str] = field(default_factory=list)
    """The statements of the last run."""

    def create(self) -> None:
        """Make both tables anew."""
        for table in ("t", "versions"):
            self.run(f"DROP TABLE IF EXISTS {table}")
        self.run(f"CREATE TABLE t ({TYPES[self.hook.conn_type]})")
        self.run("CREATE TABLE versions (day DATE, version INTEGER)")

    def run(self, sql: str, values: Sequence[Any] = ()) -> None:
        """Run a statement."""
        kind = self.hook.conn_type
        given = [stored(value, kind) for value in values]
        if kind == "postgres":
            self.connection.execute(sql.replace("?", "%s"), given or None)
        else:
            self.connection.execute(sql, given)

    def append(self, day: date | None, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows to a day."""
        given = [(day, *row) for row in rows]
        if given:
            marks = ", ".join(["(?, ?, ?, ?, ?, ?)"] * len(given))
            self.run(f"INSERT INTO t VALUES {marks}", [value for row in given for value in row])
        self._touch(day, bool(given))

    def clear(self, day: date | None) -> None:
        """Take all rows of a day away."""
        self.run(f"DELETE FROM t WHERE {self._is(day)}", [] if day is None else [day])
        self.run(f"DELETE FROM versions WHERE {self._is(day)}", [] if day is None else [day])

    def _touch(self, day: date | None, there: bool) -> None:
        self.version += 1
        if there:
            self.run(f"DELETE FROM versions WHERE {self._is(day)}", [] if day is None else [day])
            self.run("INSERT INTO versions VALUES (?, ?)", [day, self.version])

    @staticmethod
    def _is(day: date | None) -> str:
        return "day IS NULL" if day is None else "day = ?"

    def judged(
        self,
        declared: Sequence[Declaration],
        choice: str = "run",
        key: str | None = None,
        *,
        by: str = "day",
        where: str | None = None,
        changes: str | None = CHANGES,
        table: str = "t",
        interval: tuple[datetime, datetime] | None = None,
    ) -> SuiteRunRecord:
        """Return the verdict from states."""
        self.runs += 1
        start, end = interval or (None, None)
        context = RunContext(partition_key=key, data_interval_start=start, data_interval_end=end)
        suite = replace(self._suite(declared, where, table), context=context)
        partitioning = Partitioning(by=split_by(by), choice=Choice(choice), changes=changes if choice == "changed" else None)
        warehouse = Recorded(self.hook)
        try:
            now = NOW + timedelta(seconds=self.runs)
            return run_suite(suite, warehouse, now, strategy=ask_partitions(suite, partitioning, self.memory, now)).record
        finally:
            self.asked = warehouse.asked
            warehouse.close()

    def scanned(self, declared: Sequence[Declaration], where: str | None = None) -> SuiteRunRecord:
        """Return the verdict from a scan of every row."""
        warehouse = Warehouse(self.hook)
        try:
            return run_suite(self._suite(declared, where, "t"), warehouse, NOW).record
        finally:
            warehouse.close()

    def _suite(self, declared: Sequence[Declaration], where: str | None, table: str) -> Suite:
        scope = Scope((table,), where, find_dialect(self.hook.conn_type))
        return Suite(name="s", dataset=DatasetName("n", table), scope=scope, checks=parse_checks(declared))
