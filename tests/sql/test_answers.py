"""The whole vocabulary on real databases: every check has the same answer on each of them."""

from __future__ import annotations

import contextlib
import re
import sqlite3
import statistics
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import duckdb
import psycopg
import pytest

from airflow_dre import checks as c
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.checks.declared.registry import CHECK_KINDS
from airflow_dre.checks.judging import evaluate
from airflow_dre.checks.outcomes import Judgement, format_value
from airflow_dre.engines.warehouse import Warehouse
from airflow_dre.services.quality.answers import NOTHING, CountingEngine
from airflow_dre.services.quality.run import answer_rows
from airflow_dre.sql.scope import Scope
from tests.databases import DATABASES

NOW = datetime(2025, 1, 1, tzinfo=UTC)
BIG = 9_007_199_254_740_993  # the first integer that a double cannot hold
COLUMNS = {
    "id": "INTEGER", "a": "INTEGER", "big": "BIGINT", "f": "DOUBLE PRECISION", "m": "DECIMAL(20, 6)", "s": "{text}", "d": "DATE",
    "at": "{moment}", "b": "BOOLEAN", "j": "{text}", "odd ; name": "INTEGER",
}  # fmt: skip
ROWS: list[tuple[Any, ...]] = [
    (1, 1, BIG, 0.5, "0.1", "x", "2024-01-01", "2024-01-01 00:30:00", True, '{"k": 1}', 1),
    (2, 2, BIG, 1.5, "0.2", "x", "2024-01-02", "2024-01-01 23:59:59", True, "[1", 1),
    (3, 2, BIG + 1, None, "0.3", None, None, None, False, None, 1),
    (4, None, BIG + 2, 4.0, None, "Ünï😀", "2024-02-29", "2024-02-29 12:00:00", None, "null", None),
    (5, None, None, 4.0, "-1.25", "O'Hare", "2024-03-31", "2024-03-31 01:02:03", False, "", 2),
    (6, 7, None, 1e-7, "123456789.123456", "back\\slash", "2024-04-01", "2024-04-01 00:00:00", True, "{} x", 3),
    (7, 9, None, -3.0, "0.1", "  ", "2024-12-30", "2024-12-30 23:00:00", False, '"text"', 3),
    (8, 9, None, 2.0, "0.1", "50%", "2025-01-05", "2025-01-05 05:00:00", False, "{}", 3),
]
KINDS = {
    "sqlite": {"text": "TEXT", "moment": "TEXT"},
    "duckdb": {"text": "TEXT", "moment": "TIMESTAMP"},
    "postgres": {"text": "TEXT", "moment": "TIMESTAMP"},
    # Without PAD SPACE and with case: as the other three compare texts.
    "mysql": {"text": "VARCHAR(60) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin", "moment": "DATETIME(6)"},
    "spark": {"text": "STRING", "moment": "TIMESTAMP_NTZ"},
}
NUMBERS = ["12", " -7 ", "1.5", "1e3", ".5", "5.", "1,5", "0x1F", "NaN", ""]
MOMENTS = [
    *["2024-02-29", "2000-02-29", "2023-02-29", "1900-02-29", "2024-04-31", "2024-1-5"],
    *["2024-12-31T23:59", "2024-12-31 23:59:59.123+02:00", "2024-12-31 24:00"],
]
UUIDS = ["6f9619ff-8b86-d011-b42d-00c04fc964ff", "6F9619FF-8B86-D011-B42D-00C04FC964FF", "6f9619ff8b86d011b42d00c04fc964ff"]
TEXTS = [*NUMBERS, *MOMENTS, *UUIDS, "true", "No", "abc", " "]
PAINFUL = [
    "O'Hare",
    'q"q',
    "back\\slash",
    "\\",
    "\\'",
    "per%cent %s",
    "_",
    ":x $1 ?",
    "new\nline",
    "tab\t",
    "Ünï😀",
    "--",
    "/* */",
    "`a`",
    "[a]",
]
READABLE = {"integer": 2, "number": 6, "boolean": 2, "date": 2, "timestamp": 4, "uuid": 2}
"""How many of the texts can be read as each type."""


class Database:
    """A real database behind the engine, with the tables of this module."""

    def __init__(self, conn_type: str, connection: Any) -> None:
        self.conn_type = conn_type
        self._connection = connection
        self.warehouse = Warehouse(self)

    def get_conn(self) -> Any:
        """Return the connection that the engine takes as its own."""
        return self._connection

    def fill(self) -> None:
        """Create the tables and commit them."""
        quote, mark = ("`", "%s") if self.conn_type == "mysql" else ('"', "%s" if self.conn_type == "postgres" else "?")
        columns = ", ".join(f"{quote}{name}{quote} {kind.format(**KINDS[self.conn_type])}" for name, kind in COLUMNS.items())
        text = KINDS[self.conn_type]["text"]
        cursor = self._connection.cursor()
        for created in (f"t ({columns})", "parents (k INTEGER, l INTEGER)", f"texts (x {text})", f"painful (x {text})"):
            cursor.execute(f"CREATE TABLE {created}")
        cursor.execute("INSERT INTO parents VALUES (1, 1), (2, 1), (2, 3), (9, NULL)")
        for row in ROWS:
            cursor.execute(f"INSERT INTO t VALUES ({', '.join([mark] * len(row))})", row)
        for table, values in (("texts", TEXTS), ("painful", PAINFUL)):
            for value in values:
                cursor.execute(f"INSERT INTO {table} VALUES ({mark})", (value,))
        zoned = {"sqlite": "TEXT", "mysql": "TEXT"}.get(self.conn_type, "TIMESTAMPTZ")
        cursor.execute(f"CREATE TABLE zoned (moment {zoned})")
        cursor.execute("INSERT INTO zoned VALUES ('2024-01-01 23:30:00-05:00'), ('2024-01-02 23:30:00+05:30')")
        self._connection.commit()

    def judge(self, declaration: Any, where: str | None = None, table: str = "t") -> Judgement:
        """Return the result of a check of a table."""
        (check,) = parse_checks([declaration])
        scope = Scope((table,), where, self.warehouse.dialect)
        return evaluate(check, answer_rows([check], scope, CountingEngine(self.warehouse), NOTHING, None).values, NOW)


@pytest.fixture(
    scope="module",
    params=[*DATABASES, pytest.param("mysql", marks=pytest.mark.mariadb)],
)
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """Yield each database with the same rows."""
    with contextlib.ExitStack() as stack:
        connection: Any
        match request.param:
            case "sqlite":
                connection = sqlite3.connect(":memory:")
            case "duckdb":
                connection = duckdb.connect()
            case "postgres":
                connection = psycopg.connect(request.getfixturevalue("postgres_address"))
                connection.execute("CREATE TEMPORARY TABLE own (a INTEGER); SET search_path TO pg_temp")
            case _:
                import pymysql

                connection = pymysql.connect(**request.getfixturevalue("mariadb_database"))
        stack.callback(connection.close)
        found = Database(request.param, connection)
        found.fill()
        yield found


def case(declaration: Any, expected: Any, where: str | None = None, name: str = "") -> Any:
    """Return a declaration and what it observes: violations and rows for a limit, else the value."""
    return pytest.param(declaration, where, expected, id=f"{declaration.kind}{': ' + name if name else ''}")


EVEN = "a = 2 OR a IS NULL"
CASES = [
    case(c.not_null("a"), (2, 8)),
    case(c.not_null("odd ; name"), (1, 8), name="an odd name"),
    case(c.not_null("a", where="b = FALSE"), (1, 4), name="of a filter"),
    case(c.null("a"), (6, 8)),
    case(c.null("s", where=EVEN), (3, 4), name="of a filter"),
    case(c.not_empty("s"), (2, 8)),
    case(c.not_empty("j", where="id > 3"), (1, 5), name="of a filter"),
    case(c.unique("a"), (4, 6)),
    case(c.unique("s"), (2, 7), name="texts"),
    case(c.unique("a", "s"), (0, 5), name="two columns"),
    case(c.unique("big"), (2, 4), name="big integers"),
    case(c.unique("m"), (3, 7), name="decimals"),
    case(c.unique("a", where="id <> 8"), (2, 5), name="of a filter"),
    case(c.distinct_count("a", at_least=0), 4),
    case(c.distinct_count("a", "odd ; name", at_least=0), 4, name="two columns"),
    case(c.distinct_count("big", at_least=0), 3, name="big integers"),
    case(c.distinct_count("a", at_least=0, where="a > 99"), 0, name="of nothing"),
    case(c.unique_ratio("a", at_least=0), 4 / 6),
    case(c.foreign_key("a", to="parents.k"), (1, 6)),
    case(c.foreign_key("a", "odd ; name", to=["parents.k", "parents.l"]), (3, 6), name="two columns"),
    case(c.foreign_key("a", to="parents.k", where="id < 6"), (0, 3), name="of a filter"),
    case(c.between("a", 2, 7), (3, 6)),
    case(c.between("a", 2, 7, inclusive="neither"), (6, 6), name="without its ends"),
    case(c.between("a", low=2, inclusive="high"), (3, 6), name="above an end"),
    case(c.between("f", -3, 1e-7), (5, 7), name="fractions"),
    case(c.between("m", Decimal("0.1"), Decimal("0.3")), (2, 7), name="decimals"),
    case(c.between("big", BIG, BIG + 1), (1, 4), name="big integers"),
    case(c.between("s", "back\\slash", "x"), (4, 7), name="texts"),
    case(c.between("d", date(2024, 1, 2), date(2024, 4, 1)), (3, 7), name="dates"),
    case(c.between("at", datetime(2024, 1, 1, 0, 30), datetime(2024, 2, 29, 12)), (4, 7), name="timestamps"),
    case(c.in_set("a", [1, 2, 7]), (2, 6)),
    case(c.in_set("s", ["x", "O'Hare", "back\\slash", "Ünï😀", "50%"]), (1, 7), name="texts"),
    case(c.in_set("b", [True]), (4, 7), name="booleans"),
    case(c.in_set("d", [date(2024, 1, 1), date(2024, 2, 29)]), (5, 7), name="dates"),
    case(c.in_set("s", ["X"]), (7, 7), name="case matters"),
    case(c.not_in_set("s", ["x", "O'Hare"]), (3, 7)),
    case(c.tuple_in_set("a", "s", values=[(1, "x"), (2, "x"), (7, "back\\slash")]), (2, 5)),
    case(c.matches("s", "^[a-z]"), (4, 7)),
    case(c.matches("s", r"\\"), (6, 7), name="a backslash"),
    case(c.matches("s", r"^\w+$", where="id <> 4"), (4, 6), name="a class of characters"),
    case(c.matches("s", "Ü"), (6, 7), name="outside of ASCII"),
    case(c.matches("s", ["x", "H"]), (4, 7), name="one of two"),
    case(c.matches("s", ["a", "H"], every=True), (6, 7), name="both"),
    case(c.matches("j", "^$"), (6, 7), name="nothing is found in an empty text"),
    case(c.not_matches("s", "[A-Z]"), (1, 7)),
    case(c.like("s", "%a%"), (5, 7)),
    case(c.like("s", "_"), (5, 7), name="one character"),
    case(c.like("s", r"50\%"), (6, 7), name="an escaped percent"),
    case(c.like("s", r"back\\%"), (6, 7), name="an escaped backslash"),
    case(c.like("s", ["O%", "x"]), (4, 7), name="one of two"),
    case(c.like("j", ["[%", "{}%"]), (4, 7), name="a bracket is itself"),
    case(c.not_like("s", "%'%"), (1, 7)),
    case(c.length("s", at_least=2, at_most=4), (4, 7)),
    case(c.length("s", equals=4), (6, 7), name="characters, not bytes"),
    case(c.of_type("s", "integer"), (7, 7)),
    case(c.json_valid("j"), (3, 7)),
    case(c.increasing("a", order_by="id"), (0, 6)),
    case(c.increasing("a", order_by="id", strictly=True), (2, 6), name="strictly"),
    case(c.decreasing("f", order_by=["b", "id"], where="b IS NOT NULL"), (2, 6), name="by two columns"),
    case(c.compare("a", "<=", "odd ; name"), (5, 6)),
    case(c.sum_equals("a", "odd ; name", total=2), (5, 6)),
    case(c.all_differ("a", "odd ; name"), (1, 6)),
    case(c.rows("a < f"), (5, 8)),
    case(c.rows("s LIKE '%a%' OR s IS NULL", where="id > 4"), (2, 4), name="of a filter"),
    case(c.failed_rows_sql("WITH w AS (SELECT id, a FROM t) SELECT id FROM w WHERE a > 6"), (3, 8)),
    case(c.z_scores("f", within=1), (3, 7)),
    case(c.row_count(at_least=0), 8),
    case(c.row_count(same_as="parents"), (4, 8), name="as another table"),
    case(c.column_count(at_least=0), 11),
    case(c.column_min("f", at_least=0), -3),
    case(c.column_max("big", at_least=0), BIG + 2, name="a big integer"),
    case(c.column_max("m", at_least=0), Decimal("123456789.123456"), name="a decimal"),
    case(c.mean("a", at_least=0), 5),
    case(c.mean("a", at_least=0, where="id < 4"), 5 / 3, name="of integers is no integer"),
    case(c.mean("m", at_least=0), 123456788.673456 / 7, name="of decimals"),
    case(c.total("a", at_least=0), 30),
    case(c.total("a", at_least=0, where="a > 99"), None, name="of nothing"),
    case(c.total("big", at_least=0), 4 * BIG + 3, name="of big integers"),
    case(c.stddev("f", at_least=0), statistics.stdev([0.5, 1.5, 4, 4, 1e-7, -3, 2])),
    case(c.stddev("f", at_least=0, where="id = 1"), None, name="of one value"),
    case(c.median("f", at_least=0), 1.5),
    case(c.median("a", at_least=0), 4.5, name="between two values"),
    case(c.quantile("f", 0.9, at_least=0), 4),
    case(c.quantile("a", 0.25, at_least=0), 2),
    case(c.quantile("a", 0.4, interpolate=False, at_least=0), 2, name="a value of the column"),
    case(c.quantile("a", 0.4, interpolate=False, at_least=0, where="id > 5"), 9, name="of a filter"),
    case(c.has_values("a", [1, 2, 7]), 3),
    case(c.most_common("a", [9]), "9"),
    case(c.most_common("s", ["x"]), "x", name="texts"),
    case(c.distribution("a", {1: 1, 2: 2, 7: 1, 9: 2}, at_most=0.1), 0),
    case(c.distribution("f", {"edges": [-5, 0, 5], "weights": [1, 6]}, at_most=0.1), 0, name="bins"),
    case(c.no_gaps("at", every="hour", where="id < 3"), (22, 24)),
    case(c.no_gaps("at", every="day", where="id < 3"), (0, 1), name="days"),
    case(c.no_gaps("d", every="week", where="id > 6"), (0, 1), name="weeks begin on Monday"),
    case(c.no_gaps("at", every="month", where="id <> 8"), (7, 12), name="months"),
    case(c.no_gaps("d", every="quarter"), (1, 5), name="quarters"),
    case(c.no_gaps("at", every="year"), (0, 2), name="years"),
    case(c.schema_is(list(COLUMNS)), 0),
    case(c.schema_unchanged(), 0),
    case(c.metric_sql("SUM(a) / COUNT(*)", at_least=0, where="a = 2"), 2),
    case(c.fresh("at", max_age="1d", as_of="2025-01-05 06:00"), 3600),
    case(c.fresh(expression="t.at", max_age="1d", as_of="2025-01-05 07:00", time_zone="Etc/GMT+1"), 3600, name="an expression of a zone"),
]


def observed(judgement: Judgement, expected: Any) -> Any:
    """Return the observed value in the form of the expected one."""
    if isinstance(expected, tuple):
        return judgement.violations, judgement.rows
    if judgement.observed is None or isinstance(judgement.observed, str):
        return judgement.violations if isinstance(expected, int) else judgement.observed
    if isinstance(expected, (int, Decimal)):
        return judgement.observed
    assert not isinstance(judgement.observed, date)
    return float(judgement.observed)


def test_the_table_has_every_kind_of_check() -> None:
    assert {one.values[0].kind for one in CASES} == set(CHECK_KINDS)


@pytest.mark.parametrize(("declaration", "where", "expected"), CASES)
def test_a_check_gives_its_answer(database: Database, declaration: Any, where: str | None, expected: Any) -> None:
    judgement = database.judge(declaration, where)
    assert judgement.outcome != "errored", judgement.reason
    seen = observed(judgement, expected)
    if isinstance(expected, (float, Decimal)):
        seen, expected = float(seen), pytest.approx(float(expected), rel=1e-12)
    assert seen == expected, judgement.reason


@pytest.mark.parametrize(("declaration", "where", "expected"), CASES)
def test_a_check_of_an_empty_table_never_breaks(database: Database, declaration: Any, where: str | None, expected: Any) -> None:
    assert database.judge(declaration, "1 = 0").outcome != "errored"


def test_a_moment_with_a_zone_is_compared_as_a_moment(database: Database) -> None:
    if database.conn_type == "sqlite":
        pytest.skip("SQLite has no type for moments: a text with a zone is another text than one without")
    bounds = datetime(2024, 1, 1, 6, tzinfo=timezone(timedelta(hours=5, minutes=30))), datetime(2024, 1, 1, 23, 59, 59, tzinfo=UTC)
    assert database.judge(c.between("at", *bounds, where="id < 3")).violations == 0


def test_days_of_moments_with_zones_begin_in_utc(database: Database) -> None:
    if database.conn_type == "mysql":
        pytest.skip("MariaDB keeps no zone; its TIMESTAMP is tried with the session's zone")
    assert database.judge(c.no_gaps("moment", every="day"), table="zoned").rows == 1
    assert database.judge(c.no_gaps("moment", every="hour"), table="zoned").violations == 13
    assert (
        database.judge(c.fresh("moment", max_age="365d"), table="zoned").observed
        == (NOW - datetime(2024, 1, 2, 18, tzinfo=UTC)).total_seconds()
    )


SEGMENTED = [
    case(c.not_null("a", by="b"), {"x": 1, "y": 0, None: 1}),
    case(c.unique("a", by="b"), {"x": 2, "y": 0, None: 0}),
    case(c.matches("s", "x", by="b"), {"x": 3, "y": 1, None: 1}),
    case(c.increasing("a", order_by="id", by="b"), {"x": 0, "y": 0, None: 0}),
    case(c.foreign_key("a", to="parents.k", by="b"), {"x": 0, "y": 1}),
    case(c.row_count(at_least=0, by="b"), {"x": "4", "y": "3", None: "1"}),
    case(c.mean("f", at_least=0, by="b"), {"x": "1", "y": "0.666667", None: "4"}),
    case(c.median("f", at_least=0, by="b"), {"x": "2", "y": "0.5", None: "4"}),
    case(c.stddev("f", at_least=0, by="b", where="b = TRUE"), {"y": "0.763763"}),
    case(c.distinct_count("a", at_least=0, by="b"), {"x": "2", "y": "3"}),
    case(c.z_scores("f", within=0.9, by="b"), {"x": 1, "y": 1, None: 0}),
    case(c.no_gaps("d", every="month", by="b", where="b = TRUE"), {"y": 2}),
    case(c.most_common("s", ["x"], by="b", where="b = TRUE"), {"y": "x"}),
]


@pytest.mark.parametrize(("declaration", "where", "expected"), SEGMENTED)
def test_a_check_by_segment_gives_its_answers(database: Database, declaration: Any, where: str | None, expected: dict[str, Any]) -> None:
    judgement = database.judge(declaration, where)
    assert judgement.outcome != "errored", judgement.reason
    named = {"True": "y", "1": "y", "False": "x", "0": "x", None: None}
    first = next(iter(expected.values()))
    seen = {
        named[one.value]: one.judgement.violations if isinstance(first, int) else format_value(one.judgement.observed)
        for one in judgement.segments
    }
    assert {name: value for name, value in seen.items() if name in expected} == expected


@pytest.mark.parametrize(("kind", "readable"), READABLE.items())
def test_texts_are_readable_alike_everywhere(database: Database, kind: str, readable: int) -> None:
    judgement = database.judge(c.of_type("x", kind), table="texts")
    assert (judgement.violations, judgement.rows) == (len(TEXTS) - readable, len(TEXTS))


@pytest.mark.parametrize("value", PAINFUL)
def test_texts_and_patterns_stay_what_they_are(database: Database, value: str) -> None:
    like = re.sub(r"([%_\\])", r"\\\1", value)
    others = len(PAINFUL) - 1
    assert database.judge(c.in_set("x", [value]), table="painful").violations == others
    assert database.judge(c.between("x", value, value), table="painful").violations == others
    assert database.judge(c.like("x", like), table="painful").violations == others
    assert database.judge(c.matches("x", f"^{re.escape(value)}$".replace("\\\n", "\n")), table="painful").violations == others
