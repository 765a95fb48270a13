"""Running an example's suite on the engine, and keeping what it was asked."""

from __future__ import annotations

from collections.abc import Sequence

from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.engines.spark.engine import SparkEngine
from airflow_dre.engines.warehouse import Warehouse
from airflow_dre.services.quality.run import Suite, run_suite
from airflow_dre.sql.dialect import Dialect
from airflow_dre.sql.dialects import find_dialect
from airflow_dre.sql.scope import Scope
from airflow_dre.store.records import SuiteRunRecord
from airflow_dre.values.dataset import DatasetName
from airflow_dre.values.scalars import Row
from tests.hooks import Hook
from tests.oracle.compare import remembered_columns
from tests.oracle.declared import Example
from tests.oracle.naive_tables import catalogue
from tests.oracle.verdicts import NOW
from tests.oracle.world import World


class Recorded:
    """An engine that keeps the statements it was asked."""

    def __init__(self, engine: Warehouse | SparkEngine) -> None:
        self.engine = engine
        self.asked: list[str] = []
        self.refused = 0

    @property
    def dialect(self) -> Dialect:
        return self.engine.dialect

    @property
    def name(self) -> str:
        return self.engine.name

    @property
    def queries(self) -> int:
        return self.engine.queries

    def fetch_rows(self, sql: str, most: int) -> Sequence[Row]:
        self.asked.append(sql)
        try:
            return self.engine.fetch_rows(sql, most)
        except Exception:
            self.refused += 1
            raise


class Memory:
    """A history that remembers one text."""

    def __init__(self, text: str | None) -> None:
        self.text = text

    def last_passed(self, check_id: str) -> str | None:
        return self.text


def run(example: Example, world: World) -> tuple[SuiteRunRecord, Recorded]:
    """Load an example and run its suite."""
    world.load(example.contents)
    return run_loaded(example, world)


def run_loaded(example: Example, world: World) -> tuple[SuiteRunRecord, Recorded]:
    """Run an example's suite on what the tables hold."""
    world.where = example.where
    dialect = find_dialect(world.dialect)
    suite = Suite(
        name="s",
        dataset=DatasetName("n", "t"),
        scope=Scope(("t",), example.where, dialect),
        checks=parse_checks(example.declared),
    )
    engine = SparkEngine(world.connect()) if world.dialect == "spark" else Warehouse(Hook(world.dialect, world.connect))
    warehouse = Recorded(engine)
    try:
        memory = Memory(remembered_columns(catalogue(world.dialect), example.remembered))
        return run_suite(suite, warehouse, NOW, memory).record, warehouse
    finally:
        engine.close()
