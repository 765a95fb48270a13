"""A guessed type is not a declared type: it holds every value as it is written, refuses no check and turns no verdict."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import signal
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from airflow_dre import checks as c
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.services.quality.data import opened_data
from airflow_dre.services.quality.run import Suite, run_suite
from airflow_dre.services.quality.samples import SamplePlan
from airflow_dre.services.quality.source import DataSpec
from tests.engines.duckdb.test_files import NOW, look, outcomes, reasons, write

SAMPLE = 20_600
"""More rows than DuckDB itself guesses types from."""


def described(data: Any, **options: Any) -> dict[str, str]:
    """Return the columns of data, with their types."""
    with opened_data(data, DataSpec(subject="t", task="d.t", read_options=options)) as source:
        return {str(row[0]): str(row[1]) for row in source.engine.fetch_rows('SELECT column_name, column_type FROM (DESCRIBE "data")', 99)}


TYPES: dict[str, tuple[list[str], str]] = {
    "whole numbers": (["1", "-5", "0"], "BIGINT"),
    "beyond 2^63": (["9223372036854775808", "1"], "HUGEINT"),
    "beyond 2^127": (["170141183460469231731687303715884105728", "1"], "VARCHAR"),
    "decimals": (["1.10", "2"], "DOUBLE"),
    "an exponent": (["1e5", "2"], "DOUBLE"),
    "the digits of a double": (["0.30000000000000004", "1.7976931348623157e+308"], "DOUBLE"),
    "more digits than a double has": (["12345678901234567.89", "1"], "DECIMAL(38,2)"),
    "more digits than a decimal has": ([f"0.{'123' * 13}"], "VARCHAR"),
    "larger than a double": (["1e400"], "VARCHAR"),
    "spaces around numbers": ([" 5", "6 "], "DOUBLE"),
    "no number among numbers": (["nan", "1.5", "-inf"], "DOUBLE"),
    "words that DuckDB takes for numbers": (["nan", "inf"], "VARCHAR"),
    "a word for a missing number": (["NA", "1"], "VARCHAR"),
    "leading zeros": (["007", "8"], "VARCHAR"),
    "a plus sign": (["+49", "1"], "VARCHAR"),
    "hexadecimal": (["0x1F"], "VARCHAR"),
    "underscores": (["1_000"], "VARCHAR"),
    "true and false": (["true", "False"], "BOOLEAN"),
    "t and f": (["t", "f"], "VARCHAR"),
    "yes and no": (["yes", "no"], "VARCHAR"),
    "days": (["2024-01-31", "2024-02-29"], "DATE"),
    "a day that does not exist": (["2024-01-31", "2023-02-29"], "VARCHAR"),
    "days that may be months": (["01/02/2024", "02/01/2024"], "VARCHAR"),
    "words that DuckDB takes for days": (["infinity", "epoch"], "VARCHAR"),
    "days and timestamps": (["2024-01-31", "2024-01-31T10:00:00.5"], "TIMESTAMP"),
    "timestamps with a zone": (["2024-01-01T00:00:00Z", "2024-01-01 00:00:00+02:00"], "TIMESTAMPTZ"),
    "timestamps with a zone and without": (["2024-01-01T00:00:00Z", "2024-01-01 00:00:00"], "VARCHAR"),
    "nanoseconds": (["2024-01-01 00:00:00.123456789"], "VARCHAR"),
    "times of day": (["10:30:00"], "TIME"),
    "hours and minutes": (["10:30"], "VARCHAR"),
    "no value": ([""], '"NULL"'),
}
NAMES = {"TIMESTAMP WITH TIME ZONE": "TIMESTAMPTZ"}


@pytest.mark.parametrize("name", TYPES)
def test_a_type_holds_every_value_as_it_is_written(tmp_path: Path, name: str) -> None:
    values, kind = TYPES[name]
    found = described(write(tmp_path / "x.csv", "id,v\n" + "".join(f"{n},{value}\n" for n, value in enumerate(values))))["v"]
    assert NAMES.get(found, found) == kind


LATE: dict[str, tuple[str, str, list[Any]]] = {
    "a fraction below whole numbers": ("7", "10.4", [c.between("v", 0, 10), c.column_max("v", at_most=10), c.in_set("v", [7, 10])]),
    "leading zeros below whole numbers": ("7", "07", [c.in_set("v", ["7"]), c.length("v", equals=1)]),
    "a number beyond 2^63": ("7", str(2**63), [c.between("v", 0, 10), c.column_max("v", at_most=10)]),
    "a number beyond 2^127": ("7", str(2**127), [c.between("v", 0, 10), c.column_max("v", at_most=10)]),
    "digits that a double has not": (
        "7.5",
        "7.50000000000000001",
        [c.in_set("v", [7.5]), c.between("v", 0, 7.5), c.column_max("v", at_most=7.5)],
    ),
    "a word below numbers": ("7", "n/a", [c.between("v", 0, 10), c.column_max("v", at_most=10), c.mean("v", equals=7)]),
    "hexadecimal below numbers": ("7", "0xFF", [c.between("v", 0, 10), c.column_max("v", at_most=10)]),
    "a time below days": (
        "2024-01-09",
        "2024-01-09 23:59:59",
        [c.column_max("v", at_most="2024-01-09"), c.between("v", high="2024-01-09")],
    ),
    "a time within the last microsecond": (
        "2024-01-09",
        "2024-01-09 00:00:00.000000001",
        [c.column_max("v", at_most="2024-01-09"), c.between("v", high="2024-01-09")],
    ),
    "another spelling below days": (
        "2024-01-09",
        "09/01/2030",
        [
            c.column_max("v", at_most="2024-01-09"),
            c.between("v", high="2024-01-09"),
            c.column_max("v", at_most=dt.date(2024, 1, 9), name="a date"),
        ],
    ),
    "a day that does not exist below days": ("2024-01-09", "2024-01-32", [c.of_type("v", "date"), c.column_max("v", at_most="2024-01-31")]),
    "a zone below timestamps": (
        "2024-01-09 10:00:00",
        "2024-01-09 10:00:00-05:00",
        [c.column_max("v", at_most="2024-01-09 12:00:00"), c.between("v", high="2024-01-09 12:00:00")],
    ),
    "a word below truth": ("true", "maybe", [c.in_set("v", [True])]),
}
WAYS: dict[str, Callable[[Path, str, str], Any]] = {
    "the last row": lambda folder, usual, late: write(folder / "a.csv", "n,v\n" + f"1,{usual}\n" * SAMPLE + f"2,{late}\n"),
    "the last row of the last file": lambda folder, usual, late: [
        write(folder / "a.csv", "n,v\n" + f"1,{usual}\n" * 3),
        write(folder / "b.csv", "n,v\n" + f"1,{usual}\n" * SAMPLE + f"2,{late}\n"),
    ],
    "a compressed file": lambda folder, usual, late: write(
        folder / "a.csv.gz", gzip.compress(("n,v\n" + f"1,{usual}\n" * SAMPLE + f"2,{late}\n").encode())
    ),
    "tabs": lambda folder, usual, late: write(folder / "a.tsv", "n\tv\n" + f"1\t{usual}\n" * SAMPLE + f"2\t{late}\n"),
}


@pytest.mark.parametrize(
    ("name", "way"), [*((name, "the last row") for name in LATE), *(("a fraction below whole numbers", way) for way in list(WAYS)[1:])]
)
def test_a_late_value_is_found_or_told_with_its_line(tmp_path: Path, name: str, way: str) -> None:
    usual, late, checks = LATE[name]
    data = WAYS[way](tmp_path, usual, late)
    run = look(data, *checks, c.row_count(at_least=1, name="rows"))
    found = outcomes(run)
    assert found.pop("rows") == "passed"
    assert set(found.values()) <= {"failed", "errored"}, [result.reason for result in run.results]
    file = data[-1] if isinstance(data, list) else data
    assert all(reason.startswith(f"{file}, line {SAMPLE + 2}: a value of column v is no ") for reason in reasons(run)), reasons(run)


SETTLED: dict[str, tuple[str, str, list[Any]]] = {
    "whole numbers": ("1", "2", [c.distinct_count("v", equals=2), c.column_max("v", equals=2)]),
    "a word": ("1", "x", [c.distinct_count("v", equals=2), c.length("v", equals=1), c.in_set("v", ["1", "x"])]),
    "a fraction": ("1", "2.5", [c.column_max("v", equals=2.5), c.metric_sql("SUM(v) - COUNT(*)", equals=1.5)]),
    "a longer fraction": ("1234567890123456.78", "0.123", [c.column_min("v", equals=Decimal("0.123")), c.distinct_count("v", equals=2)]),
    "a value where there was none": ("", "7", [c.column_max("v", equals=7), c.not_null("v", fail_above=SAMPLE), c.between("v", 7, 7)]),
    "a zone": ("2024-01-01 10:00:00", "2024-01-01 10:00:00-05:00", [c.distinct_count("v", equals=2)]),
    "a text beside a column of numbers": ("1", "x", [c.compare("v", "==", "w"), c.compare("w", "<=", "v", name="ordered")]),
    "a column that no check names": ("1", "x", [c.failed_rows_sql("SELECT * FROM data WHERE n = 3")]),
}
"""Values of a column in all rows but the last, in the last, and checks that pass."""


@pytest.mark.parametrize("name", SETTLED)
def test_answers_do_not_depend_on_what_the_first_rows_are(tmp_path: Path, name: str) -> None:
    usual, late, checks = SETTLED[name]
    path = write(tmp_path / "a.csv", "n,v,w\n" + f"1,{usual},{usual}\n" * SAMPLE + f"2,{late},{late}\n")
    run = look(path, *checks)
    assert set(outcomes(run).values()) == {"passed"}, reasons(run)
    assert "guessed" not in " ".join(reasons(run))


def test_a_file_whose_first_rows_tell_its_types_is_read_once(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "n,v\n" + "1,x\n" * SAMPLE)
    with opened_data(path, DataSpec(subject="t", task="d.t")) as source:
        suite = Suite(name="s", dataset=source.dataset, scope=source.scope, checks=parse_checks([c.mean("n", equals=1), c.not_null("v")]))
        assert run_suite(suite, source.engine, dt.datetime.now(dt.UTC)).record.queries == 1


CLEAN: dict[str, tuple[list[str], list[Any]]] = {
    "ids": (
        ["1", "2"],
        [
            c.of_type("v", "integer"),
            c.matches("v", r"^\d$"),
            c.length("v", equals=1),
            c.like("v", "_"),
            c.not_empty("v"),
            c.json_valid("v"),
        ],
    ),
    "days": (
        ["2024-01-31", "2024-02-28"],
        [
            c.of_type("v", "date"),
            c.matches("v", "^2024-"),
            c.not_matches("v", "/"),
            c.length("v", equals=10),
            c.in_set("v", ["2024-01-31", "2024-02-28"]),
        ],
    ),
    "phones": (
        ["0049151", "0049152"],
        [c.like("v", "0049%"), c.in_set("v", ["0049151", "0049152"]), c.between("v", 49150, 49160), c.unique("v")],
    ),
    "versions": (["1.10", "1.20"], [c.length("v", equals=4), c.in_set("v", ["1.10", "1.20"]), c.not_in_set("v", ["1.1"])]),
    "truth": (["True", "False"], [c.in_set("v", ["True", "False"]), c.in_set("v", [True, False]), c.length("v", at_least=4, at_most=5)]),
    "zero and one": (
        ["0", "1"],
        [c.of_type("v", "boolean"), c.in_set("v", ["0", "1"]), c.in_set("v", [0, 1]), c.in_set("v", [True, False])],
    ),
    "codes with zeros": (
        ["007", "010"],
        [c.mean("v", equals=8.5), c.column_max("v", equals=10), c.column_max("v", at_most="010", name="text")],
    ),
    "times": (["10:30:00", "11:00:00"], [c.matches("v", "^1"), c.between("v", "10:00:00", "12:00:00"), c.length("v", equals=8)]),
    "timestamps": (
        ["2024-01-31T10:00:00Z", "2024-01-31T11:00:00Z"],
        [c.of_type("v", "timestamp"), c.matches("v", "Z$"), c.fresh("v", max_age="9999d")],
    ),
}


@pytest.mark.parametrize("name", CLEAN)
def test_checks_read_a_column_in_the_sense_in_which_they_speak(tmp_path: Path, name: str) -> None:
    values, checks = CLEAN[name]
    rows = "".join(f"{n},{value}\n" for n, value in enumerate(values))
    run = look(write(tmp_path / "x.csv", "id,v\n" + rows), *checks)
    assert set(outcomes(run).values()) == {"passed"}, [(result.definition.name, result.reason) for result in run.results]


def test_a_dirty_line_fails_the_checks_that_a_clean_file_passes(tmp_path: Path) -> None:
    checks = [c.of_type("id", "integer"), c.of_type("day", "date"), c.matches("phone", r"^49\d+$"), c.length("phone", equals=13)]
    path = write(tmp_path / "x.csv", "id,day,phone\n1,2024-01-31,4915112345678\nx,2024-02-30,+49 151 1\n")
    assert set(outcomes(look(path, *checks)).values()) == {"failed"}
    run = look(path, *checks, c.compare("id", "==", "phone", name="two columns"))
    assert [result.violations for result in run.results] == [1, 1, 1, 1, 2]


NOTHING: dict[str, Callable[[Path], Any]] = {
    "a header": lambda folder: write(folder / "x.csv", "id,amount,fee,day,flag\n"),
    "two headers": lambda folder: [write(folder / f"{n}.csv", "id,amount,fee,day,flag\n") for n in range(2)],
    "a header without the end of its line": lambda folder: write(folder / "x.csv", "id,amount,fee,day,flag"),
    "columns without a value": lambda folder: write(folder / "x.csv", "id,amount,fee,day,flag\n1,,,,\n2,,,,\n"),
}
LOOKS = [
    c.between("amount", 0, 100),
    c.mean("amount", at_most=50),
    c.total("amount", at_least=0),
    c.stddev("amount", at_most=5),
    c.quantile("amount", 0.95, at_most=90),
    c.column_max("amount", at_most=10),
    c.column_max("day", at_most="2024-01-01"),
    c.sum_equals("amount", "fee", total=100),
    c.compare("amount", "<", "fee"),
    c.in_set("flag", [True, False]),
    c.in_set("flag", ["a"], name="texts"),
    c.matches("amount", "x"),
    c.length("day", equals=10),
    c.of_type("day", "date"),
    c.rows("amount + fee > 0 AND day > DATE '2024-01-01' AND lower(flag) = 'a'"),
    c.metric_sql("SUM(amount) + AVG(fee)", at_least=0),
    c.no_gaps("day", every="day"),
    c.unique("amount"),
    c.distinct_count("amount", at_least=0),
]


@pytest.mark.parametrize("name", NOTHING)
def test_a_column_without_any_value_is_nothing_to_look_at(tmp_path: Path, name: str) -> None:
    run = look(
        NOTHING[name](tmp_path), *LOOKS, c.schema_is({"id": "bigint", "amount": "double", "fee": "double", "day": "date", "flag": "text"})
    )
    assert "errored" not in outcomes(run).values(), reasons(run)
    assert "failed" not in outcomes(run).values(), [(r.definition.name, r.reason) for r in run.results if r.outcome.value == "failed"]


def test_declared_types_count(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", "id,v\n1,0049\n2,0050\n")
    declared = look(path, c.mean("v", at_least=0), c.length("v", equals=4), read_options={"types": {"v": "VARCHAR"}})
    assert outcomes(declared) == {"mean(v)": "errored", "length(v)": "passed"}
    assert "column v is VARCHAR" in reasons(declared).pop()
    assert described(path, types={"v": "INTEGER"})["v"] == "INTEGER"


@pytest.mark.parametrize(
    ("options", "cells", "check"),
    [
        pytest.param({"decimal_separator": ",", "delim": ";"}, ["1,5", "2,5"], c.total("v", equals=4), id="a comma"),
        pytest.param(
            {"decimal_separator": ",", "thousands": ".", "delim": ";"}, ["1.000,5", "2,5"], c.total("v", equals=1003), id="thousands"
        ),
        pytest.param({"dateformat": "%d/%m/%Y"}, ["01/02/2024", "31/01/2024"], c.column_max("v", equals="2024-02-01"), id="days"),
        pytest.param(
            {"timestampformat": "%d/%m/%Y %H:%M"}, ["01/02/2024 10:30"], c.column_max("v", equals="2024-02-01 10:30:00"), id="timestamps"
        ),
        pytest.param({"nullstr": ["", "NA"]}, ["NA", "5"], c.mean("v", equals=5), id="a word for nothing"),
    ],
)
def test_a_declared_spelling_is_read(tmp_path: Path, options: dict[str, Any], cells: list[str], check: Any) -> None:
    sign = options.get("delim", ",")
    path = write(tmp_path / "x.csv", f"id{sign}v\n" + "".join(f"{n}{sign}{cell}\n" for n, cell in enumerate(cells)))
    assert set(outcomes(look(path, check, read_options=options)).values()) == {"passed"}


def test_a_folder_with_leading_zeros_keeps_them(tmp_path: Path) -> None:
    for code in ("007", "010"):
        (tmp_path / f"code={code}").mkdir()
        write(tmp_path / f"code={code}" / "x.csv", "id\n1\n")
    run = look(f"{tmp_path}/*/*.csv", c.in_set("code", ["007", "010"]), c.length("code", equals=3), c.between("code", 7, 10))
    assert set(outcomes(run).values()) == {"passed"}, reasons(run)


CELLS = st.one_of(
    st.integers().map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.decimals(allow_nan=False, allow_infinity=False, places=3).map(str),
    st.dates().map(str),
    st.datetimes(max_value=dt.datetime(9999, 1, 1), min_value=dt.datetime(1000, 1, 1)).map(str),
    st.sampled_from(["007", "+1", "true", "T", "nan", "NA", "1e5", "0x1", "1_0", "10:00:00", "01/02/2024", "x"]),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(CELLS, min_size=1, max_size=5))
def test_a_text_is_what_is_written_in_the_file_whatever_was_guessed(tmp_path: Path, cells: list[str]) -> None:
    path = write(tmp_path / "x.csv", "id,v\n" + "".join(f"{n},{cell}\n" for n, cell in enumerate(cells)))
    lengths = [len(cell) for cell in cells]
    run = look(path, c.in_set("v", sorted(set(cells))), c.length("v", at_least=min(lengths), at_most=max(lengths)), c.not_empty("v"))
    assert set(outcomes(run).values()) == {"passed"}, [result.reason for result in run.results]
    without = sorted(set(cells[1:]) - {cells[0]})
    if without:
        (result,) = look(path, c.in_set("v", without)).results
        assert result.violations == cells.count(cells[0])


JSON: dict[str, tuple[list[str], list[Any]]] = {
    "long ids": (
        ["89014103211118510720", "89014103211118510721"],
        [c.unique("v"), c.distinct_count("v", equals=2), c.length("v", equals=20), c.matches("v", "^8901410321111851072[01]$")],
    ),
    "long ids beside a fraction": (["9007199254740993", "9007199254740992", "1.5"], [c.unique("v"), c.distinct_count("v", equals=3)]),
    "days": (['"2024-01-31"', '"2024-02-28"'], [c.of_type("v", "date"), c.length("v", equals=10), c.column_max("v", at_most="2024-02-28")]),
    "days that may be months": (['"01/02/2024"', '"13/02/2024"'], [c.matches("v", "/2024$"), c.in_set("v", ["01/02/2024", "13/02/2024"])]),
    "texts of digits": (['"0049"', '"0050"'], [c.like("v", "00%"), c.in_set("v", ["0049", "0050"]), c.unique("v")]),
    "truth": (["true", "false"], [c.in_set("v", [True, False]), c.in_set("v", ["true", "false"], name="texts")]),
    "nothing": (["null", "null"], [c.row_count(equals=2)]),
    "identifiers": (['"6f2d0a4e-0000-0000-0000-000000000000"'], [c.of_type("v", "uuid"), c.length("v", equals=36)]),
}


@pytest.mark.parametrize("name", JSON)
def test_json_lines_keep_every_value(tmp_path: Path, name: str) -> None:
    values, checks = JSON[name]
    run = look(write(tmp_path / "x.jsonl", "".join(f'{{"id": {n}, "v": {value}}}\n' for n, value in enumerate(values))), *checks)
    assert set(outcomes(run).values()) == {"passed"}, [(result.definition.name, result.reason) for result in run.results]


def test_types_of_json_lines_can_be_declared(tmp_path: Path) -> None:
    path = write(tmp_path / "x.jsonl", '{"id": 1, "v": "5"}\n{"id": 2, "v": "6"}\n')
    assert outcomes(look(path, c.mean("v", equals=5.5), read_options={"types": {"v": "INTEGER"}})) == {"mean(v)": "passed"}
    assert described(path, types={"V": "INTEGER"})["v"] == "INTEGER"
    assert reasons(look(path, c.row_count(equals=2), read_options={"types": {"w": "INTEGER"}})) == {
        f"types of read_options: there is no column w in {path}"
    }


LONG = {
    "decimals": (
        "0.1234567890123456789",
        "0.1234567890123456788",
        "v",
        [c.unique("v"), c.total("v", at_least=0), c.length("v", at_least=1)],
    ),
    "money": ("12345678901234567.89", "12345678901234567.88", "v", [c.unique("v"), c.between("v", 0, 1), c.not_null("v")]),
    "within a list": ("[12345678901234567890123, 0.5]", "[1]", "v", [c.rows("v[1] > 0"), c.not_null("v")]),
    "within an object": ('{"x": 0.1234567890123456789}', '{"x": 1}', "v", [c.rows("v.x > 0")]),
}


@pytest.mark.parametrize("name", LONG)
def test_numbers_of_json_lines_that_a_double_does_not_hold_are_told(tmp_path: Path, name: str) -> None:
    one, other, column, checks = LONG[name]
    text = f'{{"id": 1, "s": "0.12345678901234567890", "v": {one}}}\n{{"id": 2, "s": "x", "v": {other}}}\n'
    path = write(tmp_path / "x.jsonl", text)
    run = look(path, *checks, c.unique("id"), c.unique("s"))
    assert [result.outcome.value for result in run.results] == ["errored"] * len(checks) + ["passed"] * 2
    advice = "write such numbers as texts, or set JSON in types of read_options to have them rounded"
    assert reasons(run) == {f"{path}: a number of column {column} has more digits than a double holds; {advice}"}
    assert outcomes(look(path, c.not_null("v"), read_options={"types": {"v": "JSON"}})) == {"not_null(v)": "passed"}


def test_the_digits_of_doubles_in_json_lines_are_read(tmp_path: Path) -> None:
    path = write(tmp_path / "x.jsonl", '{"v": 0.30000000000000004}\n{"v": 1.7976931348623157e+308}\n')
    assert outcomes(look(path, c.column_min("v", at_least=0.3), c.unique("v"))) == {"column_min(v)": "passed", "unique(v)": "passed"}


DECLARED: dict[str, tuple[str, str, str]] = {
    "a fraction as a whole number": ("INTEGER", "7", "10.4"),
    "an exponent below a whole number": ("BIGINT", "7", "1e-1"),
    "more than an integer holds": ("INTEGER", "7", "3000000000"),
    "more digits than a decimal has": ("DECIMAL(10,2)", "7.10", "10.456"),
    "a number of long digits as a double": ("DOUBLE", "7.5", "12345678901234567.89"),
    "a whole number that single precision lacks": ("FLOAT", "0.1", "16777217"),
    "a time as a day": ("DATE", "2024-01-09", "2024-01-09 23:59:59"),
    "a zone as a timestamp without one": ("TIMESTAMP", "2024-01-09", "2024-01-09 10:00:00-05:00"),
    "nanoseconds as a timestamp": ("TIMESTAMP", "2024-01-09 10:00:00.5", "2024-01-09 10:00:00.000000001"),
    "milliseconds as seconds": ("TIMESTAMP_S", "2024-01-09 10:00:00", "2024-01-09 10:00:00.5"),
    "a timestamp as a time": ("TIME", "10:00", "10:00:00.1234567"),
}
TEXT_FILES: dict[str, Callable[[Path, str, str], tuple[Any, int]]] = {
    "CSV": lambda folder, usual, late: (write(folder / "x.csv", f"n,v\n1,{usual}\n2,\n3,{late}\n"), 4),
    "JSON lines": lambda folder, usual, late: (write(folder / "x.jsonl", f'{{"v": "{usual}"}}\n{{"v": null}}\n{{"v": "{late}"}}\n'), 3),
}


@pytest.mark.parametrize("form", TEXT_FILES)
@pytest.mark.parametrize("name", DECLARED)
def test_a_declared_type_is_never_rounded_to(tmp_path: Path, name: str, form: str) -> None:
    kind, usual, late = DECLARED[name]
    path, line = TEXT_FILES[form](tmp_path, usual, late)
    run = look(path, c.unique("v"), c.row_count(equals=3), read_options={"types": {"V": kind}})
    assert outcomes(run) == {"unique(v)": "errored", "row_count()": "passed"}
    assert reasons(run).pop().startswith(f"{path}, line {line}: a value of column v is no {kind}; ")
    skipping = look(path, c.row_count(equals=2), read_options={"types": {"v": kind}, "ignore_errors": True})
    assert outcomes(skipping) == {"row_count()": "passed"}


KEPT: dict[str, tuple[str, list[str]]] = {
    "whole numbers": ("INTEGER", ["7", "10.0", "1e3", "+5", "007", " 8 ", ""]),
    "decimals": ("DECIMAL(10,2)", ["7.1", "1.500", "-0", "0.00"]),
    "doubles": ("DOUBLE", ["0.1", "0.10000000000000001", "1e300", "nan", "-inf", "5."]),
    "single precision": ("FLOAT", ["0.1", "0.100000001"]),
    "days": ("DATE", ["2024-01-09", "2024/1/9", "2024-01-09 00:00:00", " 2024-01-09 "]),
    "timestamps": ("TIMESTAMP", ["2024-01-09", "2024-01-09T10:00:00.123456000"]),
    "zones": ("TIMESTAMPTZ", ["2024-01-09 10:00:00.123456+01", "2024-01-09"]),
    "truth": ("BOOLEAN", ["t", "false", "1"]),
}


@pytest.mark.parametrize("name", KEPT)
def test_a_declared_type_takes_every_spelling_of_its_values(tmp_path: Path, name: str) -> None:
    kind, values = KEPT[name]
    path = write(tmp_path / "x.csv", "n,v\n" + "".join(f"{n},{value}\n" for n, value in enumerate(values)))
    run = look(path, c.distinct_count("v", at_least=1), c.rows("v IS NOT NULL OR n = 6"), read_options={"types": {"v": kind}})
    assert set(outcomes(run).values()) == {"passed"}, reasons(run)


EXPECTED: dict[str, tuple[list[str], list[str], list[str]]] = {
    "whole numbers": (["1", "40000"], ["text", "varchar(5)", "integer", "int64", "double", "numeric(7,2)", "number"], ["smallint", "date"]),
    "decimals": (["1.5", "2.25"], ["string", "float", "decimal(10,2)", "decimal"], ["int", "decimal(10,1)", "varchar(3)", "boolean"]),
    "days": (["2024-01-31"], ["date", "timestamp", "timestamptz", "char(10)"], ["time", "bigint"]),
    "leading zeros": (["007"], ["varchar", "integer"], ["uuid", "geometry"]),
    "nothing": ([""], ["date", "integer", "text"], []),
}


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
@pytest.mark.parametrize("name", EXPECTED)
def test_a_schema_takes_every_type_that_all_guessed_values_can_be_read_as(tmp_path: Path, name: str, ending: str) -> None:
    values, right, wrong = EXPECTED[name]
    lines = [f"{n},{value}" for n, value in enumerate(values)]
    if ending == "jsonl":
        lines = [
            f'{{"n": {n}, "v": {value if value.strip("0123456789.") == "" and value[0] != "0" else json.dumps(value)}}}'
            for n, value in enumerate(values)
            if value
        ] or ['{"n": 0, "v": null}']
    path = write(tmp_path / f"x.{ending}", "\n".join(["n,v"] * (ending == "csv") + lines) + "\n")
    checks = [c.schema_is({"v": kind}, extra=True, name=kind) for kind in [*right, *wrong]]
    if ending == "jsonl" and name == "leading zeros":  # in JSON it is a text
        right, wrong = ["varchar"], ["integer", *wrong]
    assert outcomes(look(path, *checks)) == {**dict.fromkeys(right, "passed"), **dict.fromkeys(wrong, "failed")}
    if not wrong or "integer" in wrong:
        return
    assert outcomes(look(path, c.schema_is({"v": [wrong[0], right[0]]}, extra=True, name="one of two"))) == {"one of two": "passed"}
    (result,) = look(path, c.schema_is({"v": wrong[0]}, extra=True)).results
    assert " (guessed), not " in result.reason


def test_a_declared_type_of_a_schema_counts(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", "n,v\n1,2\n")
    run = look(path, c.schema_is({"v": "text"}, extra=True), read_options={"types": {"v": "INTEGER"}})
    assert "v is INTEGER, not text" in run.results[0].reason


def test_folders_of_parquet_are_texts_that_checks_read_in_their_sense(tmp_path: Path) -> None:
    for code in ("007", "010"):
        (tmp_path / f"code={code}" / "year=2024").mkdir(parents=True)
        with duckdb.connect() as database:
            database.execute(f"COPY (SELECT 1 AS id) TO '{tmp_path}/code={code}/year=2024/x.parquet'")
    pattern = f"{tmp_path}/*/*/*.parquet"
    checks = [
        c.in_set("code", ["007", "010"]),
        c.length("code", equals=3),
        c.between("code", 7, 10),
        c.mean("year", equals=2024),
        c.unique("code"),
    ]
    run = look(pattern, *checks, c.rows("year >= 2024"), c.schema_is({"id": "integer", "code": "text", "year": "text"}))
    assert set(outcomes(run).values()) == {"passed"}, [result.reason for result in run.results]
    assert described(pattern)["code"] == "VARCHAR"
    assert "code" not in described(pattern, hive_partitioning=False)
    (tmp_path / "code=x" / "year=2024").mkdir(parents=True)
    with duckdb.connect() as database:
        database.execute(f"COPY (SELECT 1 AS id) TO '{tmp_path}/code=x/year=2024/x.parquet'")
    assert reasons(look(pattern, c.between("code", 7, 10))) == {
        f"{tmp_path}/code=x/year=2024/x.parquet: the value of folder code is no number"
    }


class TimeIsUp(BaseException):
    """The exception of Airflow in a signal handler."""


def settle(path: str) -> None:
    """Check all rows, and sleep for a minute."""
    with opened_data(path, DataSpec(subject="t", task="d.t")) as source:
        assert source.scope.readings is not None
        source.scope.readings.settle()
        time.sleep(60)


def test_a_signal_ends_the_look_at_all_rows_at_once(tmp_path: Path) -> None:
    path = str(tmp_path / "x.csv")
    with duckdb.connect() as database:
        columns = ", ".join(f"i * 1.25 + {n} AS c{n}" for n in range(20))
        database.execute(f"COPY (SELECT {columns} FROM range(400000) AS numbers(i)) TO '{path}'")

    def end(*_: object) -> None:
        raise TimeIsUp

    before = signal.signal(signal.SIGALRM, end)
    started = time.monotonic()
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.5)
        with pytest.raises(TimeIsUp):
            settle(path)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert time.monotonic() - started < 10, "it would sleep for a minute, and a busy machine is slow to hear"


AUTHORS = {
    "metric_sql": lambda: c.metric_sql("COUNT(*) FILTER (v = 'x')", equals=1),
    "rows": lambda: c.rows("v <> 'x'", fail_above=1),
    "failed_rows_sql": lambda: c.failed_rows_sql("SELECT * FROM data WHERE LENGTH(v) > 9"),
    "where": lambda: c.row_count(equals=1, where="v = 'x'"),
}


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
@pytest.mark.parametrize("name", AUTHORS)
def test_sql_of_an_author_reads_the_type_of_all_rows(tmp_path: Path, name: str, ending: str) -> None:
    line, last = ("1", "x") if ending == "csv" else ('{"v": 1}', '{"v": "x"}')
    path = write(tmp_path / f"x.{ending}", "\n".join([*(["v"] if ending == "csv" else []), *[line] * SAMPLE, last]))
    assert set(outcomes(look(path, AUTHORS[name]())).values()) == {"passed"}


@pytest.mark.parametrize("by", [None, "part"])
def test_rows_of_keys_that_many_share_are_found_at_once(tmp_path: Path, by: str | None) -> None:
    path = write(tmp_path / "x.csv", "k,part\n" + "".join(f"{n % 3},{n % 2 or ''}\n" for n in range(SAMPLE)))
    started = time.process_time()
    with opened_data(path, DataSpec(subject="t", task="d.t")) as source:
        suite = Suite(
            name="s", dataset=source.dataset, scope=source.scope, checks=parse_checks([c.unique("k", by=by) if by else c.unique("k")])
        )
        (result,) = run_suite(suite, source.engine, NOW, samples=SamplePlan(rows=2)).record.results
    assert result.sample is not None
    assert len(result.sample.rows) == 2
    assert time.process_time() - started < 10


KEYS: dict[str, tuple[str, str]] = {
    "versions of a CSV file": ("x.csv", "v,k\n1.1,1\n1.10,2\n2,3\n"),
    "versions that come late": ("x.csv", "v,k\n" + "".join(f"{n},1\n" for n in range(3, SAMPLE)) + "1.1,1\n1.10,2\n2,3\n"),
    "exponents of a CSV file": ("x.csv", "v,k\n1e3,1\n1000,2\n1000.0,3\n"),
    "long decimals": ("x.csv", "v,k\n0.12345678901234567890,1\n0.1234567890123456789,2\n1,3\n"),
}


@pytest.mark.parametrize("name", KEYS)
def test_what_is_written_differently_is_another_key(tmp_path: Path, name: str) -> None:
    ending, text = KEYS[name]
    path = write(tmp_path / ending, text)
    rows = text.count("\n") - 1
    suite = [
        c.unique("v", name="once"),
        c.unique("v", "k", name="together"),
        c.distinct_count("v", equals=rows, name="different"),
        c.unique("v", by="k", name="within"),
        c.mean("v", at_least=0, name="as numbers"),
    ]
    assert set(outcomes(look(path, *suite)).values()) == {"passed"}
    if rows == 3:
        (result,) = look(path, c.not_null("k", by="v")).results
        assert sorted(str(segment.value) for segment in result.segments) == sorted(line.split(",")[0] for line in text.split("\n")[1:4])


def test_what_is_written_the_same_is_one_key_and_its_rows_are_shown(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", "v,k\n1.10,1\n1.1,2\n1.10,3\n")
    with opened_data(path, DataSpec(subject="t", task="d.t")) as source:
        suite = Suite(name="s", dataset=source.dataset, scope=source.scope, checks=parse_checks([c.unique("v")]))
        (result,) = run_suite(suite, source.engine, NOW, samples=SamplePlan(rows=5, key_columns=("k",))).record.results
    assert (result.outcome.value, result.violations) == ("failed", 2)
    assert result.sample is not None
    assert sorted(result.sample.rows) == [("1", "1.1"), ("3", "1.1")]


def test_numbers_that_files_say_are_one_key_however_they_are_written(tmp_path: Path) -> None:
    path = write(tmp_path / "x.jsonl", '{"v": 1.5}\n{"v": 1.50}\n')
    assert outcomes(look(path, c.unique("v", name="once"))) == {"once": "failed"}
    path = write(tmp_path / "x.csv", "v\n1.5\n1.50\n")
    assert outcomes(look(path, c.unique("v", name="once"), read_options={"types": {"v": "DOUBLE"}})) == {"once": "failed"}
