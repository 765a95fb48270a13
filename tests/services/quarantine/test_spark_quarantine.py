"""Failing rows of Spark's tables are copied in one INSERT, once, classic and through Connect, and never moved."""

from __future__ import annotations

import json
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from sqlglot import parse_one

from airflow_dre import checks as c
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.checks.thresholds import read_limit
from airflow_dre.engines.spark.engine import SparkEngine
from airflow_dre.errors import DefinitionError, QuarantineError, QueryFailed
from airflow_dre.incidents.signals import Origin
from airflow_dre.services.quality.run import Suite, run_suite
from airflow_dre.services.quarantine.result import QuarantineResult
from airflow_dre.services.quarantine.spark import copy_by, copy_rows
from airflow_dre.services.quarantine.spec import BrokenRows, QuarantineSpec, find_failing_rows, provenance_of
from airflow_dre.services.run_context import RunContext
from airflow_dre.sql.quarantine.statements import OWN_COLUMNS, FailingCheck, Mode
from airflow_dre.sql.scope import Scope
from airflow_dre.values.dataset import DatasetName
from tests.services.quarantine.quarantine_world import NOW

Quarantine = Callable[..., QuarantineResult]


@pytest.fixture(params=["spark", "spark_connect"])
def session(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Yield a session with a table of orders."""
    found = request.getfixturevalue(request.param)
    found.sql("CREATE TABLE orders (id INT, amount DECIMAL(10, 2), `odd ``x` STRING)")
    found.sql("INSERT INTO orders VALUES (1, 5, 'a'), (2, NULL, 'b'), (2, NULL, 'b'), (3, -1, 'o''hara \\\\ x')")
    yield found
    for table in ("orders", "bad"):
        found.sql(f"DROP TABLE IF EXISTS {table}")


@pytest.fixture
def quarantine(session: Any) -> Quarantine:
    """Run a suite and copy its failing rows."""

    def put(*declared: Any, mode: str = "copy", target: str = "bad", limit: object = None) -> QuarantineResult:
        checks, engine = parse_checks(declared), SparkEngine(session)
        scope = Scope(("orders",), "id < 9", engine.dialect)
        context = RunContext(origin=Origin(dag_id="d", run_id="r1", task_id="t", map_index=-1, try_number=1))
        suite = Suite(name="s", dataset=DatasetName("n", "orders"), scope=scope, checks=checks, context=context)
        try:
            run = run_suite(suite, engine, NOW)
            spec = QuarantineSpec(
                subject="the task",
                rows=find_failing_rows(run.record, checks, run.answers, scope, "error"),
                target=(target,),
                mode=Mode(mode),
                limit=read_limit(limit),
                provenance=provenance_of(run.record),
            )
            return copy_by(engine, spec, NOW)
        finally:
            engine.close()

    return put


def test_each_failing_row_is_copied_once_with_all_its_reasons(session: Any, quarantine: Quarantine) -> None:
    declared = [c.not_null("amount"), c.unique("id"), c.rows("amount >= 0", name='it\'s "odd" \\ x')]
    taken = quarantine(*declared)
    assert (taken.rows, taken.looked_at) == (3, 4)
    found = session.sql("SELECT id, `odd ``x`, dre_checks, dre_dataset, dre_mode, dre_map_index, dre_row_id FROM bad").collect()
    reasons = Counter((row[0], row[1], *(check["name"] for check in json.loads(row[2]))) for row in found)
    assert reasons == {(2, "b", "not_null(amount)", "unique(id)"): 2, (3, "o'hara \\ x", 'it\'s "odd" \\ x'): 1}
    assert {tuple(row[3:6]) for row in found} == {("n/orders", "copy", -1)}
    assert len({row[6] for row in found}) == 3
    assert dict(session.table("bad").dtypes)["amount"] == "decimal(10,2)"
    assert quarantine(*declared).rows == 3, "another try copies nothing"
    assert session.table("bad").count() == 3
    assert session.table("orders").count() == 4


@pytest.mark.parametrize("session", ["spark_connect"], indirect=True)
def test_what_cannot_be_is_refused_and_nothing_is_written(session: Any, quarantine: Quarantine) -> None:
    with pytest.raises(DefinitionError, match="invalid quarantine='move'. Allowed: copy: the tables of Spark have no transaction"):
        quarantine(c.not_null("amount"), mode="move")
    with pytest.raises(DefinitionError, match="another table than the one that is checked"):
        quarantine(c.not_null("amount"), target="orders")
    with pytest.raises(QuarantineError, match="2 of 4 rows of orders break the checks, more than quarantine_limit=1 lets copy to bad"):
        quarantine(c.not_null("amount"), limit=1)
    assert not session.catalog.tableExists("bad")
    own = ", ".join(f"{name} {'INT' if kind == 'INT' else 'STRING'}" for name, kind in OWN_COLUMNS.items())
    session.sql(f"CREATE TABLE bad (id INT, amount DECIMAL(10, 2), {own})")
    with pytest.raises(DefinitionError, match="it lacks odd `x string, which orders has"):
        quarantine(c.not_null("amount"))
    assert session.table("bad").count() == 0


@pytest.mark.parametrize("session", ["spark"], indirect=True)
def test_what_spark_says_of_a_row_is_in_no_cause(session: Any) -> None:
    engine = SparkEngine(session)
    scope = Scope(("orders",), None, engine.dialect)
    suite = Suite(name="s", dataset=DatasetName("n", "orders"), scope=scope, checks=parse_checks([c.not_null("id")]))
    provenance = provenance_of(run_suite(suite, engine, NOW).record)
    engine.close()
    failing = FailingCheck(check_id="1", name="x", condition=parse_one("CAST(`odd ``x` AS INT) > 0", read="spark"))
    rows = BrokenRows(source=scope, checks=(failing,), skipped={})
    spec = QuarantineSpec(subject="the task", rows=rows, target=("bad",), mode=Mode.COPY, limit=None, provenance=provenance)
    connection = SimpleNamespace(conn_id="big", conn_type="spark", host=session.sparkContext.master, port=None, extra_dejson={})
    with pytest.raises(QueryFailed) as error:
        copy_rows(connection, spec, NOW)
    assert "The value '" not in "".join(traceback.format_exception(error.value))
