"""Formats of files, by their endings, and the options of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from airflow_dre.errors import Problem


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file, the function of DuckDB that reads it, and the options that it takes."""

    name: str
    function: str
    endings: tuple[str, ...]
    options: Mapping[str, tuple[type, ...]]
    """Names and types of its options."""
    preset: Mapping[str, object]
    """Options that are set unless an author sets them."""


_ANY = {"filename": (bool,), "hive_partitioning": (bool,), "union_by_name": (bool,)}
_TEXT_FILE = {"compression": (str,), "dateformat": (str,), "ignore_errors": (bool,), "sample_size": (int,), "timestampformat": (str,)}
_CSV_ONLY = {
    "all_varchar": (bool,),
    "comment": (str,),
    "decimal_separator": (str,),
    "delim": (str,),
    "encoding": (str,),
    "escape": (str,),
    "header": (bool,),
    "max_line_size": (int,),
    "null_padding": (bool,),
    "nullstr": (str, list),
    "quote": (str,),
    "skip": (int,),
    "strict_mode": (bool,),
    "thousands": (str,),
    "types": (dict,),
}
# The way a CSV file is written is stated and not guessed: DuckDB guesses from the rows, so that one broken line among the first makes it
# take the file for one of another kind, with one column, instead of an error. A row that begins with # is a row.
_RFC_4180: dict[str, object] = {"delim": ",", "quote": '"', "escape": '"', "header": True, "comment": ""}

PARQUET = Format("parquet", "read_parquet", (".parquet",), {**_ANY, "binary_as_string": (bool,)}, {})
CSV = Format("csv", "read_csv", (".csv", ".csv.gz", ".csv.zst"), {**_ANY, **_TEXT_FILE, **_CSV_ONLY}, _RFC_4180)
TSV = Format("tsv", "read_csv", (".tsv", ".tsv.gz"), CSV.options, {**_RFC_4180, "delim": "\t"})
JSON_LINES = Format(
    "jsonl",
    "read_json",
    (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz"),
    {**_ANY, **_TEXT_FILE, "maximum_object_size": (int,), "types": (dict,)},
    {"format": "newline_delimited", "sample_size": -1},  # a key that is first met below a sample would be left out without a word
)
FORMATS = {form.name: form for form in (PARQUET, CSV, TSV, JSON_LINES)}
ENDINGS = tuple(ending for form in FORMATS.values() for ending in form.endings)
FORMAT = "format"
"""The one option of our own: the name of a format, for files with another ending."""


@dataclass(frozen=True, slots=True)
class Readable:
    """Files of one format with an author's options."""

    form: Format
    files: tuple[str, ...]
    options: Mapping[str, Any]
    columns: Mapping[str, str] | None = None
    """Names and types by which JSON lines are read. None: those of the files."""
    inexact: Mapping[str, str] = field(default_factory=dict)
    """Columns of JSON lines with numbers that a double does not hold, each with a file that has one."""

    @property
    def as_texts(self) -> dict[str, Any]:
        """The options that read columns as text, except those whose types an author or the file declares."""
        if self.form is PARQUET:
            return {**self.options, "hive_types_autocast": False}
        if self.columns is None:
            return {**self.options, "all_varchar": True, "hive_types_autocast": False}
        pinned = {name: value for name, value in self.options.items() if name not in ("sample_size", "union_by_name", "types")}
        return {**pinned, "columns": dict(self.columns), "hive_types_autocast": False}


ENCODINGS = ("utf-8", "utf-16", "latin-1")
_COMPRESSIONS = ("auto", "none", "gzip", "zstd")
_NARROW: dict[str, tuple[Callable[[Any], bool], str]] = {
    "encoding": (lambda value: value.lower().replace("_", "-") in ENCODINGS, ", ".join(ENCODINGS)),
    "compression": (lambda value: value.lower() in _COMPRESSIONS, ", ".join(_COMPRESSIONS)),
    "delim": (lambda value: 1 <= len(value.encode()) <= 4, "1 to 4 bytes"),
    "quote": (lambda value: len(value.encode()) <= 1, "one character of ASCII, or an empty text"),
    "escape": (lambda value: len(value.encode()) <= 1, "one character of ASCII, or an empty text"),
    "comment": (lambda value: len(value.encode()) <= 1, "one character of ASCII, or an empty text"),
    "decimal_separator": (lambda value: value in (".", ","), "'.' or ','"),
    "thousands": (lambda value: len(value) <= 1, "one character"),
    "skip": (lambda value: value >= 0, "a number of lines, 0 or more"),
    "sample_size": (lambda value: value == -1 or value >= 1, "a number of rows, 1 or more; -1: all"),
    "max_line_size": (lambda value: value > 0, "a number of bytes above 0"),
    "maximum_object_size": (lambda value: value > 0, "a number of bytes above 0"),
    "nullstr": (
        lambda value: isinstance(value, str) or (bool(value) and all(isinstance(each, str) for each in value)),
        "a text, or a list of at least one",
    ),
    "types": (
        lambda value: all(isinstance(each, str) and each for pair in value.items() for each in pair),
        "a dict of types by the names of columns, for example {'id': 'VARCHAR'}",
    ),
}
"""Options that do not take all values of their type: whether a value is allowed, and the allowed values in words."""


def find_format(path: str, options: Mapping[str, Any]) -> Format | None:
    """Return the format that an author named, or that of the ending of a path, or None."""
    if FORMAT in options:
        return FORMATS.get(options[FORMAT])
    return next((form for form in FORMATS.values() if path.lower().endswith(form.endings)), None)


def find_option_problems(options: object, subject: str, form: Format | None = None) -> list[Problem]:
    """Return the problems with an author's options.

    :param form: the format that takes them; None: any.
    """
    if not isinstance(options, Mapping):
        return [Problem(subject, "read_options", options, "a dict of options by name")]
    known = form.options if form else {name: kinds for each in FORMATS.values() for name, kinds in each.options.items()}
    problems = []
    for name, value in options.items():
        if name == FORMAT:
            if value not in FORMATS:
                problems.append(Problem(f"{subject} read_options", FORMAT, value, ", ".join(FORMATS)))
        elif name not in known:
            whose = f"an option of {form.name}" if form else "an option"
            problems.append(Problem(f"{subject} read_options", str(name), value, f"{whose}: {', '.join(sorted([FORMAT, *known]))}"))
        elif not isinstance(value, known[name]) or (isinstance(value, bool) and bool not in known[name]):
            problems.append(Problem(f"{subject} read_options", name, value, " or ".join(kind.__name__ for kind in known[name])))
        elif name in _NARROW and not _NARROW[name][0](value):
            problems.append(Problem(f"{subject} read_options", name, value, _NARROW[name][1]))
    return problems


def words_of(options: Mapping[str, Any]) -> list[str]:
    """Return the words of an author's options, which a reason may quote."""
    given = [value for value in options.values() if isinstance(value, str)]
    pairs = [pair for value in options.values() if isinstance(value, Mapping) for pair in value.items()]
    return [word for word in (*given, *(str(each) for pair in pairs for each in pair)) if any(sign.isalpha() for sign in word)]
