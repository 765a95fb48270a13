"""JSON lines as they come: values of several kinds in one column, no line at all, a line that is no JSON."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from airflow_dre import checks as c
from tests.engines.duckdb.test_files import look, outcomes, reasons, write

MIXED = {
    "numbers and texts": '{"v": 1}\n{"v": "x"}\n{"v": null}\n{}\n',
    "a text among many numbers": '{"v": 1}\n' * 30_000 + '{"v": "x"}\n',
    "truth and texts": '{"v": true}\n{"v": "x"}\n',
}


@pytest.mark.parametrize("name", MIXED)
def test_a_text_beside_other_values_is_that_text(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / "x.jsonl", MIXED[name])
    suite = [
        c.matches("v", "^(1|true|x)$", name="pattern"),
        c.in_set("v", ["1", "true", "x"], name="listed"),
        c.length("v", at_most=4, at_least=1, name="length"),
        c.metric_sql("COUNT(*) FILTER (v = 'x')", equals=1, name="sql"),
    ]
    assert set(outcomes(look(path, *suite)).values()) == {"passed"}


def test_a_text_beside_numbers_is_told_where_numbers_are_asked_for(tmp_path: Path) -> None:
    path = write(tmp_path / "x.jsonl", '{"v": 1}\n{"v": "x"}\n')
    (reason,) = reasons(look(path, c.mean("v", at_most=5)))
    assert reason.startswith(f"{path}, line 2: a value of column v is no number")


def test_objects_beside_other_values_stay_json(tmp_path: Path) -> None:
    path = write(tmp_path / "x.jsonl", '{"v": 1}\n{"v": {"a": 1}}\n')
    assert outcomes(look(path, c.metric_sql("MAX(v->>'a')", equals=1, name="inner"))) == {"inner": "passed"}


NOTHING: dict[str, tuple[str, bytes, dict[str, Any]]] = {
    "no byte": ("x.jsonl", b"", {}),
    "empty lines": ("x.ndjson", b"\n  \n\r\n", {}),
    "nothing, compressed": ("x.jsonl.gz", gzip.compress(b""), {}),
    "nothing, with declared types": ("x.jsonl", b"", {"types": {"v": "DOUBLE", "day": "DATE"}}),
}


@pytest.mark.parametrize("name", NOTHING)
def test_a_day_without_lines_is_nothing_to_look_at(tmp_path: Path, name: str) -> None:
    ending, raw, options = NOTHING[name]
    path = write(tmp_path / ending, raw)
    suite = [
        c.row_count(equals=0, name="rows"),
        c.not_null("id", name="given"),
        c.between("v", 0, 9, name="range"),
        c.mean("v", at_most=9, name="mean"),
        c.failed_rows_sql("SELECT * FROM data WHERE data.other < 0", name="sql"),
        c.unique("id", where="kind = 'a'", name="where"),
        c.not_null("id", by="day", name="by"),
    ]
    expected = {"rows": "passed", **dict.fromkeys(("given", "range", "mean", "sql", "where", "by"), "skipped")}
    assert outcomes(look(path, *suite, read_options=options)) == expected


def test_a_type_that_is_none_is_told_without_lines_too(tmp_path: Path) -> None:
    for text in ("", '{"v": 1}\n'):
        path = write(tmp_path / "x.jsonl", text)
        (reason,) = reasons(look(path, c.row_count(at_least=0), read_options={"types": {"v": "NUMBRE"}}))
        assert "NUMBRE" in reason


MALFORMED = {
    "in the middle": ('{"a": 1}\n{"a": 2\n{"a": 3}\n', "{0}, line 2: it is not JSON: unexpected character"),
    "at the end": ('{"a": 1}\n{"a":', "{0}, line 2: it is not JSON: unexpected end of data"),
    "below empty lines": ('\n\n{"a": 1}\n\n{"a":\n{"a": 2}\n', "{0}, line 5: it is not JSON: unexpected end of data"),
    "far below": ('{"a": 1}\n' * 50_000 + '{"a": "x\n', "{0}, line 50001: it is not JSON: unexpected control character in string"),
    "two objects on a line": ('{"a": 1}{"a": 2}\n', "{0}, line 1: it is not JSON: unexpected content after document"),
    "a mark of the order of bytes": (
        '\ufeff{"a": 1}\n',
        "{0} begins with a byte order mark, which JSON lines do not have: write it as UTF-8 without one",
    ),
    "an array below empty lines": ('\n\n [{"a": 1}]\n', "{0} is one JSON array instead of JSON lines: write one object to a line"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_line_that_is_no_json_is_told_with_its_number(tmp_path: Path, name: str) -> None:
    text, reason = MALFORMED[name]
    path = write(tmp_path / "x.jsonl", text)
    assert reasons(look(path, c.row_count(at_least=1), c.not_null("a"))) == {reason.format(path)}
