"""SQL over files and frames sees the data that was given and nothing else, by two locks that do not rely on each other."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
import fsspec
import pandas as pd
import pytest
from airflow.sdk import ObjectStoragePath
from airflow.sdk.io import attach

from airflow_dre import checks as c
from airflow_dre.checks import from_gx
from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.engines.duckdb.connection import DuckDB, opened_duckdb
from airflow_dre.engines.duckdb.files import read_format, view_files
from airflow_dre.errors import DefinitionError
from tests.engines.duckdb.test_files import look, outcomes, reasons, write

OTHER = "of another team"
SELECTS = {
    "the text of a file": "SELECT content AS c FROM read_text('{0}/other.txt')",
    "the bytes of a file": "SELECT content AS c FROM read_blob('{0}/other.txt')",
    "a file as a table": "SELECT x AS c FROM '{0}/other.csv'",
    "a file as a table with a quoted name": 'SELECT x AS c FROM "{0}/other.csv"',
    "a CSV reader": "SELECT x AS c FROM read_csv('{0}/other.csv')",
    "the name of a file": "SELECT file AS c FROM read_csv('{0}/*.csv', filename='file')",
    "a list of files": "SELECT file AS c FROM glob('{0}/*')",
    "a sniffer": "SELECT Columns AS c FROM sniff_csv('{0}/other.csv')",
    "the text of the file that was given": "SELECT content AS c FROM read_text('{0}/ok.csv')",
    "within a subquery": "SELECT (SELECT content FROM read_text('{0}/other.txt')) AS c FROM data",
    "within WHERE": "SELECT id AS c FROM data WHERE EXISTS (SELECT 1 FROM read_text('{0}/other.txt'))",
    "within a CTE": "WITH t AS (SELECT content FROM read_text('{0}/other.txt')) SELECT content AS c FROM t",
    "within LIMIT": "SELECT id AS c FROM data LIMIT (SELECT length(content) FROM read_text('{0}/other.txt'))",
    "within a lateral join": "SELECT t.content AS c FROM data, LATERAL (SELECT content FROM read_text('{0}/other.txt')) t",
    "a text that is run": "SELECT * FROM query('SELECT 1 AS c')",
    "settings": "SELECT value AS c FROM duckdb_settings()",
    "one setting": "SELECT current_setting('temp_directory') AS c FROM data",
    "the environment": "SELECT getenv('PATH') AS c FROM data",
    "the catalogue": "SELECT table_name AS c FROM information_schema.tables",
    "the catalogue as SQLite has it": "SELECT name AS c FROM sqlite_master",
    "an address": "SELECT x AS c FROM read_csv('http://127.0.0.1:9/x.csv')",
    "a bucket": "SELECT x AS c FROM 's3://bucket/x.parquet'",
    "a variable of this process": "SELECT id AS c FROM frame",
    "the frame below a view": 'SELECT id AS c FROM "data frame"',
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a file that is given, and two that are not."""
    write(tmp_path / "ok.csv", "id\n1\n")
    write(tmp_path / "other.txt", OTHER)
    write(tmp_path / "other.csv", f"x\n{OTHER}\n")
    return tmp_path


DATA: dict[str, Callable[[Path], Any]] = {
    "a file": lambda folder: str(folder / "ok.csv"),
    "a frame": lambda folder: pd.DataFrame({"id": [1]}),
}


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("name", SELECTS)
def test_a_select_over_data_reads_no_other_file(folder: Path, name: str, data: str) -> None:
    frame = pd.DataFrame({"id": [1]})
    sql = SELECTS[name].format(folder)
    run = look(DATA[data](folder), c.failed_rows_sql(sql, name="sql"), c.row_count(equals=len(frame), name="rows"))
    assert outcomes(run) == {"sql": "errored", "rows": "passed"}
    assert OTHER not in str(run)


PLACES: dict[str, Callable[[str], list[Declaration]]] = {
    "a metric": lambda sql: [c.metric_sql(f"SELECT count(*) FROM {sql}", at_least=0)],
    "an aggregate": lambda sql: [c.metric_sql(f"max((SELECT count(*) FROM {sql}))", at_least=0)],
    "a condition of rows": lambda sql: [c.rows(f"(SELECT count(*) FROM {sql}) = 1")],
    "the filter of a check": lambda sql: [c.not_null("id", where=f"(SELECT count(*) FROM {sql}) = 1")],
    "an imported suite": lambda sql: list(
        from_gx(
            {
                "name": "s",
                "expectations": [{"type": "unexpected_rows_expectation", "kwargs": {"unexpected_rows_query": f"SELECT * FROM {sql}"}}],
            }
        )
    ),
}


@pytest.mark.parametrize("name", PLACES)
def test_every_place_of_sql_reads_no_other_file(folder: Path, name: str) -> None:
    (result,) = look(folder / "ok.csv", *PLACES[name](f"read_text('{folder}/other.txt')")).results
    assert result.outcome.value == "errored"
    assert "table function read_text is not allowed in SQL over files and frames. Allowed: " in result.reason


def test_the_filter_of_a_suite_reads_no_other_file(folder: Path) -> None:
    run = look(folder / "ok.csv", c.row_count(at_least=1), where=f"(SELECT count(*) FROM read_text('{folder}/other.txt')) = 1")
    assert set(outcomes(run).values()) == {"errored"}


def test_the_table_of_another_check_is_no_file(folder: Path) -> None:
    run = look(folder / "ok.csv", c.row_count(same_as=f'"{folder}/other.csv"'), c.not_null("id"))
    assert outcomes(run)["not_null(id)"] == "passed"
    assert reasons(run) == {f"table {folder}/other.csv is not allowed: SQL over files and frames reads only the data that was given"}


@pytest.mark.parametrize(
    "sql",
    [
        pytest.param("WITH t AS (SELECT id FROM data) SELECT t.id AS c FROM t WHERE id > 5", id="a CTE"),
        pytest.param("SELECT d.id AS c FROM Data d JOIN main.data e USING (id) WHERE id > 5", id="the data twice"),
        pytest.param("SELECT n AS c FROM range(3) r(n) WHERE n > 5", id="a table function that reads nothing"),
        pytest.param("SELECT u AS c FROM (SELECT UNNEST([1, 2]) AS u) WHERE u > 5", id="a list"),
        pytest.param("SELECT id AS c FROM data WHERE id > 5 UNION ALL SELECT 1 WHERE false", id="a union"),
    ],
)
def test_sql_over_the_data_itself_is_asked(folder: Path, sql: str) -> None:
    assert outcomes(look(folder / "ok.csv", c.failed_rows_sql(sql, name="sql"))) == {"sql": "passed"}


def _sealed(database: DuckDB, folder: Path) -> None:
    files = [f"{folder}/ok.csv"]
    view_files(database, "data", read_format(files, {}, "test"))
    database.seal(files, local=True)


STATEMENTS = {
    "another file": "SELECT * FROM read_text('{0}/other.txt')",
    "another file as a table": "SELECT * FROM '{0}/other.csv'",
    "a pattern": "SELECT * FROM glob('{0}/*')",
    "a link to another file": "SELECT * FROM read_text('{0}/link.csv')",
    "a way round": "SELECT * FROM read_text('{0}/deep/../other.txt')",
    "a copy": "COPY (SELECT 1) TO '{0}/new.csv'",
    "a database": "ATTACH '{0}/new.db' AS other",
    "an export": "EXPORT DATABASE '{0}/new'",
    "an address": "SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')",
    "an extension from the net": "INSTALL httpfs",
    "an extension": "LOAD httpfs",
    "the lock itself": "SET enable_external_access = true",
    "the paths": "SET allowed_paths = ['{0}/other.txt']",
    "a setting": "SET memory_limit = '9GB'",
    "a variable of this process": "SELECT * FROM frame",
}


@pytest.mark.parametrize("name", STATEMENTS)
def test_duckdb_itself_is_locked_on_every_connection(folder: Path, name: str) -> None:
    frame = pd.DataFrame({"id": [1]})
    (folder / "deep").mkdir()
    os.symlink(folder / "other.txt", folder / "link.csv")
    with opened_duckdb("100MB") as database:
        _sealed(database, folder)
        for connection in (database.get_conn(), database.get_conn().cursor()):
            assert connection.execute("SELECT * FROM data").fetchall() == [(len(frame),)]
            with pytest.raises(duckdb.Error):
                connection.execute(STATEMENTS[name].format(folder))


def test_links_and_odd_names_are_opened(tmp_path: Path) -> None:
    write(tmp_path / "real.csv", "id\n1\n")
    os.symlink(tmp_path / "real.csv", tmp_path / "o'[d]*.csv")
    assert outcomes(look(tmp_path / "o'[d]*.csv", c.row_count(equals=1))) == {"row_count()": "passed"}


def test_a_store_gives_the_files_that_were_found_and_no_other(tmp_path: Path) -> None:
    store, bucket = fsspec.filesystem("memory"), f"b{uuid4().hex}"
    attach("memory", bucket, fs=store)
    for name in ("ok", "other"):
        store.pipe(f"/{bucket}/{name}.csv", b"id\n1\n")
    given = ObjectStoragePath(f"memory://{bucket}@{bucket}/ok.csv")
    other = f"memory:///{bucket}/other.csv"
    run = look(given, c.row_count(equals=1), c.failed_rows_sql(f"SELECT * FROM '{other}'", name="sql"))
    assert outcomes(run) == {"row_count()": "passed", "sql": "errored"}
    mine = f"memory:///{bucket}/ok.csv"
    with opened_duckdb("100MB") as database:
        database.register_store(store, [mine, other])
        database.seal([mine], local=False)
        connection = database.get_conn()
        assert connection.execute(f"SELECT count(*) FROM read_csv('{mine}')").fetchall() == [(1,)]
        with pytest.raises(duckdb.Error, match="Permission"):
            connection.execute(f"SELECT count(*) FROM read_csv('{other}')")


@pytest.mark.parametrize("sql", ["COPY data TO 'x.csv'", "SELECT 1; SELECT 2", "ATTACH 'x' AS y", "SET threads = 1", "INSTALL httpfs"])
def test_what_is_no_select_is_refused(folder: Path, sql: str) -> None:
    with pytest.raises(DefinitionError):
        look(folder / "ok.csv", c.failed_rows_sql(sql))
    with opened_duckdb("100MB") as database:
        said = database.refusal_of(sql, ["data"])
    assert said is not None
    assert said.startswith("only one SELECT is allowed in SQL over files and frames")
