"""Partitions that are folders of files: those whose files changed are scanned, and no other."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
import fsspec
import pytest
from airflow.sdk import ObjectStoragePath
from airflow.sdk.io import attach

from airflow_dre import checks as c
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.checks.outcomes import Outcome
from airflow_dre.errors import FilesUnreachable
from airflow_dre.partitions.arguments import Choice
from airflow_dre.partitions.values import split_by
from airflow_dre.services.partitions.run import Partitioning, ask_partitions
from airflow_dre.services.quality.data import opened_data
from airflow_dre.services.quality.run import Suite, run_suite
from airflow_dre.services.quality.source import DataSpec
from airflow_dre.store.records import SuiteRunRecord
from tests.partitions.warehouses import NOW, Remembered

CHECKS = [c.row_count(at_least=1), c.between("n", 0, 10), c.mean("n", at_least=0)]


def write(folder: Path, day: str, *numbers: int, name: str = "part") -> None:
    """Write a file of one partition."""
    (folder / f"day={day}").mkdir(parents=True, exist_ok=True)
    values = ", ".join(f"({number})" for number in numbers)
    duckdb.sql(f"COPY (SELECT * FROM (VALUES {values}) v(n)) TO '{folder}/day={day}/{name}.parquet' (FORMAT parquet)")


@pytest.fixture
def judged(tmp_path: Path) -> Callable[..., SuiteRunRecord]:
    """Return a function that judges all files below a folder from the states of their partitions."""
    memory, runs = Remembered(), iter(range(100))

    def judge(by: str = "day", given: Any = None, **read: Any) -> SuiteRunRecord:
        now = NOW + timedelta(seconds=next(runs))
        with opened_data(given or f"{tmp_path}/*/*.parquet", DataSpec(subject="here", task="d.t", read_options=read)) as source:
            suite = Suite(name="s", dataset=source.dataset, scope=source.scope, checks=parse_checks(CHECKS))
            wanted = Partitioning(by=split_by(by), choice=Choice.CHANGED, versions=source.versions, read_options=read)
            return run_suite(suite, source.engine, now, strategy=ask_partitions(suite, wanted, memory, now)).record

    return judge


def test_only_folders_whose_files_changed_are_scanned(tmp_path: Path, judged: Callable[..., SuiteRunRecord]) -> None:
    for day in range(1, 5):
        write(tmp_path, f"2026-01-0{day}", day, 20)
    first = judged()
    assert (first.partitions, first.results[0].observed, first.results[1].violations) == ((4, 4), "8", 4)
    assert judged().partitions == (0, 4)
    write(tmp_path, "2026-01-02", 1, 2, 3)  # replaced
    write(tmp_path, "2026-01-03", 50, name="late")
    write(tmp_path, "2026-01-05", 5)
    (tmp_path / "day=2026-01-01" / "part.parquet").unlink()
    run = judged()
    assert (run.partitions, run.results[0].observed, run.results[1].violations) == ((3, 4), "9", 3)
    assert "2026-01-04" not in str(run.results[0].statement)
    assert judged().partitions == (0, 4)


def test_a_file_that_was_written_again_with_the_same_size_is_another(tmp_path: Path, judged: Callable[..., SuiteRunRecord]) -> None:
    write(tmp_path, "1", 1)
    judged()
    file = tmp_path / "day=1" / "part.parquet"
    os.utime(file, ns=(0, file.stat().st_mtime_ns + 1))
    assert judged().partitions == (1, 1)


def test_files_with_other_read_options_are_scanned_again(tmp_path: Path, judged: Callable[..., SuiteRunRecord]) -> None:
    (tmp_path / "day=1").mkdir()
    (tmp_path / "day=1" / "part.csv").write_text("n\n1\n7\n")
    given = f"{tmp_path}/*/*.csv"
    assert judged(given=given).results[2].observed == "4"
    run = judged(given=given, nullstr="7")
    assert (run.partitions, run.results[2].observed) == ((1, 1), "1")
    assert judged(given=given).partitions == (0, 1)


def test_folders_of_no_value_are_a_partition(tmp_path: Path, judged: Callable[..., SuiteRunRecord]) -> None:
    write(tmp_path, "__HIVE_DEFAULT_PARTITION__", 1)
    write(tmp_path, "a%20b", 2)
    assert judged().partitions == (2, 2)
    write(tmp_path, "__HIVE_DEFAULT_PARTITION__", 1, 2)
    run = judged()
    assert (run.partitions, run.results[0].observed) == ((1, 2), "3")


def test_a_store_tells_the_versions_of_its_files(tmp_path: Path, judged: Callable[..., SuiteRunRecord]) -> None:
    write(tmp_path, "1", 1)
    write(tmp_path, "2", 1)
    store, bucket = fsspec.filesystem("memory"), f"b{uuid4().hex}"
    attach("memory", bucket, fs=store)
    given = ObjectStoragePath(f"memory://{bucket}@{bucket}/*/part.parquet")
    for day in (1, 2):
        store.pipe(f"/{bucket}/day={day}/part.parquet", (tmp_path / f"day={day}" / "part.parquet").read_bytes())
    assert judged(given=given).partitions == (2, 2)
    assert judged(given=given).partitions == (0, 2)
    store.pipe(f"/{bucket}/day=2/part.parquet", (tmp_path / "day=1" / "part.parquet").read_bytes())
    assert judged(given=given).partitions == (1, 2)


@pytest.mark.parametrize(
    ("by", "reason"),
    [("n", "is in no folder n=..."), ("day + 0", "partition_by is an expression: set changes=")],
)
def test_what_folders_do_not_show_is_reported(tmp_path: Path, judged: Callable[..., SuiteRunRecord], by: str, reason: str) -> None:
    write(tmp_path, "1", 1)
    run = judged(by)
    assert {result.outcome for result in run.results} == {Outcome.ERRORED}
    assert reason in run.results[0].reason


def test_a_file_that_goes_away_meanwhile_is_to_be_tried_again(tmp_path: Path) -> None:
    write(tmp_path, "1", 1)
    with opened_data(f"{tmp_path}/*/*.parquet", DataSpec(subject="here", task="d.t")) as source:
        (tmp_path / "day=1" / "part.parquet").unlink()
        assert source.versions is not None
        with pytest.raises(FilesUnreachable, match="FileNotFoundError"):
            source.versions("day")
