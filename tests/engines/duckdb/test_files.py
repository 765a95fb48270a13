"""Files and frames as data. Each kind has the results of a table, and each broken one has a reason."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet
import pytest

from airflow_dre import checks as c
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.config import read_settings
from airflow_dre.engines.duckdb.connection import DuckDB
from airflow_dre.engines.duckdb.reasons import duckdb_reason
from airflow_dre.errors import DefinitionError, FilesUnreachable
from airflow_dre.services.quality.data import opened_data
from airflow_dre.services.quality.run import Suite, run_suite
from airflow_dre.services.quality.source import DataSpec
from airflow_dre.store.records import SuiteRunRecord

NOW = dt.datetime(2026, 1, 1, tzinfo=UTC)
SECRET = "4111111111111111"
ORDERS: list[dict[str, Any]] = [
    {"id": 1, "name": "ann", "amount": 10.5, "on": dt.date(2025, 1, 1)},
    {"id": 2, "name": None, "amount": 20.5, "on": dt.date(2025, 1, 2)},
    {"id": 2, "name": "cid", "amount": None, "on": None},
]
SUITE = [
    c.row_count(equals=3),
    c.not_null("name", fail_above="50%"),
    c.unique("id"),
    c.mean("amount", at_least=15, at_most=16),
    c.column_max("on", at_most="2025-01-02"),
    c.rows("amount > 10 OR amount IS NULL"),
    c.not_null("amount", by="name"),
    c.schema_is(["id", "name", "amount", "on"]),
    c.failed_rows_sql("SELECT * FROM data WHERE id > 2"),
    c.not_null("lost"),
]
FOUND = {
    "row_count()": "passed",
    "not_null(name)": "passed",
    "unique(id)": "failed",
    "mean(amount)": "passed",
    "column_max(on)": "passed",
    "rows(amount > 10 OR amount IS NULL)": "passed",
    "not_null(amount, by=name)": "failed",
    "schema_is(id, name, amount, on)": "passed",
    "failed_rows_sql(SELECT * FROM data WHERE id > 2)": "passed",
    "not_null(lost)": "errored",
}


def look(data: Any, *declared: Any, **wanted: Any) -> SuiteRunRecord:
    """Run checks on data."""
    limit = read_settings().duckdb_memory_limit
    with opened_data(data, DataSpec(subject="Operator t", task="d.t", memory_limit=limit, **wanted)) as source:
        suite = Suite(name="s", dataset=source.dataset, scope=source.scope, checks=parse_checks(declared or SUITE))
        return run_suite(suite, source.engine, NOW).record


def outcomes(run: SuiteRunRecord) -> dict[str, str]:
    """Return the outcome of each check."""
    return {result.definition.name: result.outcome.value for result in run.results}


def reasons(run: SuiteRunRecord) -> set[str]:
    """Return the reasons of errored checks."""
    return {result.reason for result in run.results if result.outcome.value == "errored"}


def write(path: Path, text: str | bytes) -> str:
    """Write a file and return its path."""
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return str(path)


def parquet(path: Path, query: str) -> str:
    """Write a Parquet file of a query and return its path."""
    with duckdb.connect() as database:
        database.execute(f"COPY ({query}) TO '{path}' (ROW_GROUP_SIZE 2048)")
    return str(path)


def delimited(sign: str) -> str:
    """Return the orders as CSV."""
    rows = [sign.join("" if value is None else str(value) for value in row.values()) for row in ORDERS]
    return "\n".join([sign.join(ORDERS[0]), *rows, ""])


def as_json() -> str:
    """Return the orders as JSON lines, the keys of NULLs left out."""
    rows = [{key: value for key, value in row.items() if value is not None} for row in ORDERS]
    return "".join(json.dumps(row, default=str) + "\n" for row in rows)


FRAME = pl.DataFrame(ORDERS)
TWICE = pl.DataFrame({"id": [1], "s": [{"ID": 1}], "ID": [2]})
SOURCES: dict[str, Callable[[Path], Any]] = {
    "Parquet": lambda folder: FRAME.write_parquet(folder / "o.parquet") or str(folder / "o.parquet"),
    "Parquet, a path object": lambda folder: FRAME.write_parquet(folder / "o.parquet") or folder / "o.parquet",
    "Parquet, a URL": lambda folder: FRAME.write_parquet(folder / "o.parquet") or f"file://{folder}/o.parquet",
    "Parquet, a pattern": lambda folder: (
        [FRAME[n : n + 1].write_parquet(folder / f"{n}.parquet") for n in range(3)] and f"{folder}/*.parquet"
    ),
    "Parquet, a list": lambda folder: [
        FRAME[n : n + 1].write_parquet(folder / f"{n}.parquet") or f"{folder}/{n}.parquet" for n in range(3)
    ],
    "Parquet, an odd name": lambda folder: (
        [
            FRAME.write_parquet(folder / "o'd!.parquet"),
            FRAME.write_parquet(folder / "o'[d]*.parquet"),
        ]
        and str(folder / "o'[d]*.parquet")
    ),
    "CSV": lambda folder: write(folder / "o.csv", delimited(",")),
    "CSV, compressed": lambda folder: write(folder / "o.csv.gz", gzip.compress(delimited(",").encode())),
    "CSV, its lines ended as on Windows": lambda folder: write(folder / "o.csv", delimited(",").replace("\n", "\r\n")),
    "CSV, beside one without a row": lambda folder: [
        write(folder / "a.csv", "id,name,amount,on\n"),
        write(folder / "b.csv", delimited(",")),
    ],
    "TSV": lambda folder: write(folder / "o.tsv", delimited("\t")),
    "TSV, compressed": lambda folder: write(folder / "o.tsv.gz", gzip.compress(delimited("\t").encode())),
    "JSON lines": lambda folder: write(folder / "o.jsonl", as_json()),
    "JSON lines, compressed": lambda folder: write(folder / "o.ndjson.gz", gzip.compress(as_json().encode())),
    "pandas": lambda folder: pd.DataFrame(ORDERS),
    "polars": lambda folder: FRAME,
    "a plan of polars": lambda folder: FRAME.lazy().filter(pl.col("id") > 0),
    "an Arrow table": lambda folder: FRAME.to_arrow(),
    "an Arrow batch": lambda folder: FRAME.to_arrow().to_batches()[0],
    "an Arrow stream": lambda folder: FRAME.to_arrow().to_reader(max_chunksize=1),
    "an Arrow dataset": lambda folder: FRAME.write_parquet(folder / "o.parquet") or pyarrow.dataset.dataset(folder / "o.parquet"),
    "rows": lambda folder: ORDERS,
}


@pytest.mark.parametrize("name", SOURCES)
def test_every_kind_of_data_gives_the_same_results(tmp_path: Path, name: str) -> None:
    run = look(SOURCES[name](tmp_path))
    assert outcomes(run) == FOUND
    assert reasons(run) == {'Binder Error: Referenced column "lost" not found in FROM clause!'}, "one column that is missing hides no other"
    assert (run.engine, run.results[0].rows) == ("duckdb", 3)
    only = look(SOURCES[name](tmp_path), c.row_count(equals=1), c.unique("id"), where="name = 'cid'")
    assert outcomes(only) == {"row_count()": "passed", "unique(id)": "passed"}
    assert only.row_filter == "name = 'cid'"


TYPES: dict[str, tuple[Any, dict[str, str]]] = {
    "pandas": (
        pd.DataFrame(
            {
                "i": pd.array([1, None], dtype="Int64"),
                "s": ["a", None],
                "b": pd.array([True, None], dtype="boolean"),
                "c": pd.Categorical(["x", None]),
                "z": pd.to_datetime(["2025-01-01", None], utc=True),
                "d": [Decimal("1.25"), Decimal("100.5")],
            }
        ),
        {"i": "BIGINT", "s": "VARCHAR", "b": "BOOLEAN", "z": "TIMESTAMP WITH TIME ZONE", "d": "DECIMAL(5,2)"},
    ),
    "pandas, a late value of another type": (
        pd.DataFrame({"o": pd.Series([1] * 4000 + ["x"] + [1] * 999, dtype=object)}),
        {"o": "VARCHAR"},
    ),
    "polars": (
        pl.DataFrame({"i": pl.Series([1], dtype=pl.UInt8), "t": [dt.datetime(2025, 1, 1)], "e": pl.Series(["x"], dtype=pl.Enum(["x"]))}),
        {"i": "UTINYINT", "t": "TIMESTAMP", "e": "VARCHAR"},
    ),
    "an Arrow stream": (
        pa.table({"i": pa.array([1], pa.int16()), "h": pa.array([Decimal("1.5")])}).to_reader(),
        {"i": "SMALLINT", "h": "DECIMAL(2,1)"},
    ),
    "rows": (
        [{"i": 1, "m": 1, "z": NOW}, {"i": None, "m": 2.5, "u": "x"}],
        {"i": "INTEGER", "m": "DOUBLE", "z": "TIMESTAMP WITH TIME ZONE", "u": "VARCHAR"},
    ),
}


@pytest.mark.parametrize("name", TYPES)
def test_columns_have_the_types_of_their_values(name: str) -> None:
    data, expected = TYPES[name]
    (result,) = look(data, c.schema_unchanged()).results
    found = json.loads(result.observed or "{}")
    assert found | expected == found


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_parquet_file_without_any_value_of_a_column_goes_with_the_others(tmp_path: Path, place: int) -> None:
    """As pandas and Arrow write it: the type of such a column is that of nothing."""
    for number in range(3):
        values = pa.array([None, None], pa.null()) if number == place else pa.array([number, 7], pa.int32())
        pyarrow.parquet.write_table(pa.table({"id": [number * 2, number * 2 + 1], "v": values}), tmp_path / f"{number}.parquet")
    suite = [
        c.row_count(equals=6, name="rows"),
        c.column_max("v", equals=7, name="largest"),
        c.not_null("v", fail_above=2, name="given"),
        c.schema_is({"id": None, "v": "integer"}, name="types"),
    ]
    assert set(outcomes(look(f"{tmp_path}/*.parquet", *suite)).values()) == {"passed"}
    pyarrow.parquet.write_table(pa.table({"id": [8], "v": ["x"]}), tmp_path / "3.parquet")
    (reason,) = reasons(look(f"{tmp_path}/*.parquet", *suite))
    assert "3.parquet has v as VARCHAR and not INTEGER" in reason


def test_nan_is_a_missing_value_to_pandas_and_a_number_to_the_others() -> None:
    values = [1.5, float("nan"), None]
    nulls = [look(frame, c.not_null("x")).results[0].violations for frame in (pd.DataFrame({"x": values}), pl.DataFrame({"x": values}))]
    assert nulls == [2, 1]


def csv(rows: int, *last: str) -> str:
    """Return a CSV file whose last lines are below those that DuckDB sniffs."""
    return "id,name,amount\n" + "".join(f"{n},n{n},{n}.5\n" for n in range(rows)) + "".join(f"{line}\n" for line in last)


MANY = 25_000
FINE = [c.row_count(at_least=1), c.not_null("id")]
BROKEN: dict[str, tuple[Callable[[Path], Any], str]] = {
    "a line with a column too many": (
        lambda folder: write(folder / "x.csv", csv(MANY, f"7,{SECRET},1.0,9")),
        "{0}/x.csv, line 25002: 4 columns, and not 3",
    ),
    "a line with a column too few, among the first": (
        lambda folder: write(folder / "x.csv", csv(1, f"7,{SECRET}", "8,b,1")),
        "{0}/x.csv, line 3: 2 columns, and not 3",
    ),
    "a quote that is not closed": (
        lambda folder: write(folder / "x.csv", csv(MANY, f'7,"{SECRET},1.0', "8,b,1")),
        "{0}/x.csv, line 25002: a quote is not closed, or something follows it",
    ),
    "a line in the second of three files": (
        lambda folder: [write(folder / f"{n}.csv", csv(MANY, *([SECRET] if n == 1 else []))) for n in range(3)],
        "{0}/1.csv, line 25002: 1 column, and not 3",
    ),
    "no byte at all": (
        lambda folder: write(folder / "x.csv", ""),
        "{0}/x.csv is empty: it lacks even the line with the names of the columns",
    ),
    "bytes that are no text": (lambda folder: write(folder / "x.csv", random.Random(7).randbytes(5000)), "{0}/x.csv, line "),
    "CSV with other columns": (
        lambda folder: [write(folder / "1.csv", csv(2)), write(folder / "2.csv", "id,name,price\n1,x,2\n")],
        '{0}/2.csv lacks amount; also has price. set read_options={{"union_by_name": True}} to read them together',
    ),
    "two columns that are one to DuckDB in CSV": (
        lambda folder: write(folder / "x.csv", "id,ID\n1,2\n"),
        "one name to DuckDB, which ignores upper and lower case: id, ID",
    ),
    "JSON that breaks off": (
        lambda folder: write(folder / "x.jsonl", f'{{"id": 1}}\n{{"id": 2, "name": "{SECRET}\n'),
        "{0}/x.jsonl, line 2: it is not JSON: unexpected control character in string",
    ),
    "Parquet that was cut off": (
        lambda folder: write(folder / "x.parquet", Path(parquet(folder / "y", NUMBERS)).read_bytes()[:9000]),
        "No magic bytes found at end of file {0}/x.parquet",
    ),
    "Parquet without a byte": (lambda folder: write(folder / "x.parquet", ""), "File {0}/x.parquet too small to be a Parquet file"),
    "one of several is no Parquet": (
        lambda folder: [parquet(folder / "1.parquet", NUMBERS), write(folder / "2.parquet", "id,name\n1,x\n")],
        "{0}/2.parquet",
    ),
    "Parquet with other columns": (
        lambda folder: [parquet(folder / "1.parquet", NUMBERS), parquet(folder / "2.parquet", "SELECT 1::BIGINT AS id, 2 AS extra")],
        "{0}/2.parquet lacks name, amount; also has extra",
    ),
    "Parquet with a column of another type": (
        lambda folder: [
            parquet(folder / "1.parquet", NUMBERS),
            parquet(folder / "2.parquet", "SELECT 0.5::DOUBLE AS id, 'x' AS name, 1::DOUBLE AS amount"),
        ],
        "{0}/2.parquet has id as DOUBLE and not BIGINT",
    ),
    "two columns that are one to DuckDB in Parquet": (
        lambda folder: TWICE.write_parquet(folder / "x.parquet") or f"{folder}/x.parquet",
        "one name to DuckDB, which ignores upper and lower case: id, ID",
    ),
    "an object that is no value": (
        lambda folder: [{"id": object()}],
        "the data cannot be read: Not implemented Error: Unable to transform python value of type",
    ),
    "values of no common type": (
        lambda folder: [{"id": b"x"}, {"id": [SECRET]}],
        "the data cannot be read: Invalid Input Error: Failed to cast value: ",
    ),
    "a plan of polars that fails": (
        lambda folder: pl.LazyFrame({"id": [SECRET]}).select(pl.col("id").cast(pl.Int8)),
        "the data cannot be read: conversion from ",
    ),
}
NUMBERS = "SELECT range AS id, 'n' || range AS name, range * 1.5::DOUBLE AS amount FROM range(5000)"


@pytest.mark.parametrize("name", BROKEN)
def test_data_that_cannot_be_read_errors_every_check_with_what_is_wrong(tmp_path: Path, name: str) -> None:
    make, expected = BROKEN[name]
    run = look(make(tmp_path), *FINE, c.unique("id"), c.mean("id", at_least=0))
    assert set(outcomes(run).values()) == {"errored"}
    (reason,) = reasons(run)
    assert expected.format(tmp_path) in reason
    assert SECRET not in str(run)
    assert 0 <= run.queries <= 4, "a file that is broken is not read again for each check"


def test_a_value_that_is_not_of_its_column_errors_only_the_checks_of_that_column(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", csv(MANY, f"7,x,{SECRET}x", "8,b,1"))
    run = look(path, *FINE, c.mean("amount", at_least=0), c.unique("name"))
    assert outcomes(run) == {"row_count()": "passed", "not_null(id)": "passed", "mean(amount)": "errored", "unique(name)": "passed"}
    advice = "set types, nullstr or all_varchar in read_options if it need not be one"
    expected = f"{path}, line 25002: a value of column amount is no number; {advice}"
    assert reasons(run) == {expected}
    assert SECRET not in str(run)
    typed = look(path, c.of_type("amount", "number"), read_options={"types": {"amount": "VARCHAR"}})
    assert typed.results[0].violations == 1
    assert SECRET not in str(typed)


def test_a_page_of_parquet_that_is_broken_errors_only_the_checks_of_its_column(tmp_path: Path) -> None:
    whole = Path(parquet(tmp_path / "whole.parquet", NUMBERS))
    with duckdb.connect() as database:
        query = "SELECT MAX(data_page_offset) FROM parquet_metadata(?) WHERE path_in_schema = 'amount'"
        (place,) = database.execute(query, [str(whole)]).fetchone() or (0,)
    raw = whole.read_bytes()
    path = write(tmp_path / "x.parquet", raw[: place + 60] + random.Random(1).randbytes(200) + raw[place + 260 :])
    run = look(path, *FINE, c.mean("amount", at_least=0), c.unique("name"))
    assert outcomes(run) == {"row_count()": "passed", "not_null(id)": "passed", "mean(amount)": "errored", "unique(name)": "passed"}
    assert f"Failed to read file {path}: " in reasons(run).pop()


OPTIONS: dict[str, tuple[Callable[[Path], Any], dict[str, Any]]] = {
    "another delimiter and decimals": (
        lambda folder: write(folder / "x.csv", "id;amount\n1;1,5\n2;2,5\n"),
        {"delim": ";", "decimal_separator": ","},
    ),
    "no header": (lambda folder: write(folder / "x.csv", "1,1.5\n2,2.5\n"), {"header": False}),
    "an odd word for NULL": (lambda folder: write(folder / "x.csv", "id,amount\n1,1.5\n2,2.5\nn/a,-\n"), {"nullstr": ["n/a", "-"]}),
    "an ending without a format": (lambda folder: write(folder / "x.txt", "id,amount\n1,1.5\n2,2.5\n"), {"format": "csv"}),
    "files with different columns": (
        lambda folder: [parquet(folder / "1.parquet", "SELECT 1 AS id"), parquet(folder / "2.parquet", "SELECT 2 AS id, 2.5 AS amount")],
        {"union_by_name": True},
    ),
    "CSV with different columns": (
        lambda folder: [write(folder / "1.csv", "id\n1\n"), write(folder / "2.csv", "amount,id\n2.5,2\n")],
        {"union_by_name": True},
    ),
    "lines that are broken": (lambda folder: write(folder / "x.csv", "id,amount\n1,1.5\n2,2.5\n3\n"), {"ignore_errors": True}),
}


@pytest.mark.parametrize("name", OPTIONS)
def test_how_a_file_is_read_can_be_said(tmp_path: Path, name: str) -> None:
    make, options = OPTIONS[name]
    columns = ("column0", "column1") if options.get("header") is False else ("id", "amount")
    run = look(make(tmp_path), c.total(columns[0], equals=3), c.column_max(columns[1], equals=2.5), read_options=options)
    assert set(outcomes(run).values()) == {"passed"}, reasons(run)


def test_what_an_option_says_is_text_and_never_sql(tmp_path: Path) -> None:
    hostile = "') ; DROP VIEW data; --"
    path = write(tmp_path / "x.csv", 'id,"a\'; b"\n1,x\n')
    run = look(path, c.row_count(equals=1), read_options={"nullstr": hostile, "types": {"a'; b": "VARCHAR"}})
    assert set(outcomes(run).values()) == {"passed"}


@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl"])
def test_folders_that_hold_one_partition_each_are_a_column(tmp_path: Path, ending: str) -> None:
    for year in (2024, 2025):
        (tmp_path / f"year={year}").mkdir()
        path = tmp_path / f"year={year}" / f"x.{ending}"
        if ending == "parquet":
            parquet(path, "SELECT 1 AS id")
        else:
            path.write_text("id\n1\n" if ending == "csv" else '{"id": 1}\n')
    checks = [c.in_set("year", [2024, 2025]), c.row_count(equals=2), c.schema_is(["id", "year"])]
    run = look(f"{tmp_path}/*/*.{ending}", *checks)
    assert set(outcomes(run).values()) == {"passed"}, reasons(run)
    assert (run.namespace, run.name) == ("file", f"{tmp_path}/*/*.{ending}")
    asked = {"filename": True, "hive_partitioning": False}
    named = look(f"{tmp_path}/*/*.{ending}", c.matches("filename", "year=202[45]"), c.schema_is(["id", "filename"]), read_options=asked)
    assert set(outcomes(named).values()) == {"passed"}, reasons(named)


def test_columns_in_another_order_are_told_by_their_names(tmp_path: Path) -> None:
    for ending in ("csv", "parquet"):
        one, other = pl.DataFrame({"id": [1], "amount": [5.5]}), pl.DataFrame({"amount": [7.5], "id": [2]})
        for name, frame in (("1", one), ("2", other)):
            getattr(frame, f"write_{ending}")(tmp_path / f"{name}.{ending}")
        run = look(f"{tmp_path}/*.{ending}", c.total("id", equals=3), c.total("amount", equals=13))
        assert set(outcomes(run).values()) == {"passed"}, ending


def test_types_are_those_of_all_csv_files_and_not_of_the_first_ten(tmp_path: Path) -> None:
    for n in range(12):
        write(tmp_path / f"{n:02}.csv", f"id\n{'2.5' if n == 11 else 1}\n")
    assert outcomes(look(f"{tmp_path}/*.csv", c.total("id", equals=13.5))) == {"total(id)": "passed"}


REFUSED: dict[str, tuple[Callable[[Path], Any], type[Exception], str]] = {
    "a pattern that matches nothing": (lambda folder: f"{folder}/*.parquet", FilesUnreachable, "no file matches {0}/*.parquet"),
    "a file that is not there": (lambda folder: f"{folder}/x.parquet", FilesUnreachable, "there is no file {0}/x.parquet"),
    "one of several is not there": (
        lambda folder: [write(folder / "a.csv", "a\n1\n"), f"{folder}/b.csv"],
        FilesUnreachable,
        "there is no file {0}/b.csv",
    ),
    "a folder": (str, DefinitionError, "Operator t: invalid data='{0}'. Allowed: files, for example {0}/*.parquet: it is a folder"),
    "an unknown ending": (
        lambda folder: write(folder / "x.orc", "x"),
        DefinitionError,
        "invalid data='{0}/x.orc'. Allowed: files that end in .parquet, .csv, .csv.gz, .csv.zst, .tsv, .tsv.gz, .jsonl, ",
    ),
    "files of two formats": (
        lambda folder: [write(folder / "a.csv", "a\n1\n"), write(folder / "a.jsonl", "{}")],
        DefinitionError,
        "Allowed: files of one format, not of csv and jsonl",
    ),
    "a store that no provider knows": (
        lambda folder: "s3://bucket/x.parquet",
        DefinitionError,
        "a URL of a store that an installed Airflow provider knows (No filesystem registered for scheme s3)",
    ),
    "a name that DuckDB takes for a pattern": (
        lambda folder: write(folder / "a\\[1].csv", "a\n1\n"),
        DefinitionError,
        "Allowed: names of files without a backslash beside *, ? or [",
    ),
    "a number": (lambda folder: 7, DefinitionError, "Operator t: invalid data='builtins.int'. Allowed: files (a path, a pattern, a URL"),
    "nothing": (lambda folder: None, DefinitionError, "invalid data='builtins.NoneType'"),
    "an empty list": (lambda folder: [], DefinitionError, "invalid data='builtins.list'"),
    "columns that differ in case": (
        lambda folder: pd.DataFrame({"A": [1], "a": [2]}),
        DefinitionError,
        "invalid data='columns A, a'. Allowed: columns whose names differ in more than upper and lower case",
    ),
    "columns of one name": (lambda folder: pd.DataFrame([[1, 2]], columns=["x", "x"]), DefinitionError, "invalid data='columns x, x'"),
    "no columns": (lambda folder: pd.DataFrame(), DefinitionError, "invalid data='no columns'. Allowed: at least one column"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_data_is_refused(tmp_path: Path, name: str) -> None:
    make, kind, expected = REFUSED[name]
    with pytest.raises(kind) as refused:
        look(make(tmp_path))
    assert expected.format(tmp_path) in str(refused.value)


@pytest.mark.parametrize(
    ("options", "allowed"),
    [
        pytest.param(
            {"delm": ";"}, "Operator t read_options: invalid delm=';'. Allowed: an option of csv: all_varchar, comment, ", id="no option"
        ),
        pytest.param({"binary_as_string": True}, "invalid binary_as_string=True. Allowed: an option of csv: ", id="an option of Parquet"),
        pytest.param({"skip": "1"}, "invalid skip='1'. Allowed: int", id="of a wrong type"),
        pytest.param({"skip": True}, "invalid skip=True. Allowed: int", id="a bool is no number"),
        pytest.param({"nullstr": 1}, "invalid nullstr=1. Allowed: str or list", id="one of two types"),
        pytest.param({"format": "xml"}, "invalid format='xml'. Allowed: parquet, csv, tsv, jsonl", id="no format"),
    ],
)
def test_an_option_that_is_none_is_refused(tmp_path: Path, options: dict[str, Any], allowed: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        look(write(tmp_path / "x.csv", "a\n1\n"), read_options=options)
    assert allowed in str(refused.value)


WRONG = {
    "encoding": ("windows-1252", "utf-8, utf-16, latin-1"),
    "compression": ("brotli", "auto, none, gzip, zstd"),
    "delim": ("ab;cd;ef", "1 to 4 bytes"),
    "quote": ("ab", "one character of ASCII, or an empty text"),
    "escape": ("ab", "one character of ASCII, or an empty text"),
    "comment": ("//", "one character of ASCII, or an empty text"),
    "decimal_separator": ("x", "'.' or ','"),
    "thousands": ("ab", "one character"),
    "skip": (-1, "a number of lines, 0 or more"),
    "sample_size": (0, "a number of rows, 1 or more; -1: all"),
    "max_line_size": (-5, "a number of bytes above 0"),
    "nullstr": ([], "a text, or a list of at least one"),
    "types": ({"id": 7}, "a dict of types by the names of columns"),
}


@pytest.mark.parametrize("option", WRONG)
def test_an_option_that_cannot_be_is_quoted_with_what_is_allowed(tmp_path: Path, option: str) -> None:
    value, allowed = WRONG[option]
    with pytest.raises(DefinitionError) as refused:
        look(write(tmp_path / "x.csv", "a\n1\n"), read_options={option: value})
    assert f"Operator t read_options: invalid {option}={value!r}. Allowed: {allowed}" in str(refused.value)


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"dateformat": "%Q"}, id="a format"),
        pytest.param({"types": {"a": "WHOLENUMBER"}}, id="a type"),
        pytest.param({"types": {"a": "INTEGER; DROP"}}, id="no type"),
        pytest.param({"types": {"other": "INTEGER"}}, id="no column"),
    ],
)
def test_what_duckdb_says_of_an_option_quotes_the_words_of_the_author(tmp_path: Path, options: dict[str, Any]) -> None:
    run = look(write(tmp_path / "x.csv", f"a,b\n1,{SECRET}\n"), c.row_count(equals=1), read_options=options)
    (reason,) = reasons(run)
    (value,) = options.values()
    word = value if isinstance(value, str) else next(iter(value)) if "other" in value else next(iter(value.values()))
    assert word in reason
    assert SECRET not in reason


def test_a_name_of_bytes_that_are_no_text_is_told(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9.csv"
    Path(os.fsdecode(path)).write_text("a\n1\n")
    for data in (os.fsdecode(path), f"{tmp_path}/*.csv"):
        with pytest.raises(DefinitionError) as refused:
            look(data)
        assert r"/caf\xe9.csv'. Allowed: files whose names are UTF-8: rename it" in str(refused.value).replace("\\\\", "\\")
        str(refused.value).encode()


ARRAYS = {
    "on one line": '[{"a": 1}, {"a": 2}]\n',
    "on several lines": '[\n{"a": 1},\n{"a": 2}\n]\n',
    "after spaces": '  [{"a": 1},\n {"a": 2}]',
}


@pytest.mark.parametrize("name", ARRAYS)
def test_json_lines_that_are_one_array_are_told_as_that(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / "x.jsonl.gz", gzip.compress(ARRAYS[name].encode()))
    assert reasons(look(path, c.row_count(equals=2))) == {f"{path} is one JSON array instead of JSON lines: write one object to a line"}


BREAKS = {
    "as on Windows": 'id,note,amount\r\n1,"first line\nsecond line",5\r\n2,plain,6\r\n',
    "as on Unix": 'id,note,amount\n1,"a\nb",5\n2,plain,6\n',
    "of both kinds in a cell": 'id,note,amount\r\n1,"a\r\nb",5\r\n2,plain,6\r\n',
    "far below": "id,note,amount\n" + "1,x,1\n" * 500 + '2,"a\nb",1\n',
    "after a mark of the order of bytes": '\ufeffid,note,amount\n1,"a\nb",5\n2,plain,6\n',
    "in the header": 'id,"no\nte",amount\n1,"a\nb",5\n2,plain,6\n',
}


@pytest.mark.parametrize("ending", [".csv", ".csv.gz"])
@pytest.mark.parametrize("name", BREAKS)
def test_line_breaks_within_quotes_are_read(tmp_path: Path, name: str, ending: str) -> None:
    raw = BREAKS[name].encode()
    path = write(tmp_path / f"x{ending}", gzip.compress(raw) if ending.endswith("gz") else raw)
    for options in ({}, {"null_padding": True}):
        run = look(path, c.row_count(at_least=2), c.not_null("id"), c.not_null("amount"), read_options=options)
        assert set(outcomes(run).values()) == {"passed"}, reasons(run)


def test_values_of_rows_are_in_no_reason(tmp_path: Path) -> None:
    frame = pd.DataFrame({"card": [SECRET, "it's " + SECRET], "big": [2**62, 2**62]})
    run = look(
        frame,
        c.rows("CAST(card AS INT) > 1"),
        c.rows("big * 4 > 1", name="overflow"),
        c.rows("CAST('[' || card AS INT[])[1] > 1", name="list"),
    )
    assert set(outcomes(run).values()) == {"errored"}
    assert SECRET not in str(run)
    assert str(2**62) not in str(run)
    assert "Could not convert string … to INT32" in " ".join(reasons(run))


def test_a_reason_takes_no_column_from_a_row() -> None:
    expected = (
        "Conversion Error: CSV Error on Line: 9\nOriginal Line: Column secret is being converted as type secret\nThis type was\n"
        'Error when converting column "a".\n\nColumn a is being converted as type DOUBLE\n  file = x.csv\n'
    )
    assert "secret" not in duckdb_reason(RuntimeError(expected))
    assert duckdb_reason(RuntimeError(expected)).startswith("x.csv, line 9: a value of column a is no DOUBLE")


def test_a_name_in_sql_is_no_variable_of_this_process() -> None:
    secrets = pd.DataFrame({"id": [1]})
    run = look(secrets, c.metric_sql("SELECT COUNT(*) FROM secrets", at_least=0), c.row_count(equals=1))
    assert sorted(outcomes(run).values()) == ["errored", "passed"]


def test_what_does_not_fit_is_put_aside_and_gone_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__DRE__DUCKDB_MEMORY_LIMIT", "64MB")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    path = parquet(tmp_path / "x.parquet", "SELECT md5(range::VARCHAR) AS k FROM range(700000)")
    run = look(path, c.unique("k"), c.row_count(equals=700_000))
    assert set(outcomes(run).values()) == {"passed"}, reasons(run)
    assert os.listdir(tmp_path) == ["x.parquet"]


def test_a_limit_of_memory_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="invalid duckdb_memory_limit='much'. Allowed: a size such as 1GB"):
        DuckDB(str(tmp_path), "much")


@pytest.mark.parametrize("limit", ["16MB", "768MB", "1.5GiB", "4 gb", "1TiB", "50%", "100%"])
def test_a_limit_that_the_configuration_takes_is_one_that_duckdb_takes(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setenv("AIRFLOW__DRE__DUCKDB_MEMORY_LIMIT", limit)
    assert not read_settings().problems
    assert outcomes(look(ORDERS, c.row_count(at_least=1)))


def test_a_limit_that_cannot_be_read_costs_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__DRE__DUCKDB_MEMORY_LIMIT", "much")
    assert set(outcomes(look(ORDERS, c.row_count(at_least=1))).values()) == {"passed"}


def test_without_duckdb_the_command_that_installs_it_is_told() -> None:
    program = """
import sys
sys.modules["duckdb"] = None
from airflow_dre.services.quality.data import opened_data
from airflow_dre.services.quality.source import DataSpec
try:
    with opened_data([{"a": 1}], DataSpec(subject="x", task="d.t")):
        pass
except Exception as error:
    print(type(error).__name__, error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert "DefinitionError" in done.stdout
    assert "Allowed: an environment with DuckDB: pip install 'airflow-dre[duckdb]'" in done.stdout
