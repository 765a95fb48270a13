"""NULL, empty columns and values outside of a reference, on every database that runs here."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime

import duckdb
import psycopg
import pytest

from airflow_dre import checks as c
from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.engines.warehouse import Warehouse
from airflow_dre.errors import DefinitionError
from airflow_dre.services.quality.run import Suite, run_suite
from airflow_dre.sql.dialects import find_dialect
from airflow_dre.sql.scope import Scope
from airflow_dre.store.records import ResultRecord
from airflow_dre.values.dataset import DatasetName
from tests.databases import DATABASES
from tests.hooks import Hook

ROWS = [(1, 1), (2, 1), (2, 1), (3, None), (None, 3), (None, None), (None, None)]
VALUES = [-1, 0, 0, 1, 1, 1, 2, 5]


@pytest.fixture(scope="module", params=DATABASES)
def warehouse(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """Yield a database of each kind with ``pairs`` (a, b), ``numbers`` (v, word) and the empty ``no_rows``."""
    folder = tmp_path_factory.mktemp("missing")
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_address")
        hook = Hook("postgres", lambda: psycopg.connect(url, options="-c search_path=missing_values"))
    elif request.param == "duckdb":
        hook = Hook("duckdb", lambda: duckdb.connect(folder / "w.duckdb"))
    else:
        hook = Hook("sqlite", lambda: sqlite3.connect(folder / "w.db"))
    connection = hook.get_conn()
    mark = "%s" if request.param == "postgres" else "?"
    cursor = connection.cursor()
    if request.param == "postgres":
        cursor.execute("CREATE SCHEMA missing_values")
    cursor.execute("CREATE TABLE pairs (a INTEGER, b INTEGER)")
    cursor.executemany(f"INSERT INTO pairs VALUES ({mark}, {mark})", ROWS)
    cursor.execute("CREATE TABLE numbers (v INTEGER, word VARCHAR(9))")
    cursor.executemany(f"INSERT INTO numbers VALUES ({mark}, {mark})", [(value, f"w{value}") for value in VALUES])
    cursor.execute("CREATE TABLE no_rows (v INTEGER)")
    connection.commit()
    connection.close()
    found = Warehouse(hook)
    yield found
    found.close()


def result(declared: Declaration, table: str, warehouse: Warehouse) -> ResultRecord:
    """Return the result of one check."""
    scope = Scope((table,), None, find_dialect(warehouse.name))
    suite = Suite(name="s", dataset=DatasetName("x", table), scope=scope, checks=parse_checks([declared]))
    (found,) = run_suite(suite, warehouse, datetime.now(UTC)).record.results
    return found


@pytest.mark.parametrize(
    ("declared", "violations", "rows"),
    [
        (c.compare("a", "==", "b"), 2, 3),
        (c.compare("a", "==", "b", nulls="skip_all"), 4, 5),
        (c.compare("a", "==", "b", nulls="keep"), 6, 7),
        (c.compare("a", ">", "b"), 1, 3),
        (c.compare("a", ">", "b", nulls="skip_all"), 1, 5),
        (c.compare("a", ">", "b", nulls="keep"), 1, 7),
        (c.compare("a", "!=", "b", nulls="keep"), 1, 7),
        (c.all_differ("a", "b"), 1, 3),
        (c.all_differ("a", "b", nulls="skip_all"), 1, 5),
        (c.all_differ("a", "b", nulls="keep"), 3, 7),
        (c.sum_equals("a", "b", total=3), 1, 3),
        (c.sum_equals("a", "b", total=3, nulls="keep"), 1, 7),
        (c.tuple_in_set("a", "b", values=[(2, 1)]), 1, 3),
        (c.tuple_in_set("a", "b", values=[(2, 1)], nulls="skip_all"), 3, 5),
        (c.tuple_in_set("a", "b", values=[(2, 1), (3, 3)], nulls="keep"), 1, 7),
        (c.tuple_in_set("a", "b", values=[(2, 1), (3, None), (1, 1)], nulls="skip_all"), 1, 5),
        (c.tuple_in_set("a", "b", values=[(None, 3), (None, None)], nulls="keep"), 4, 7),
        (c.unique("a", "b"), 2, 3),
        (c.unique("a", "b", nulls="skip_all"), 2, 5),
        (c.unique("a", "b", nulls="keep"), 2, 7),
    ],
    ids=repr,
)
def test_rows_with_null_in_checks_of_several_columns(declared: Declaration, violations: int, rows: int, warehouse: Warehouse) -> None:
    found = result(declared, "pairs", warehouse)
    assert (found.violations, found.rows, found.outcome.value) == (violations, rows, "failed")


@pytest.mark.parametrize(
    "declared",
    [
        c.mean("v", at_least=0),
        c.column_max("v", at_most=3),
        c.median("v", at_most=3),
        c.unique_ratio("v", at_most=1),
        c.distribution("v", {1: 1}, at_most=1),
        c.most_common("v", [1]),
    ],
    ids=lambda declared: declared.kind,
)
@pytest.mark.parametrize(("if_empty", "outcome"), [(None, "skipped"), ("skip", "skipped"), ("fail", "failed")])
def test_no_value_at_all(declared: Declaration, if_empty: str | None, outcome: str, warehouse: Warehouse) -> None:
    found = result(Declaration(declared.kind, {**declared.arguments, "if_empty": if_empty}), "no_rows", warehouse)
    assert (found.outcome.value, found.reason) == (outcome, "no value to check")


def divergence(p: list[float], q: list[float]) -> float:
    """Return the Kullback-Leibler divergence by its definition."""
    return sum(seen / sum(p) * math.log(seen / sum(p) / (expected / sum(q))) for seen, expected in zip(p, q, strict=True) if seen)


@pytest.mark.parametrize(
    ("declared", "p", "q"),
    [
        (c.distribution("v", {"edges": [0, 1, 3], "weights": [3, 3]}, others=[1, 1], at_most=0), [1, 2, 4, 1], [1, 3, 3, 1]),
        (c.distribution("v", {"edges": [-math.inf, 1, 2], "weights": [3, 3]}, others=[0, 2], at_most=0), [3, 4, 1], [3, 3, 2]),
        (c.distribution("v", {"edges": [-math.inf, 1, math.inf], "weights": [1, 3]}, at_most=0), [3, 5], [1, 3]),
        (c.distribution("v", {0: 2, 1: 3}, others=3, at_most=0), [2, 3, 3], [2, 3, 3.0001]),
        (c.distribution("v", {-1: 1, 0: 1, 1: 1, 2: 1, 5: 1}, others=3, at_most=0), [1, 2, 3, 1, 1], [1, 1, 1, 1, 1]),
    ],
    ids=repr,
)
def test_values_outside_of_a_reference(declared: Declaration, p: list[float], q: list[float], warehouse: Warehouse) -> None:
    found = result(declared, "numbers", warehouse)
    assert found.value == pytest.approx(divergence(p, q), abs=1e-6)


@pytest.mark.parametrize(("strictly", "violations"), [(False, 0), (True, 2)])
def test_a_value_that_lies_exactly_so_far_from_the_mean(strictly: bool, violations: int, warehouse: Warehouse) -> None:
    found = result(c.z_scores("v", within=1, strictly=strictly, where="v IN (-1, 5) OR v = 2"), "numbers", warehouse)
    assert (found.violations, found.rows) == (violations, 3)


@pytest.mark.parametrize(
    ("places", "outcome"), [({"v": 0}, "passed"), ({"word": -1, "v": -2}, "passed"), ({"v": 1}, "failed"), ({"v": -9}, "failed")]
)
def test_the_place_of_a_column(places: dict[str, int], outcome: str, warehouse: Warehouse) -> None:
    found = result(c.schema_is(["v", "word"], places=places), "numbers", warehouse)
    assert found.outcome.value == outcome


@pytest.mark.parametrize(("any_case", "outcome"), [(True, "passed"), (False, "failed")])
def test_names_that_differ_in_case(any_case: bool, outcome: str, warehouse: Warehouse) -> None:
    found = result(c.schema_is({"V": "INTEGER", "Word": None}, ordered=True, places={"V": 0}, any_case=any_case), "numbers", warehouse)
    assert found.outcome.value == outcome


def test_a_text_held_against_a_number_is_an_error_and_no_verdict(warehouse: Warehouse) -> None:
    found = result(c.between("word", 1, 5), "numbers", warehouse)
    assert found.outcome.value == "errored"
    assert result(c.between("v", 1, 5), "numbers", warehouse).violations == 3
    assert result(c.between("word", "a", "z"), "numbers", warehouse).outcome.value == "passed"


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        (c.compare("a", "==", "b", nulls="sometimes"), "invalid nulls='sometimes'. Allowed: skip, skip_all, keep"),
        (c.tuple_in_set("a", "b", values=[(1, None)]), "Allowed: a list of tuples of 2 finite numbers"),
        (c.mean("a", at_least=1, if_empty="pass"), "invalid if_empty='pass'. Allowed: skip, fail"),
        (c.distribution("a", {"edges": [0, 1], "weights": [1]}, others=1, at_most=1), "Allowed: one weight for values, two weights"),
        (c.distribution("a", {1: 1}, others=-1, at_most=1), "Allowed: one weight for values, two weights"),
        (c.distribution("a", {"edges": [-math.inf, math.inf], "weights": [1]}, at_most=1), "invalid reference="),
        (c.distribution("a", {"edges": [1, 0], "weights": [1]}, at_most=1), "invalid reference="),
        (c.schema_is(["a"], places={"b": 1}), "Allowed: a dict of column: place, from 0, for columns that are among columns"),
        (c.schema_is(["a"], places={"a": True}), "Allowed: a dict of column: place"),
    ],
    ids=repr,
)
def test_what_is_refused(declared: Declaration, words: str) -> None:
    with pytest.raises(DefinitionError) as error:
        parse_checks([declared])
    assert words in str(error.value)
