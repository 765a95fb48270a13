"""No line of a CSV file is passed over without a word: a short line, a title, an empty line or one that begins with #."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from airflow_dre import checks as c
from tests.engines.duckdb.test_files import look, outcomes, reasons, write

ROWS = [c.row_count(equals=2, name="rows"), c.not_null("id", name="ids"), c.column_count(equals=2, name="columns")]
PASSED = dict.fromkeys(("rows", "ids", "columns"), "passed")
WHOLE = {
    "rows that begin with #": ("id,x\n#1,2\n#3,4\n", {}),
    "a row that begins with # in the middle": ("id,x\n1,2\n#3,4\n", {}),
    "empty lines above the header": ("\n\nid,x\n1,2\n3,4\n", {}),
    "empty lines above the header, as Windows ends them": ("\r\n\r\nid,x\r\n1,2\r\n3,4\r\n", {}),
    "an empty line below a mark of the order of bytes": ("\ufeff\nid,x\n1,2\n3,4\n", {}),
    "many empty lines above the header": ("\n" * 50 + "id,x\n1,2\n3,4\n", {}),
    "empty lines beside null_padding": ("\n\nid,x\n1,2\n3\n", {"null_padding": True}),
    "a title that is skipped": ("A report\nid,x\n1,2\n3,4\n", {"skip": 1}),
    "a title that is skipped, and an empty line": ("A report\n\nid,x\n1,2\n3,4\n", {"skip": 1}),
    "a title that is a comment": ("#A report\nid,x\n1,2\n#3,4\n3,4\n", {"comment": "#"}),
    "lines that end in different ways": ("id,x\r\n1,2\n3,4\r\n", {"strict_mode": False}),
}


@pytest.mark.parametrize("name", WHOLE)
def test_all_rows_are_read(tmp_path: Path, name: str) -> None:
    text, options = WHOLE[name]
    assert outcomes(look(write(tmp_path / "x.csv", text), *ROWS, read_options=options)) == PASSED


TOLD = {
    "a column too many in all rows": ("id,x\n1,2,3\n4,5,6\n", {}, "{0}, line 2: 3 columns, and not 2"),
    "a column too many in the last row": ("id,x\n1,2\n3,4,5\n", {}, "{0}, line 3: 3 columns, and not 2"),
    "a column too many beside one column": ("id\n1\n2,3\n", {}, "{0}, line 3: 2 columns, and not 1"),
    "a title": ("A report\nid,x\n1,2\n3,4\n", {}, "{0}, line 2: 2 columns, and not 1"),
    "an undeclared comment": ("#A report\nid,x\n1,2\n3,4\n", {}, "{0}, line 2: 2 columns, and not 1"),
    "a short line that begins with #": ("id,x\n1,2\n#3\n4,5\n", {}, "{0}, line 3: 1 column, and not 2"),
    "a column too many below an empty line": ("\nid,x\n1,2\n3,4,5\n", {}, "{0}, line 4: 3 columns, and not 2"),
    "a column too many without a header": ("1,2\n3,4,5\n6,7,8\n", {"header": False}, "{0}, line 2: 3 columns, and not 2"),
    "a quote that is not closed in a short file": (
        'id,x\n1,2\n3,"4\n5,6\n',
        {},
        "{0}, line 3: a quote is not closed, or something follows it",
    ),
    "lines that end in different ways": (
        "id,x\r\n1,2\n3,4\r\n",
        {},
        "{0}: its lines end in different ways; set strict_mode to False in read_options if they may",
    ),
}


@pytest.mark.parametrize("union", [False, True], ids=["files of the same columns", "union_by_name"])
@pytest.mark.parametrize("alone", [True, False], ids=["one file", "the second of two"])
@pytest.mark.parametrize("name", TOLD)
def test_a_line_that_is_none_is_told(tmp_path: Path, name: str, alone: bool, union: bool) -> None:
    text, options, reason = TOLD[name]
    path = write(tmp_path / "y.csv", text)
    first: list[Any] = [] if alone else [write(tmp_path / "x.csv", ("\n" if text.startswith("\n") else "") + "id,x\n1,2\n")]
    run = look([*first, path], *ROWS, read_options={**options, "union_by_name": union})
    assert (set(outcomes(run).values()), reasons(run)) == ({"errored"}, {reason.format(path)})


def test_empty_lines_above_several_files_are_of_one_number(tmp_path: Path) -> None:
    paths = [write(tmp_path / f"{number}.csv", "\n\nid,x\n1,2\n") for number in range(2)]
    assert outcomes(look(paths, *ROWS)) == PASSED
    write(tmp_path / "0.csv", "id,x\n1,2\n")
    said = f"{paths[1]} begins with 2 lines above the names of its columns, and {paths[0]} with no lines"
    assert {reason.split(":")[0] for reason in reasons(look(paths, *ROWS))} == {said}


def test_lines_are_counted_in_every_way_of_writing_a_file(tmp_path: Path) -> None:
    text = "\nid\tx\n1\tä\n3\t4\n"
    packed = tmp_path / "x.tsv.gz"
    packed.write_bytes(gzip.compress(text.encode()))
    assert outcomes(look(packed, *ROWS)) == PASSED
    for encoding in ("utf-16", "latin-1"):
        (tmp_path / "x.tsv").write_bytes(text.encode(encoding))
        assert outcomes(look(tmp_path / "x.tsv", *ROWS, read_options={"encoding": encoding})) == PASSED


def test_a_misfit_below_empty_lines_is_told_with_its_line(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", "\n\nid,x\n1,2\n3,four\n")
    (reason,) = reasons(look(path, c.mean("x", at_least=0)))
    assert reason.startswith(f"{path}, line 5: a value of column x is no number")
