"""Names and texts that break SQL which is glued together, in every kind of check and on real databases."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import duckdb
import psycopg
import pytest

from airflow_dre import checks as c
from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.checks.declared.registry import CHECK_KINDS
from airflow_dre.checks.outcomes import Outcome
from airflow_dre.engines.warehouse import Warehouse
from airflow_dre.services.quality.run import Suite, run_suite
from airflow_dre.sql.names import split_table
from airflow_dre.sql.scope import Scope
from airflow_dre.store.records import ResultRecord
from airflow_dre.values.dataset import DatasetName
from tests.databases import DATABASES

NOW = datetime(2013, 1, 3, tzinfo=UTC)
TEXTS = ["O'Hare", 'q"q', "back\\slash", "per%cent %s", ":x $1 ?", "new\nline", "Ünï😀", "", " ", "--", "/* */", "a_b", "[a]", "{{ x }}"]
ODD = '"x""; DROP TABLE y --"'
NUMBER, TEXT, DAY, SEGMENT, OTHER = 'q"; --', "sel ect", "table", "segment", "Ünï😀"
"""Columns with a quote, a space, a reserved word, and a name that the statements themselves use."""
OWN_NAMES = ["n", "v", "v_before", "k0", "m0", "m1", "place", "period", "most", "parent", "child", "steps", "d"]
"""Names that the statements themselves use."""


class Database:
    """A real database behind the engine."""

    def __init__(self, conn_type: str, connection: Any) -> None:
        self.conn_type = conn_type
        self.connection = connection
        mark = "%s" if conn_type == "postgres" else "?"
        moment = "TEXT" if conn_type == "sqlite" else "TIMESTAMP"
        quoted = ['"' + name.replace('"', '""') + '"' for name in (NUMBER, TEXT, DAY, SEGMENT, OTHER)]
        cursor = connection.cursor()
        for statement in (
            "CREATE TABLE y (a INTEGER)",
            f"CREATE TABLE {ODD} ({quoted[0]} INTEGER, {quoted[1]} TEXT, {quoted[2]} {moment}, {quoted[3]} TEXT, {quoted[4]} INTEGER)",
            f"INSERT INTO {ODD} VALUES (1, 'a', '2013-01-01 05:00:00', 'O''Hare', 3), (NULL, 'a', NULL, NULL, 1)",
            f"INSERT INTO {ODD} VALUES (1, 'O''Hare', '2013-01-02 05:00:00', 'x', 3), (3, '', '2013-01-02 06:00:00', 'x', 3)",
            "CREATE TABLE texts (s TEXT, n INTEGER)",
            f"CREATE TABLE own ({', '.join(f'{name} INTEGER' for name in OWN_NAMES)}, segment INTEGER)",
            f"INSERT INTO own VALUES ({', '.join(['1'] * len(OWN_NAMES))}, 1), ({', '.join(['2'] * len(OWN_NAMES))}, 1)",
        ):
            cursor.execute(statement)
        for n, text in enumerate(TEXTS):
            cursor.execute(f"INSERT INTO texts VALUES ({mark}, {mark})", (text, n))
        connection.commit()
        self.warehouse = Warehouse(self)

    def get_conn(self) -> Any:
        """Return the connection that the engine takes as its own."""
        return self.connection

    def run(self, table: str, *declarations: Any) -> tuple[ResultRecord, ...]:
        """Return the results of checks."""
        scope = Scope(split_table(table), None, self.warehouse.dialect)
        suite = Suite(
            name="s", dataset=DatasetName("n", "t"), scope=scope, checks=parse_checks([each.rendered(str) for each in declarations])
        )
        return run_suite(suite, self.warehouse, NOW).record.results

    def counted(self, table: str, declaration: Any) -> tuple[int | None, int | None]:
        """Return the violations and rows of one check."""
        (result,) = self.run(table, declaration)
        assert result.outcome is not Outcome.ERRORED, result.reason
        return result.violations, result.rows


@pytest.fixture(scope="module", params=DATABASES)
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """Yield a database of each kind, in which table y outlives every test."""
    if request.param == "postgres":
        connection: Any = psycopg.connect(request.getfixturevalue("postgres_address"))
        connection.execute("CREATE TEMPORARY TABLE own_schema (a INTEGER); SET search_path TO pg_temp")
        connection.commit()
    else:
        connection = sqlite3.connect(":memory:") if request.param == "sqlite" else duckdb.connect()
    found = Database(request.param, connection)
    yield found
    assert connection.cursor().execute("SELECT COUNT(*) FROM y").fetchone() == (0,)
    connection.close()


ANY: dict[str, Any] = {"at_least": -(10**9)}
EVERY_KIND = {
    "all_differ": c.all_differ(TEXT, SEGMENT),
    "between": c.between(NUMBER, 1, 2),
    "column_count": c.column_count(at_least=1),
    "column_max": c.column_max(NUMBER, **ANY),
    "column_min": c.column_min(NUMBER, **ANY),
    "compare": c.compare(TEXT, "<", SEGMENT),
    "decreasing": c.decreasing(NUMBER, order_by=DAY),
    "distinct_count": c.distinct_count(NUMBER, TEXT, **ANY),
    "distribution": c.distribution(TEXT, {"a": 1, "O'Hare": 1}, **ANY),
    "failed_rows_sql": c.failed_rows_sql(f'SELECT "{TEXT}" FROM {ODD}'),
    "foreign_key": c.foreign_key(TEXT, to=f'{ODD}."{SEGMENT}"'),
    "fresh": c.fresh(DAY, max_age="1d"),
    "has_values": c.has_values(TEXT, ["a", "O'Hare"]),
    "in_set": c.in_set(TEXT, ["a"]),
    "increasing": c.increasing(NUMBER, order_by=[DAY, TEXT]),
    "json_valid": c.json_valid(TEXT),
    "length": c.length(TEXT, at_least=1),
    "like": c.like(TEXT, "O'%"),
    "matches": c.matches(TEXT, "O'"),
    "mean": c.mean(NUMBER, **ANY),
    "median": c.median(NUMBER, **ANY),
    "metric_sql": c.metric_sql(f'COUNT("{TEXT}")', **ANY),
    "most_common": c.most_common(TEXT, ["a"]),
    "no_gaps": c.no_gaps(DAY, every="day"),
    "not_empty": c.not_empty(TEXT),
    "not_in_set": c.not_in_set(TEXT, ["O'Hare"]),
    "not_like": c.not_like(TEXT, "O'%"),
    "not_matches": c.not_matches(TEXT, "O'"),
    "not_null": c.not_null(NUMBER),
    "null": c.null(NUMBER),
    "of_type": c.of_type(TEXT, "integer"),
    "quantile": c.quantile(NUMBER, 0.9, interpolate=False, **ANY),
    "row_count": c.row_count(same_as=ODD),
    "rows": c.rows(f"\"{TEXT}\" = 'a'"),
    "schema_is": c.schema_is([NUMBER, TEXT, DAY, SEGMENT, OTHER], ordered=True),
    "schema_unchanged": c.schema_unchanged(),
    "stddev": c.stddev(NUMBER, **ANY),
    "sum_equals": c.sum_equals(NUMBER, OTHER, total=4),
    "total": c.total(NUMBER, **ANY),
    "tuple_in_set": c.tuple_in_set(TEXT, SEGMENT, values=[("a", "O'Hare"), ("O'Hare", "x")]),
    "unique": c.unique(NUMBER, TEXT),
    "unique_ratio": c.unique_ratio(NUMBER, **ANY),
    "z_scores": c.z_scores(NUMBER, within=1),
}
NO_SEGMENTS = {"column_count", "failed_rows_sql", "row_count", "schema_is", "schema_unchanged"}


def test_every_kind_is_tried() -> None:
    assert set(EVERY_KIND) == set(CHECK_KINDS) == {declaration.kind for declaration in EVERY_KIND.values()}


@pytest.mark.parametrize("kind", sorted(EVERY_KIND))
def test_odd_names_are_names(database: Database, kind: str) -> None:
    declared = [EVERY_KIND[kind]]
    if kind not in NO_SEGMENTS:
        declared.append(Declaration(kind, {**EVERY_KIND[kind].arguments, "by": SEGMENT, "name": "by segment"}))
        declared.append(Declaration(kind, {**EVERY_KIND[kind].arguments, "where": f"\"{TEXT}\" <> 'b'", "name": "filtered"}))
    results = database.run(ODD, *declared)
    assert [result.reason for result in results if result.outcome is Outcome.ERRORED] == []
    if kind not in NO_SEGMENTS:
        assert {segment.value for segment in results[1].segments} == {"O'Hare", "x", None}


@pytest.mark.parametrize("name", [*OWN_NAMES, "segment"])
def test_a_column_may_be_called_as_the_statements_call_theirs(database: Database, name: str) -> None:
    repeated = name == "segment"
    by = "n" if repeated else "segment"
    asked: list[Any] = [
        c.not_null(name),
        c.unique(name, fail_above=2 if repeated else 0),
        c.distinct_count(name, at_least=1),
        c.foreign_key(name, to=f"own.{name}"),
        c.increasing(name, order_by=name),
        c.most_common(name, [1, 2]),
        c.mean(name, at_most=2),
        c.stddev(name, at_most=1),
        c.median(name, at_most=2),
        c.quantile(name, 0.5, interpolate=False, at_most=2),
        c.z_scores(name, within=3),
    ]
    segmented = [Declaration(each.kind, {**each.arguments, "by": by, "name": f"{each.kind} by"}) for each in asked]
    results = database.run("own", *asked, *segmented)
    bad = {result.definition.name: result.reason for result in results if result.outcome.rank > Outcome.PASSED.rank}
    assert bad == {}


def test_texts_stay_what_they_are(database: Database) -> None:
    many = len(TEXTS)
    for text in TEXTS:
        assert database.counted("texts", c.in_set("s", [text])) == (many - 1, many), text
        assert database.counted("texts", c.not_in_set("s", [text])) == (1, many), text
        assert database.counted("texts", c.between("s", text, text)) == (many - 1, many), text
        assert database.counted("texts", c.tuple_in_set("s", "n", values=[(text, TEXTS.index(text))])) == (many - 1, many), text
        (has,) = database.run("texts", c.has_values("s", [text]))
        assert has.outcome is Outcome.PASSED, text
    assert database.counted("texts", c.in_set("s", TEXTS)) == (0, many)


def test_patterns_stay_what_they_are(database: Database) -> None:
    many = len(TEXTS)
    for text in filter(None, TEXTS):
        pattern = "".join(f"[{char}]" if char in "$?*.+(){}|/%" else f"\\{char}" if char in "[]\\^" else char for char in text)
        found = sum(re.search(pattern, each) is not None for each in TEXTS)
        assert database.counted("texts", c.matches("s", pattern)) == (many - found, many), text
        assert database.counted("texts", c.not_matches("s", pattern)) == (found, many), text
    for pattern, found in {
        "O'%": 1,
        '%"%': 1,
        "a_b": 1,
        "%:x $1 ?%": 1,
        "new\nline": 1,
        "Ünï😀": 1,
        "/* */": 1,
        "{{ x }}": 1,
        " ": 1,
    }.items():
        assert database.counted("texts", c.like("s", pattern)) == (many - found, many), pattern
        assert database.counted("texts", c.not_like("s", pattern)) == (found, many), pattern


def test_segments_of_painful_texts(database: Database) -> None:
    (result,) = database.run("texts", c.z_scores("n", within=3, by="s"))
    assert result.outcome is Outcome.PASSED, result.reason
    assert {segment.value for segment in result.segments} == {
        text.replace("\n", "\\n") for text in TEXTS
    }  # a line break is shown, not made
