"""Spark answers as the databases do, classic and through Connect, and keeps the settings of its session."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from airflow_dre import checks as c
from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.engines.callers import GRACE
from airflow_dre.engines.spark import session as spark_session
from airflow_dre.engines.spark.engine import SETTINGS, SparkEngine
from airflow_dre.engines.spark.errors import explained
from airflow_dre.engines.spark.session import conf_of, connect_url, master_of, opened_session
from airflow_dre.errors import DefinitionError, QueryFailed, StatementTimeout, WarehouseUnreachable
from airflow_dre.lineage.naming import name_spark_table
from airflow_dre.services.quality.run import Suite, run_suite
from airflow_dre.services.quality.spark_sources import is_spark_frame, opened_spark_frame, opened_spark_table
from airflow_dre.sql.scope import Scope
from airflow_dre.store.records import ResultRecord, SuiteRunRecord
from airflow_dre.values.dataset import DatasetName
from tests import sparks
from tests.alarms import TaskTimeout, time_is_up
from tests.sql import test_answers as answers

SESSIONS = ["spark", "spark_connect"]
DATASET = DatasetName("n", "t")
LONG = "SELECT COUNT(*) FROM range(200000) WHERE JAVA_METHOD('java.lang.Thread', 'sleep', id * 0 + 50) = ''"


@pytest.fixture(params=SESSIONS)
def session(request: pytest.FixtureRequest) -> Any:
    """Return a session of each kind."""
    return request.getfixturevalue(request.param)


def run(session: Any, declared: list[Any], table: str = "t", where: str | None = None) -> SuiteRunRecord:
    """Return a suite of a view of the session."""
    engine = SparkEngine(session)
    suite = Suite(name="s", dataset=DATASET, scope=Scope((table,), where, engine.dialect), checks=parse_checks(declared))
    try:
        return run_suite(suite, engine, answers.NOW).record
    finally:
        engine.close()


def on_frame(frame: Any, *declared: Any, timeout: timedelta | None = None) -> SuiteRunRecord:
    """Return a suite of a DataFrame."""
    with opened_spark_frame(frame, "data", DATASET, None, timeout) as source:
        suite = Suite(name="s", dataset=source.dataset, scope=source.scope, checks=parse_checks(declared))
        return run_suite(suite, source.engine, answers.NOW).record


def frame_of(session: Any, columns: dict[str, str], rows: list[tuple[Any, ...]]) -> Any:
    """Return rows of texts, each column cast to its type. Moments without a zone are in UTC."""
    names = list(columns)
    texts = [
        tuple(None if value is None else str(value).lower() if isinstance(value, bool) else str(value) for value in row) for row in rows
    ]
    plain = session.createDataFrame(texts, ", ".join(f"c{place} STRING" for place in range(len(names))))
    cast = plain.selectExpr(*[f"CAST(c{place} AS {kind}) AS c{place}" for place, kind in enumerate(columns.values())])
    return cast.toDF(*names)


@pytest.fixture
def filled(session: Any) -> Iterator[Any]:
    """Yield the tables of ``tests/sql/test_answers.py`` as views of the session."""
    kinds = {name: kind.format(**answers.KINDS["spark"]).replace(" PRECISION", "") for name, kind in answers.COLUMNS.items()}
    tables = {
        "t": (kinds, answers.ROWS),
        "parents": ({"k": "INT", "l": "INT"}, [(1, 1), (2, 1), (2, 3), (9, None)]),
        "texts": ({"x": "STRING"}, [(text,) for text in answers.TEXTS]),
        "painful": ({"x": "STRING"}, [(text,) for text in answers.PAINFUL]),
        "zoned": ({"moment": "TIMESTAMP"}, [("2024-01-01 23:30:00-05:00",), ("2024-01-02 23:30:00+05:30",)]),
    }
    for name, (columns, rows) in tables.items():
        frame_of(session, columns, rows).createOrReplaceTempView(name)
    yield session
    for name in tables:
        session.catalog.dropTempView(name)


def renamed(parameters: list[Any]) -> dict[str, tuple[Declaration, Any]]:
    """Return the cases of a table by their ids, each a check of that name, so that all can be asked as one suite."""
    return {
        str(one.id): (Declaration(one.values[0].kind, {**one.values[0].arguments, "name": str(one.id)}), one.values[2])
        for one in parameters
    }


def test_every_check_gives_its_answer(filled: Any) -> None:
    """One suite of more than a hundred checks, so that one scan must serve them all."""
    cases = renamed(answers.CASES)
    assert not any(one.values[1] for one in answers.CASES)
    found = run(filled, [declared for declared, _ in cases.values()])
    wrong = {}
    for result in found.results:
        expected = cases[result.definition.name][1]
        seen = as_expected(result, expected)
        close = pytest.approx(float(expected), rel=1e-12) if isinstance(expected, (float, Decimal)) else expected
        if result.outcome == "errored" or seen != close:
            wrong[result.definition.name] = (seen, expected, result.reason)
    assert wrong == {}
    empty = run(filled, [declared for declared, _ in cases.values()], where="1 = 0")
    assert {result.definition.name: result.reason for result in empty.results if result.outcome == "errored"} == {}


def as_expected(result: ResultRecord, expected: Any) -> Any:
    """Return an observed value in the form of the expected one."""
    if isinstance(expected, tuple):
        return result.violations, result.rows
    if result.definition.kind in ("schema_is", "schema_unchanged"):
        return result.violations
    if result.observed is None:
        return None
    if isinstance(expected, str):
        return result.observed
    return int(result.observed) if isinstance(expected, int) and result.observed.lstrip("-").isdigit() else result.value


def test_a_filter_that_is_a_bare_column_is_no_name_of_the_table(filled: Any) -> None:
    rows, shares, nulls = run(filled, [c.row_count(equals=3), c.not_null("a", by="b"), c.not_null("a", where="b")], where="b").results
    assert (rows.outcome, shares.rows, nulls.rows) == ("passed", 3, 3), rows.reason


def test_segments_readable_texts_and_painful_ones(filled: Any) -> None:
    cases = renamed(answers.SEGMENTED)
    for result in run(filled, [declared for declared, _ in cases.values()]).results:
        expected = cases[result.definition.name][1]
        first = next(iter(expected.values()))
        named = {"True": "y", "False": "x", None: None}
        seen = {named[one.value]: one.violations if isinstance(first, int) else one.observed for one in result.segments}
        assert {name: seen.get(name) for name in expected} == expected, result.reason
    found = run(filled, [c.of_type("x", kind, name=kind) for kind in answers.READABLE], table="texts")
    assert {one.definition.name: len(answers.TEXTS) - (one.violations or 0) for one in found.results} == answers.READABLE
    painful: list[Any] = []
    for place, value in enumerate(answers.PAINFUL):
        like = re.sub(r"([%_\\])", r"\\\1", value)
        pattern = f"^{re.escape(value)}$".replace("\\\n", "\n")
        painful += [c.in_set("x", [value], name=f"in {place}"), c.between("x", value, value, name=f"between {place}")]
        painful += [c.like("x", like, name=f"like {place}"), c.matches("x", pattern, name=f"matches {place}")]
    wrong = {
        one.definition.name: one.reason
        for one in run(filled, painful, table="painful").results
        if one.violations != len(answers.PAINFUL) - 1
    }
    assert wrong == {}


def test_days_begin_in_utc_and_moments_come_in_utc_wherever_python_is(filled: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    try:
        days, hours, fresh, newest = run(
            filled,
            [
                c.no_gaps("moment", every="day"),
                c.no_gaps("moment", every="hour"),
                c.fresh("moment", max_age="365d"),
                c.column_max("moment", at_most=datetime(2024, 1, 2, 18, tzinfo=UTC)),
            ],
            table="zoned",
        ).results
    finally:
        monkeypatch.undo()
        time.tzset()
    assert (days.rows, hours.violations) == (1, 13)
    assert fresh.value == (answers.NOW - datetime(2024, 1, 2, 18, tzinfo=UTC)).total_seconds()
    assert newest.outcome == "passed", newest.reason


def test_a_frame_keeps_its_meaning_and_its_session_is_given_back(session: Any) -> None:
    """A frame keeps the meaning of its author's time zone and ANSI mode, while statements run with ours."""
    before = {name: session.conf.get(name) for name in [*SETTINGS, "spark.sql.adaptive.enabled"]}
    assert before["spark.sql.session.timeZone"] == "America/New_York"
    session.conf.set("spark.sql.ansi.enabled", "false")
    try:
        frame = session.sql(
            "SELECT CAST(at AS DATE) AS day, CAST('x' AS INT) AS number, id FROM VALUES (TIMESTAMP'2024-01-01T03:00:00Z', 1) AS v(at, id)"
        )
        assert is_spark_frame(frame)
        day, number, _ = on_frame(frame, c.in_set("day", [datetime(2023, 12, 31).date()]), c.null("number"), c.row_count(equals=1)).results
        assert (day.outcome, number.outcome) == ("passed", "passed"), (day.reason, number.reason)
        assert session.conf.get("spark.sql.ansi.enabled") == "false"
        (wrapped,) = on_frame(session.sql("SELECT EXPLODE(ARRAY(9223372036854775807, 1)) AS n"), c.total("n", at_most=0)).results
        assert wrapped.outcome == "errored", "without ANSI the sum would be below 0, and pass"
        assert "ARITHMETIC_OVERFLOW" in wrapped.reason
    finally:
        session.conf.set("spark.sql.ansi.enabled", "true")
    assert {name: session.conf.get(name) for name in before} == before
    assert not [table.name for table in session.catalog.listTables() if table.name.startswith("data")]


def test_one_spark_job_answers_the_shareable_metrics(spark: Any, tmp_path: Path) -> None:
    spark.range(0, 10_000, 1, 8).selectExpr("id", "id % 7 AS a", "id / 3 AS f", "CONCAT('t', id % 5) AS s").write.parquet(
        str(tmp_path / "p")
    )
    wide = [check for name in "af" for check in (c.not_null(name), c.column_min(name, at_least=0), c.mean(name, at_least=0))]
    wide += [
        c.between("a", 0, 6),
        c.matches("s", "^t"),
        c.stddev("a", at_least=0),
        c.in_set("s", ["t0"], fail_above="99%"),
        c.total("f", at_least=0),
    ]

    def jobs(group: str, frame: Any, *declared: Any) -> tuple[int, SuiteRunRecord]:
        spark.sparkContext.setJobGroup(group, group)
        try:
            found = on_frame(frame, *declared)
            return len(spark.sparkContext.statusTracker().getJobIdsForGroup(group)), found
        finally:
            spark.sparkContext.setLocalProperty("spark.jobGroup.id", None)

    assert spark.conf.get("spark.sql.adaptive.enabled") == "true"
    number, found = jobs("shared", spark.read.parquet(str(tmp_path / "p")), *wide, c.median("f", at_least=0))
    assert (number, found.queries, found.lookups, found.outcome) == (1, 1, 1, "passed")
    assert spark.conf.get("spark.sql.adaptive.enabled") == "true"
    joined = spark.read.parquet(str(tmp_path / "p")).join(spark.range(7).withColumnRenamed("id", "a").repartition(2), "a")
    number, found = jobs("joined", joined, *wide)
    assert (number > 1, found.queries) == (True, 1), "a join is planned by what its sides hold: adaptively"


def test_a_missing_column_is_the_error_of_its_own_check(session: Any) -> None:
    found = on_frame(session.range(5), c.not_null("id"), c.not_null("nowhere"), c.mean("id", at_least=0), c.unique("id"), c.unique("gone"))
    assert {one.definition.name: one.outcome for one in found.results} == {
        "not_null(id)": "passed", "not_null(nowhere)": "errored", "mean(id)": "passed", "unique(id)": "passed", "unique(gone)": "errored",
    }  # fmt: skip
    reasons = [one.reason for one in found.results if one.outcome == "errored"]
    assert reasons[0].endswith("with name `nowhere` cannot be resolved. Did you mean one of the following? [`id`].")
    assert all(reason.startswith("[UNRESOLVED_COLUMN.WITH_SUGGESTION]") and "\n" not in reason for reason in reasons)


REFUSED = {
    "SELECT nope FROM nowhere": "[TABLE_OR_VIEW_NOT_FOUND] The table or view `nowhere` cannot be found. "
    "Verify the spelling and correctness of the schema and catalog.",
    "SELEC 1": "[PARSE_SYNTAX_ERROR] Syntax error at or near 'SELEC'.",
    "SELECT CAST(s AS INT) FROM VALUES ('secret-4711'), ('1') AS v(s)": "[CAST_INVALID_INPUT] The value '…' of the type \"STRING\" cannot "
    'be cast to "INT" because it is malformed. Correct the value as per the syntax, or change its target type. '
    "Use `try_cast` to tolerate malformed input and return NULL instead.",
    "SELECT SUM(n) FROM VALUES (9223372036854775807), (1) AS v(n)": "[ARITHMETIC_OVERFLOW] overflow. "
    "Use 'try_add' to tolerate overflow and return NULL instead.",
    "SELECT DATE'9999-12-31' + INTERVAL 1 DAY": "year 10000 is out of range, date value out of range",
}


def test_what_spark_refuses_is_said_in_a_line_without_plans_stacks_or_data(session: Any, capfd: pytest.CaptureFixture[str]) -> None:
    engine = SparkEngine(session)
    for sql, said in REFUSED.items():
        with pytest.raises(QueryFailed) as refused:
            engine.fetch_rows(sql, 1)
        assert str(refused.value) in said
    assert engine.fetch_rows("SELECT 1, 'a', CAST(1.5 AS DECIMAL(9, 2)), CAST(NULL AS DATE)", 1) == [(1, "a", Decimal("1.50"), None)]
    engine.close()
    assert "4711" not in "".join(capfd.readouterr())


def test_an_address_with_a_token_is_told_without_it() -> None:
    said = explained(ValueError("Invalid URL for Spark Connect: sc://big:15002/x;token=q7%2BzK4mP9w;use_ssl=true"))
    assert said == "Invalid URL for Spark Connect: sc://big:15002/x;token=***;use_ssl=true"


def test_a_statement_that_takes_too_long_is_cancelled_and_hides_no_other(session: Any) -> None:
    on_frame(session.range(5), c.row_count(equals=5))  # the first statement of a session takes seconds
    started = time.perf_counter()
    slow = c.metric_sql(LONG, equals=0, name="slow")
    found = on_frame(session.range(5), slow, c.row_count(equals=5), timeout=timedelta(seconds=2))
    assert time.perf_counter() - started < 20
    outcomes = {one.definition.name: (one.outcome, one.reason) for one in found.results}
    assert outcomes["row_count()"][0] == "passed"
    outcome, reason = outcomes["slow"]
    assert outcome == "errored"
    assert reason.startswith("ended after 2 s, the statement timeout: [")
    with pytest.raises(StatementTimeout):
        SparkEngine(session, timedelta(seconds=0.5)).fetch_rows(LONG, 1)


def test_a_signal_ends_a_statement_at_once_and_the_session_answers_on(session: Any) -> None:
    engine = SparkEngine(session)
    assert engine.fetch_rows("SELECT 1", 1) == [(1,)]
    started = time.perf_counter()
    with pytest.raises(TaskTimeout), time_is_up(2):
        engine.fetch_rows(LONG, 1)
    assert time.perf_counter() - started < 2 + GRACE + 3
    assert engine.fetch_rows("SELECT 2", 1) == [(2,)], "and no answer to the question before"
    engine.close()


def connection(**fields: Any) -> Any:
    """Return an Airflow connection."""
    extra = fields.pop("extra", {})
    return SimpleNamespace(**{"conn_id": "big", "host": None, "port": None, "login": None, "password": None, **fields}, extra_dejson=extra)


@pytest.mark.parametrize(
    ("fields", "url"),
    [
        ({"host": "spark"}, "sc://spark:15002/"),
        ({"host": "sc://spark/", "port": 443}, "sc://spark:443/"),
        ({"host": "h:15", "login": "me"}, "sc://h:15/;user_id=me"),
        ({"host": "h", "password": "s;/=3", "extra": {"use_ssl": True}}, "sc://h:15002/;token=s%3B%2F%3D3;use_ssl=true"),
        ({"host": "h", "extra": {"x-team": "a b", "spark.sql.x": 1, "use_ssl": False}}, "sc://h:15002/;x-team=a%20b;use_ssl=false"),
    ],
)
def test_the_address_of_a_connect_server_is_that_of_the_connection(fields: dict[str, Any], url: str) -> None:
    assert connect_url(connection(conn_type="spark_connect", **fields)) == url


@pytest.mark.parametrize(
    ("fields", "master"),
    [
        ({}, "yarn"),
        ({"host": "local[2]"}, "local[2]"),
        ({"host": "spark://a:1,b:2"}, "spark://a:1,b:2"),
        ({"host": "spark://a", "port": 7077}, "spark://a:7077"),
        ({"host": "a", "port": 7077}, "spark://a:7077"),
        ({"host": "k8s://https://a", "port": 443}, "k8s://https://a:443"),
    ],
)
def test_the_master_is_that_of_the_connection(fields: dict[str, Any], master: str) -> None:
    assert master_of(connection(conn_type="spark", **fields)) == master


def test_settings_of_spark_are_those_of_the_extra() -> None:
    extra = {"queue": "root", "namespace": "", "spark-binary": "spark3-submit", "spark.executor.cores": 4, "spark.x": True}
    assert conf_of(connection(extra=extra)) == {"spark.yarn.queue": "root", "spark.executor.cores": "4", "spark.x": "true"}


@pytest.mark.parametrize(
    ("place", "metastore", "table", "uri"),
    [
        ("h:15002", None, ("spark_catalog", "default", "flights"), "spark://h:15002 spark_catalog.default.flights"),
        ("local[2]", None, ("spark_catalog", "db", "t"), "spark://local spark_catalog.db.t"),
        ("yarn", None, ("lake", "db", "t"), "spark://yarn lake.db.t"),
        ("spark://a:1,b:2", None, ("lake", "db", "t"), "spark://a:1 lake.db.t"),
        ("k8s://https://a:443", "thrift://m:9083,thrift://n:9083", ("spark_catalog", "db", "t"), "hive://m:9083 db.t"),
        ("yarn", "thrift://m:9083", ("lake", "db", "t"), "spark://yarn lake.db.t"),
    ],
)
def test_a_table_is_named_by_its_metastore_or_by_its_spark(place: str, metastore: str | None, table: Any, uri: str) -> None:
    assert name_spark_table(place, metastore, table) == DatasetName(*uri.split(" "))


def server_of(address: str, **fields: Any) -> Any:
    host, _, port = address.removeprefix("sc://").partition(":")
    return connection(conn_type="spark_connect", host=host, port=int(port), **fields)


def test_a_table_is_asked_in_a_session_of_its_own(spark: Any, spark_and_server: tuple[Any, str]) -> None:
    spark.sql("CREATE TABLE flights (id INT, day DATE, origin STRING) USING parquet PARTITIONED BY (origin)")
    try:
        spark.sql("INSERT INTO flights VALUES (1, DATE'2013-01-01', 'EWR'), (2, NULL, 'JFK')")
        declared = [
            c.not_null("day"),
            c.schema_is({"id": "int", "day": "date", "origin": "string"}, ordered=True),
            c.column_count(equals=3),
        ]
        for where, conn in [(None, server_of(spark_and_server[1])), ("origin = 'EWR'", connection(conn_type="spark", host="local[2]"))]:
            with opened_spark_table(conn, "flights" if where else "default.flights", where, None) as source:
                suite = Suite(name="s", dataset=source.dataset, scope=source.scope, checks=parse_checks(declared))
                found = run_suite(suite, source.engine, answers.NOW).record
            day, columns, count = found.results
            assert (day.violations, day.rows) == ((0, 1) if where else (1, 2))
            assert (columns.outcome, count.outcome) == ("passed", "passed"), columns.reason
            assert source.dataset.name == "spark_catalog.default.flights"
        with opened_spark_table(server_of(spark_and_server[1]), "nowhere", None, None) as gone:
            suite = Suite(name="s", dataset=gone.dataset, scope=gone.scope, checks=parse_checks([*declared, c.row_count(equals=1)]))
            reasons = {one.reason.partition("`.")[0] for one in run_suite(suite, gone.engine, answers.NOW).record.results}
        assert all("[TABLE_OR_VIEW_NOT_FOUND]" in reason for reason in reasons), reasons
    finally:
        spark.sql("DROP TABLE flights")


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Yield a stack of contexts that are left at the end."""
    with ExitStack() as found:
        yield found


def test_a_spark_that_is_not_there_is_told_within_bounds(
    spark: Any, spark_and_server: tuple[Any, str], stack: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pyspark.sql.connect.session import SparkSession

    started = time.perf_counter()
    closed = f"127.0.0.1:{sparks.free_port()}"
    with pytest.raises(WarehouseUnreachable, match=rf"cannot connect to Spark: no answer from {closed} \(Connection refused\)"):
        stack.enter_context(opened_session(server_of(closed)))
    with pytest.raises(WarehouseUnreachable, match=r"connection big is for local\[7\], but this process already runs Spark on local\[2\]"):
        stack.enter_context(opened_session(connection(conn_type="spark", host="local[7]")))
    with socket.create_server(("127.0.0.1", 0)) as silent, monkeypatch.context() as patient:
        patient.setattr(spark_session, "_REACHABLE_IN", 1.0)
        with pytest.raises(WarehouseUnreachable, match="accepts a connection, but does not answer as a Spark Connect server"):
            stack.enter_context(opened_session(server_of(f"127.0.0.1:{silent.getsockname()[1]}")))
    stopped = SparkSession.builder.remote(spark_and_server[1]).create()
    frame = stopped.range(3)
    with opened_spark_frame(frame, "data", DATASET, None, None) as source:
        stopped.stop()
        with pytest.raises(WarehouseUnreachable, match=r"the Spark session is stopped or does not answer: \[NO_ACTIVE_SESSION\]"):
            source.engine.fetch_rows("SELECT 1", 1)
    with pytest.raises(WarehouseUnreachable, match="the session of the DataFrame is stopped or does not answer"):
        stack.enter_context(opened_spark_frame(frame, "data", DATASET, None, None))
    assert time.perf_counter() - started < 30


def test_a_master_that_is_not_there_is_told_before_java_is_started() -> None:
    program = f"""
from types import SimpleNamespace
from airflow_dre.engines.spark.session import opened_session
made = dict(conn_id="big", conn_type="spark", host="spark://127.0.0.1:{sparks.free_port()},127.0.0.1:1", port=None, extra_dejson={{}})
with opened_session(SimpleNamespace(**made)):
    pass
"""
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert "WarehouseUnreachable: cannot connect to Spark: no answer from 127.0.0.1:" in done.stderr
    assert ", 127.0.0.1:1 (Connection refused)" in done.stderr
    assert time.perf_counter() - started < 30


def test_pyspark_that_is_missing_is_told_with_the_command(monkeypatch: pytest.MonkeyPatch, stack: ExitStack) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(DefinitionError, match=r"connection big: .*an environment with Spark: pip install 'airflow-dre\[spark\]'"):
        stack.enter_context(opened_session(connection(conn_type="spark", host="local[2]")))
