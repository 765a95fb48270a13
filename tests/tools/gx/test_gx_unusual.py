"""Unusual expectations of a suite come out as Great Expectations 1.24 answered them of the same pandas DataFrame."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from airflow_dre.checks import from_gx
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.checks.outcomes import Outcome
from airflow_dre.engines.duckdb.connection import opened_duckdb
from airflow_dre.engines.duckdb.frames import register_frame
from airflow_dre.engines.warehouse import Warehouse
from airflow_dre.services.quality.run import Suite, run_suite
from airflow_dre.sql.dialects import find_dialect
from airflow_dre.sql.scope import Scope
from airflow_dre.values.dataset import DatasetName
from tests.databases import sqlite_file

TABLES = {
    "rows": pd.DataFrame(
        {
            "n": [1.0, None, 2.0, 2.0, None, 7.5],
            "i": [1, 2, 3, 3, 5, 8],
            "word": ["a", "ab", "abc", "a.b", "", None],
            "digits": ["1", "2", "3", "3", "5", "8"],
            "yes": [True, False, True, True, False, True],
            "none": [None] * 6,
            "ts": pd.to_datetime(["2020-01-01", "2020-02-01 10:00", "2021-01-01", "2019-12-31", None, "2022-05-05"], format="mixed"),
        }
    ),
    "no rows": pd.DataFrame({"i": pd.Series([], dtype="int64"), "n": pd.Series([], dtype="float64")}),
}


def between(number: str, low: Any, high: Any, **more: Any) -> tuple[str, dict[str, Any]]:
    """Return an expectation about the values, or about one number, of a column."""
    return f"expect_column_{number}_to_be_between", {"min_value": low, "max_value": high, **more}


def of(number: str, **more: Any) -> tuple[str, dict[str, Any]]:
    """Return any other expectation about a column."""
    return f"expect_column_{number}", more


CASES: dict[str, tuple[str, tuple[str, dict[str, Any]], bool]] = {
    "no value lies between a minimum and a lower maximum": ("rows.i", between("values", 5, 1), False),
    "a mean is not between reversed ends": ("rows.n", between("mean", 5, 1), False),
    "a median is not between reversed ends": ("rows.n", between("median", 5, 1), False),
    "a smallest value is not between reversed ends": ("rows.n", between("min", 5, 1), False),
    "a largest value is not between reversed ends": ("rows.n", between("max", 5, 1), False),
    "a sum is not between reversed ends": ("rows.n", between("sum", 5, 1), False),
    "a deviation is not between reversed ends": ("rows.n", between("stdev", 5, 1), False),
    "a number of values is not between reversed ends": ("rows.n", between("unique_value_count", 5, 1), False),
    "a share of different values is not between reversed ends": ("rows.n", between("proportion_of_unique_values", 1, 0), False),
    "a share of values is not between reversed ends": ("rows.n", between("proportion_of_non_null_values", 1, 0), False),
    "a share of nothing is not between reversed ends": ("no rows.n", between("proportion_of_unique_values", 5, 1), False),
    "no length lies between reversed ends": ("rows.word", between("value_lengths", 3, 1), False),
    "no value lies between equal ends of which one is left out": ("rows.i", between("values", 2, 2, strict_min=True), False),
    "no value of no rows lies outside of equal ends that are left out": ("no rows.i", between("values", 2, 2, strict_min=True), True),
    "no mean lies between equal ends that are left out": (
        "rows.n",
        between("mean", 3.125, 3.125, strict_min=True, strict_max=True),
        False,
    ),
    "a share of all rows is not above one": (
        "rows.i",
        between("proportion_of_non_null_values", 1, None, strict_min=True),
        False,
    ),
    "a share is above a half that does not belong to the range": (
        "rows.n",
        between("proportion_of_non_null_values", 0.5, None, strict_min=True),
        True,
    ),
    "a share is never more than one": ("rows.i", between("proportion_of_non_null_values", 1.5, 1.5), False),
    "a share may be below two": ("rows.n", between("proportion_of_non_null_values", 0, 2), True),
    "every value is below infinity": ("rows.n", between("values", None, float("inf")), True),
    "a largest value is below infinity": ("rows.n", between("max", None, float("inf")), True),
    "true as a lower end is one": ("rows.n", between("values", True, None), True),
    "false and true as ends are nought and one": ("rows.n", between("values", False, True), False),
    "an empty regular expression is found in every text": ("rows.word", of("values_to_match_regex", regex=""), True),
    "an empty regular expression is found in texts that must not match": ("rows.word", of("values_to_not_match_regex", regex=""), False),
    "no more than all texts may match an empty regular expression": (
        "rows.word",
        of("values_to_not_match_regex", regex="", mostly=0),
        True,
    ),
    "an empty regular expression beside another is found": ("rows.word", of("values_to_match_regex_list", regex_list=["", "q"]), True),
    "an empty regular expression is not the other one that must be found": (
        "rows.word",
        of("values_to_match_regex_list", regex_list=["", "q"], match_on="all"),
        False,
    ),
    "a list with an empty regular expression is met by none": (
        "rows.word",
        of("values_to_not_match_regex_list", regex_list=["", "q"]),
        False,
    ),
    "half of the values cannot be in an empty set": ("rows.n", of("values_to_be_in_set", value_set=[], mostly=0.5), False),
    "none of the values needs to be in an empty set": ("rows.n", of("values_to_be_in_set", value_set=[], mostly=0), True),
    "not-a-number in a set is as if it was not there": ("rows.n", of("values_to_not_be_in_set", value_set=[float("nan")]), True),
    "the values contain an empty set": ("rows.n", of("distinct_values_to_contain_set", value_set=[]), True),
    "the values are not an empty set": ("rows.n", of("distinct_values_to_equal_set", value_set=[]), False),
    "no values are an empty set": ("no rows.n", of("distinct_values_to_equal_set", value_set=[]), True),
    "the values do not contain a missing one": ("rows.n", of("distinct_values_to_contain_set", value_set=[1, None]), False),
    "no value is the most common one of an empty set": ("rows.n", of("most_common_value_to_be_in_set", value_set=[]), False),
    "no length is below nought": ("rows.word", of("value_lengths_to_equal", value=-1), False),
    "no length lies below a negative maximum": ("rows.word", between("value_lengths", None, -1), False),
    "the mean of booleans is the share of those that are true": ("rows.yes", between("mean", 0.66, 0.67), True),
    "the mean of booleans is not one": ("rows.yes", between("mean", 1, None), False),
    "the sum of booleans is the number of those that are true": ("rows.yes", between("sum", 4, 4), True),
    "the median of booleans is one where most are true": ("rows.yes", between("median", 1, 1), True),
    "booleans deviate": ("rows.yes", between("stdev", 0.51, 0.52), True),
    "no number equals the text of its digits": ("rows.i", of("pair_values_to_be_equal", column_A="i", column_B="digits"), False),
    "a number and a word are compared without an error": ("rows.i", of("pair_values_to_be_equal", column_A="i", column_B="word"), False),
    "any share of numbers may differ from texts": (
        "rows.i",
        of("pair_values_to_be_equal", column_A="i", column_B="word", mostly=0, ignore_row_if="neither"),
        True,
    ),
    "an empty list of quantiles is met": (
        "rows.n",
        of("quantile_values_to_be_between", quantile_ranges={"quantiles": [], "value_ranges": []}),
        True,
    ),
}

PAIR = {"column_A": "i", "column_B": "word"}
OF_FRAMES: dict[str, tuple[str, tuple[str, dict[str, Any]], bool]] = {
    "no number is one of the texts of its digits": ("rows.i", of("values_to_be_in_set", value_set=["1", "2", "3", "5", "8"]), False),
    "a word in a set of numbers is as if it was not there": ("rows.i", of("values_to_be_in_set", value_set=[1, 2, 3, 5, 8, "x"]), True),
    "no word is a number": ("rows.word", of("values_to_not_be_in_set", value_set=[1, 2.5]), True),
    "true and false are one and nought": ("rows.yes", of("values_to_be_in_set", value_set=[0, 1]), True),
    "true is not the text of it": ("rows.yes", of("values_to_be_in_set", value_set=["True", "False"]), False),
    "half of nothing but missing values may be of any set": ("rows.none", of("values_to_be_in_set", value_set=["a", 1]), True),
    "words do not contain a number": ("rows.word", of("distinct_values_to_contain_set", value_set=["a", 1]), False),
    "the most common number is no text of its digits": ("rows.i", of("most_common_value_to_be_in_set", value_set=["3"]), False),
    "the most common number is among texts": ("rows.i", of("most_common_value_to_be_in_set", value_set=["x", 3]), True),
    "a regular expression is found in the digits of a number": ("rows.i", of("values_to_match_regex", regex="^[0-9]$"), True),
    "a whole float ends in nought": ("rows.n", of("values_to_match_regex", regex=r"\.[05]$"), True),
    "booleans are written with a capital": ("rows.yes", of("values_to_match_regex", regex="^(True|False)$"), True),
    "a timestamp has a year at its start": ("rows.ts", of("values_to_match_regex", regex="^20[0-9][0-9]-"), True),
    "no digit is a letter": ("rows.i", of("values_to_not_match_regex", regex="[a-z]"), True),
    "true is as long as its word": ("rows.yes", between("value_lengths", 4, 5), True),
    "a number is as long as its digits": ("rows.i", of("value_lengths_to_equal", value=1), True),
    "a pair of another kind is in no set": ("rows.i", of("pair_values_to_be_in_set", **PAIR, value_pairs_set=[["a", 1]]), False),
    "no pair is in an empty set": ("rows.i", of("pair_values_to_be_in_set", **PAIR, value_pairs_set=[]), False),
    "no rows have no pair": (
        "no rows.i",
        of("pair_values_to_be_in_set", column_A="i", column_B="n", value_pairs_set=[]),
        True,
    ),
    "nothing adds up to nought": ("rows.none", between("sum", 0, 0), True),
    "a number is no JSON, since Python reads it from texts only": ("rows.i", of("values_to_be_json_parseable"), False),
    "a missing value is not above another": (
        "rows.n",
        of("pair_values_a_to_be_greater_than_b", column_A="n", column_B="i", or_equal=True, mostly=0.3, ignore_row_if="neither"),
        False,
    ),
    "text spells a number": ("rows.i", between("values", "1", "8"), True),
    "booleans lie between halves": ("rows.yes", between("values", 0.5, 1.5, mostly=0.6), True),
    "a missing part is no part of a pair": (
        "rows.i",
        of(
            "pair_values_to_be_in_set",
            **PAIR,
            value_pairs_set=[[1, "a"], [2, "ab"], [3, "abc"], [3, "a.b"], [5, ""], [8, "x"]],
        ),
        False,
    ),
}
"""Cases that pandas, whose values have a kind of their own, answers otherwise than a database of texts and numbers."""
IN_ERROR: dict[str, tuple[str, tuple[str, dict[str, Any]]]] = {
    "no text is compared with a date": ("rows.word", between("values", "2020-01-01", None)),
    "no mean of texts is looked for between reversed ends": ("rows.word", between("mean", 5, 1)),
    "no sum of timestamps lies between numbers": ("rows.ts", between("sum", 2, 2, strict_min=True)),
    "no steps are taken from text to text": ("rows.word", of("values_to_be_increasing")),
}
"""Cases for which Great Expectations ends in an exception of pandas."""


@pytest.fixture(params=["pandas", "sqlite"])
def engines(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, Warehouse]]:
    """Yield each table by its name, as a DataFrame in DuckDB, or in a file of SQLite."""
    if request.param == "sqlite":
        found = {name: Warehouse(File(tmp_path / f"{name}.db")) for name in TABLES}
        for name, frame in TABLES.items():
            with sqlite_file(tmp_path / f"{name}.db") as connection:
                frame.to_sql("t", connection, index=False, dtype={"yes": "BOOLEAN"} if "yes" in frame else None)
        yield found
        for engine in found.values():
            engine.close()
        return
    with opened_duckdb("256MB") as one, opened_duckdb("256MB") as other:
        found = dict(zip(TABLES, (Warehouse(one), Warehouse(other)), strict=True))
        for database, frame in zip((one, other), TABLES.values(), strict=True):
            register_frame(database, "t", frame, "case")
        yield found
        for engine in found.values():
            engine.close()


class File:
    """Connections of a SQLite file."""

    conn_type = "sqlite"

    def __init__(self, path: Path) -> None:
        self.path = path

    def get_conn(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path)


def outcomes(engine: Warehouse, kind: str, kwargs: dict[str, Any]) -> set[Outcome]:
    """Return the outcomes of the checks of an expectation."""
    scope = Scope(("t",), None, find_dialect(engine.name))
    checks = parse_checks(from_gx([{"type": kind, "kwargs": kwargs}], order_by="i"))
    run = run_suite(Suite(name="s", dataset=DatasetName("x", "t"), scope=scope, checks=checks), engine, datetime.now(UTC)).record
    return {result.outcome for result in run.results}


def succeeds(engine: Warehouse, kind: str, kwargs: dict[str, Any]) -> bool:
    """Return whether every check of an expectation holds. No check may end in an error."""
    found = outcomes(engine, kind, kwargs)
    assert Outcome.ERRORED not in found
    return Outcome.FAILED not in found


@pytest.mark.parametrize(("place", "expectation", "expected"), CASES.values(), ids=CASES)
def test_an_unusual_expectation(engines: dict[str, Warehouse], place: str, expectation: tuple[str, dict[str, Any]], expected: bool) -> None:
    table, column = place.split(".")
    kind, kwargs = expectation
    about = {} if "column_A" in kwargs else {"column": column}
    assert succeeds(engines[table], kind, {**about, **kwargs}) == expected


@pytest.mark.parametrize("engines", ["pandas"], indirect=True)
@pytest.mark.parametrize(("place", "expectation", "expected"), OF_FRAMES.values(), ids=OF_FRAMES)
def test_values_are_of_their_kind(
    engines: dict[str, Warehouse], place: str, expectation: tuple[str, dict[str, Any]], expected: bool
) -> None:
    test_an_unusual_expectation(engines, place, expectation, expected)


@pytest.mark.parametrize("engines", ["pandas"], indirect=True)
@pytest.mark.parametrize(("place", "expectation"), IN_ERROR.values(), ids=IN_ERROR)
def test_what_pandas_refuses_ends_in_an_error(engines: dict[str, Warehouse], place: str, expectation: tuple[str, dict[str, Any]]) -> None:
    table, column = place.split(".")
    kind, kwargs = expectation
    assert Outcome.ERRORED in outcomes(engines[table], kind, {"column": column, **kwargs})
