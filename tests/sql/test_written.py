"""SQL of a Dag author means what the database makes of it as it was written."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import duckdb
import psycopg
import pytest

from airflow_dre import checks as c
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.checks.metrics import FailedRowCount, RowCount, SqlMetric, Violations
from airflow_dre.checks.rules import Holds
from airflow_dre.errors import DefinitionError
from airflow_dre.sql.dialect import Refusal
from airflow_dre.sql.dialects import DIALECTS, find_dialect
from airflow_dre.sql.plan import one, plan, probe
from airflow_dre.sql.quarantine.samples import sample_of
from airflow_dre.sql.raw import read_condition, read_rows
from airflow_dre.sql.scope import Scope

SETUP = {
    "sqlite": (
        "CREATE TABLE t (id INTEGER, s TEXT, n TEXT, r REAL, j TEXT, d TEXT)",
        """INSERT INTO t VALUES (9007199254740993, '9007199254740993', '7', 5.5, '{"a": [1, "x"]}', '2024-03-31 12:00:00')""",
    ),
    "duckdb": (
        "CREATE TABLE t (id BIGINT, s VARCHAR, n VARCHAR, r DOUBLE, j JSON, d TIMESTAMP, l INTEGER[], m STRUCT(a INTEGER, b VARCHAR))",
        """INSERT INTO t VALUES (9007199254740993, 'Abc', '7', 5.5, '{"a": [1, "x"]}', '2024-03-31 12:00:00', [1, 2, 3],
            {'a': 1, 'b': 'x'})""",
    ),
    "postgres": (
        "CREATE TABLE t (id bigint, s text, n text, r double precision, j jsonb, d timestamp, l integer[], v inet, p int4range)",
        """INSERT INTO t VALUES (9007199254740993, 'Abc', '7', 5.5, '{"a": [1, "x"]}', '2024-03-31 12:00:00', '{1,2,3}', '10.1.2.3',
            '[1,5)')""",
    ),
}
CONDITIONS = {
    "sqlite": [
        "CAST(s AS NUMERIC) = id",
        "CAST(s AS DECIMAL(20, 0)) = id",
        "CAST(n AS NUMERIC) / 2 = 3",
        "CAST(n AS INTEGER) / 2 = 3",
        "mod(r, 2) = 1.5",
        "r % 2 = 1",
        "id = s + 0",
        "n GLOB '[0-9]*'",
        "j ->> '$.a[1]' = 'x'",
        "j -> '$.a[0]' = '1'",
        "strftime('%d', d, '+1 month') = '01'",
        "date(d, 'start of month') = '2024-03-01'",
        "julianday(d) > 2460000",
        "typeof(CAST(n AS BLOB)) = 'blob'",
        "typeof(CAST(n AS STRING)) = 'integer'",
        "substr(s, -3) = '993'",
        "instr(s, '993') = 14",
        "printf('%05d', n) = '00007'",
        "iif(n IS 7, 1, 0)",
        "n == '7' AND n NOTNULL AND NOT (n ISNULL)",
        "x'37' = CAST(n AS BLOB)",
        "'a' || 1 + 1 = 1",
        "0x10 = 16",
        "round(2.5) = 3 AND round(-2.5) = -3",
        "max(1, id) = id AND min(1, id) = 1",
        "7 / 2 = 3 AND -7 / 2 = -3 AND 7.0 / 2 = 3.5",
        'likely(id) AND [s] = `s` AND "s" = s',
        "id BETWEEN 1 AND 9007199254740993 -- exactly",
        "id > 1 /* more than one */ ;",
        "id > 1; -- that is all",
        "quote(n) = '''7''' AND unicode('é') = 233",
        'EXISTS (SELECT 1 FROM t AS o WHERE o.id = "t"."id" AND "o"."n" = \'7\')',
        "(id, n) IN (SELECT id, n FROM t)",
    ],
    "duckdb": [
        "id // 2 = 4503599627370496 AND 7 / 2 = 3.5",
        "CAST(n AS INTEGER) ** 2 = 49",
        "l[1] = 1 AND l[-1] = 3 AND len(l[2:3]) = 2",
        "list_contains(l, 2) AND 2 IN l",
        "m.a = 1 AND m['b'] = 'x'",
        "len(list_filter(l, lambda x: x > 1)) = 2",
        "[x + 1 for x in l] = [2, 3, 4]",
        "s ILIKE 'abc' AND s ^@ 'A' AND s SIMILAR TO '[A-Z][a-z]+'",
        "(j->>'$.a[1]') = 'x' AND (j->'$.a[0]') = 1",
        "d + INTERVAL 1 MONTH = TIMESTAMP '2024-04-30 12:00:00'",
        "date_trunc('week', d) = DATE '2024-03-25'",
        "epoch_ms(d) = 1711886400000",
        "try_cast(s AS INTEGER) IS NULL",
        "{'a': id}.a = id",
        "round(2.5) = 3 AND round(2.5::DECIMAL(3, 1)) = 3",
        "typeof(1.5) = 'DECIMAL(2,1)' AND typeof(1e0) = 'DOUBLE'",
        "strftime(d, '%Y-%m') = '2024-03'",
        "id IS DISTINCT FROM NULL AND id::HUGEINT = id",
        "regexp_matches(s, '^a', 'i') AND regexp_full_match(s, '[A-z]{3}')",
    ],
    "postgres": [
        "id / 2 = 4503599627370496 AND 7 / 2 = 3",
        "n::int ^ 2 = 49 AND |/ 49 = 7 AND id % 2 = 1",
        "l[1] = 1 AND l[2:3] = '{2,3}' AND 2 = ANY(l) AND l @> ARRAY[1, 3] AND l && '{3}'",
        "j @> '{\"a\": [1]}' AND j ? 'a' AND j ?| array['z', 'a'] AND j ?& array['a']",
        "j #>> '{a,1}' = 'x' AND j -> 'a' ->> 1 = 'x' AND j @? '$.a[*] ? (@ == 1)' AND j @@ '$.a[0] == 1'",
        "v <<= inet '10.0.0.0/8' AND host(v) = '10.1.2.3' AND @ -5 = 5",
        "p @> 4 AND NOT p @> 5 AND upper(p) = 5",
        "s ~* '^a' AND s !~ 'B' AND s ~~* 'a%' AND s SIMILAR TO '[A-Z][a-z]+'",
        "s COLLATE \"C\" < 'a' AND s ^@ 'A'",
        "d AT TIME ZONE 'UTC' = '2024-03-31 12:00:00+00'",
        "d + interval '1 month' = '2024-04-30 12:00' AND date_trunc('week', d) = '2024-03-25'",
        "extract(epoch FROM d) = 1711886400 AND extract(dow FROM d) = 0",
        "to_char(d, 'YYYY-\"Q\"Q') = '2024-Q1'",
        "(id, n) = (9007199254740993, '7') AND row(id, n) IS NOT NULL",
        "overlay(s placing 'x' from 1 for 1) = 'xbc' AND position('b' in s) = 2 AND substring(s from '..$') = 'bc'",
        "round(2.5) = 3 AND round(2.5::float) = 2 AND pg_typeof(1.5)::text = 'numeric'",
        "3 BETWEEN SYMMETRIC 5 AND 1 AND id IS DISTINCT FROM NULL",
        "id OPERATOR(pg_catalog.+) 1 = 9007199254740994",
        "to_tsvector('english', 'fat cats') @@ to_tsquery('english', 'cat & fat')",
        "length(E'a\\tb') = 3 AND $$it's$$ = 'it''s' AND U&'d\\0061t' = 'dat'",
        "(d, d + interval '1 day') OVERLAPS (d, d + interval '1 hour')",
        "length(md5(s)) = 32 -- checked elsewhere\n AND /* twice */ n = '7'",
        "n::varchar(1) || 'x' = '7x' AND concat_ws('-', n, NULL, s) = '7-Abc'",
    ],
}
WHOLE = {
    "sqlite": [
        "SELECT id FROM t WHERE CAST(n AS NUMERIC) / 2 = 3; -- one row",
        "-- which rows\nSELECT t.*, count(*) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) AS k FROM t NATURAL JOIN t AS u",
        "WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r WHERE x < 3) SELECT x FROM r WHERE x = 2",
        "SELECT value FROM t, json_each(t.j, '$.a') WHERE value = 'x'",
        'SELECT n AS "a b" FROM t GROUP BY "a b" ORDER BY "a b" COLLATE NOCASE',
    ],
    "duckdb": [
        "FROM t SELECT id -- one row\n;",
        "SELECT * EXCLUDE (j) REPLACE (1 AS id) FROM t QUALIFY row_number() OVER (ORDER BY id) = 1",
        "SELECT unnest(l) AS x FROM t LIMIT 1",
        "SELECT id, count(*) FROM t GROUP BY ALL",
    ],
    "postgres": [
        "SELECT DISTINCT ON (id) id, j FROM t ORDER BY id, d DESC NULLS LAST; -- one row",
        "WITH x AS MATERIALIZED (TABLE t) SELECT id FROM x, LATERAL jsonb_array_elements(j->'a') WITH ORDINALITY AS e(v, k) WHERE k = 2",
        "SELECT sum(r) FILTER (WHERE id > 1) OVER w FROM t WINDOW w AS (ORDER BY d ROWS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE TIES)",
        "SELECT id FROM ONLY t TABLESAMPLE SYSTEM (100) FETCH FIRST 1 ROWS ONLY",
        "TABLE t",
    ],
}
NUMBERS: dict[str, list[tuple[str, float]]] = {
    "sqlite": [
        ("SUM(CAST(n AS NUMERIC) / 2)", 3),
        ("SELECT CAST(n AS NUMERIC) / 2 FROM t -- half\n;", 3),
        ("total(r) -- all\n", 5.5),
        ("(SELECT 3);", 3),
    ],
    "duckdb": [("SUM(id // 2)", 4503599627370496), ("FROM t SELECT max(l[3]);", 3), ("quantile_disc(r, 0.5)", 5.5), ("(SELECT 3)", 3)],
    "postgres": [
        ("SUM(7 / 2)", 3),
        ("SELECT max(l[3]) FROM t; -- the last", 3),
        ("bool_or(s ~* 'abc')::int", 1),
        ("(SELECT 3) -- in brackets", 3),
    ],
}


@pytest.fixture(scope="module")
def ask(request: pytest.FixtureRequest) -> Iterator[Callable[[str, str], list[Any]]]:
    """Yield a function that queries databases of one row each by the names of their dialects."""
    opened: dict[str, Any] = {}

    def connected(dialect: str) -> Any:
        if dialect == "postgres":
            connection: Any = psycopg.connect(request.getfixturevalue("postgres_address"))
            connection.execute("CREATE SCHEMA written")
            connection.execute("SET search_path TO written")
        else:
            connection = sqlite3.connect(":memory:") if dialect == "sqlite" else duckdb.connect()
        for statement in SETUP[dialect]:
            connection.execute(statement)
        return connection

    def fetch(dialect: str, sql: str) -> list[Any]:
        if dialect not in opened:
            opened[dialect] = connected(dialect)
        return [tuple(row) for row in opened[dialect].execute(sql).fetchall()]

    yield fetch
    for connection in opened.values():
        connection.close()


def cases(names: str, table: Mapping[str, Sequence[object]]) -> pytest.MarkDecorator:
    """Return each text with the dialect that it is of."""
    marks = {"postgres": [pytest.mark.postgres]}
    found = [
        pytest.param(dialect, *(case if isinstance(case, tuple) else (case,)), marks=marks.get(dialect, []))
        for dialect, listed in table.items()
        for case in listed
    ]
    return pytest.mark.parametrize(names, found)


@cases("dialect,text", CONDITIONS)
def test_a_condition_is_what_the_database_makes_of_it(ask: Any, dialect: str, text: str) -> None:
    plain = text.split(";")[0] if text.rstrip().endswith(";") or "; --" in text else text
    assert ask(dialect, f"SELECT CAST(({plain}\n) AS INTEGER) FROM t") == [(1,)], "it holds"
    scope = Scope(("t",), text, find_dialect(dialect))
    (statement,) = plan([RowCount(), RowCount(where=text), Violations(rule=Holds(condition=text), where=text)], scope)
    assert ask(dialect, statement.sql) == [(1, 1, 0)]
    assert ask(dialect, probe(scope)) == []


@cases("dialect,text", WHOLE)
def test_a_select_is_what_the_database_makes_of_it(ask: Any, dialect: str, text: str) -> None:
    scope = Scope(("t",), None, find_dialect(dialect))
    assert ask(dialect, one(FailedRowCount(sql=text), scope).sql) == [(1,)]
    sample = sample_of(FailedRowCount(sql=text), scope, (), 5)
    assert isinstance(sample, Refusal) or len(ask(dialect, sample.sql)) == 1


@cases("dialect,text,number", NUMBERS)
def test_a_number_is_what_the_database_makes_of_it(ask: Any, dialect: str, text: str, number: float) -> None:
    ((found, *_),) = ask(dialect, plan([SqlMetric(sql=text), RowCount()], Scope(("t",), None, find_dialect(dialect)))[0].sql)
    ((alone,),) = ask(dialect, one(SqlMetric(sql=text), Scope(("t",), None, find_dialect(dialect))).sql)
    assert number in (found, alone)


@pytest.mark.parametrize("dialect", sorted(DIALECTS))
@pytest.mark.parametrize(
    "text", ["a  =\t1", "a <> 1 AND NOT (b IS NULL)", "coalesce(a, b)=1", "a = 1 -- and no more", "a > CAST(b AS INT)"]
)
def test_no_letter_of_a_condition_changes(dialect: str, text: str) -> None:
    (check,) = parse_checks([c.rows(text)])
    (statement,) = plan([check.metrics()[1]], Scope(("t",), text, DIALECTS[dialect]))
    assert statement.sql.count(text) == 2


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        pytest.param("mysql", "a = 1 /*! INTO OUTFILE '/tmp/x' */", id="a comment that MySQL runs"),
        pytest.param("mysql", "a = 1 /*M! OR 1 */", id="a comment that MariaDB runs"),
        pytest.param("snowflake", "a = 1 /* /* */ OR b */", id="a comment in a comment"),
        pytest.param("bigquery", "a = 1 /* /* */ OR b */", id="a comment in a comment of BigQuery"),
        pytest.param("sqlite", "a = 1 /* to the end", id="a comment without an end"),
        pytest.param("postgres", "a = 1; b = 2 -- x", id="two statements"),
        pytest.param("postgres", "a = 1; -- x\n; DELETE FROM t", id="a statement behind a comment"),
    ],
)
def test_what_the_database_may_read_otherwise_is_refused(dialect: str, text: str) -> None:
    with pytest.raises(DefinitionError, match="suite: invalid where="):
        read_condition(text, dialect, "suite", "where")


@pytest.mark.parametrize("dialect", sorted({found.name for found in DIALECTS.values()}))
@pytest.mark.parametrize("end", [";", " ;\n", "; -- done", ";\n/* done */\n", ";;", "-- done", "\n-- done\n;\n-- really"])
def test_a_semicolon_at_the_end_ends_one_statement(dialect: str, end: str) -> None:
    assert read_rows(f"SELECT a FROM t{end}", dialect, "check").text.split("--")[0].strip() == "SELECT a FROM t"


def test_sql_server_reads_with_where_a_statement_begins() -> None:
    sql = one(FailedRowCount(sql="WITH w AS (SELECT 1 AS a) SELECT a FROM w WHERE a > 0"), Scope(("t",), None, DIALECTS["tsql"])).sql
    assert sql == "WITH w AS (SELECT 1 AS a) SELECT COUNT_BIG(*) FROM (SELECT a FROM w WHERE a > 0) AS failed_rows"
