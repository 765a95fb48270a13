"""A view of files that fit together, or the reason why they do not."""

from __future__ import annotations

import glob
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from sqlglot import exp

from airflow_dre.checks.outcomes import counted
from airflow_dre.engines.duckdb.columns import TextColumns, view_texts
from airflow_dre.engines.duckdb.connection import DuckDB
from airflow_dre.engines.duckdb.csv_beginnings import Beginning, beginning_of, with_beginnings
from airflow_dre.engines.duckdb.declared_types import exact_type
from airflow_dre.engines.duckdb.formats import CSV, ENDINGS, FORMAT, JSON_LINES, PARQUET, Readable, find_format, find_option_problems
from airflow_dre.engines.duckdb.guesses import NOTHING, FileType, does_not_fit, inexact, spelling_of
from airflow_dre.engines.duckdb.json_lines import create_empty_view, described_json, inexact_columns, is_guessed, known_type, type_to_read
from airflow_dre.engines.duckdb.reading import APART, describe, reading
from airflow_dre.engines.duckdb.reasons import reason_of, store_error
from airflow_dre.engines.duckdb.sampling import TEXTS
from airflow_dre.errors import DefinitionError, FilesUnreachable, Problem, QueryFailed
from airflow_dre.sql.names import quoted

_SHOWN = 3
_FOLDER = re.compile(r"(?<![^/])([^/=]++)=[^/]*+/")
_STATED = (
    "file_name",
    "name",
    "type",
    "type_length",
    "repetition_type",
    "num_children",
    "converted_type",
    "scale",
    "precision",
    "logical_type",
)
"""Columns of DuckDB's description of a Parquet schema, in their order."""
_LENIENT: tuple[dict[str, object], ...] = (
    {"all_varchar": True, "ignore_errors": True, "strict_mode": False},
    {"all_varchar": True, "ignore_errors": True, "strict_mode": False, "quote": "", "escape": "", "null_padding": True},
)
"""Options that still find the names of the columns of a broken CSV file. The second is for a quote that is not closed."""


def read_format(files: Sequence[str], options: Mapping[str, Any], subject: str) -> Readable:
    """Return the one format of all files.

    :raises DefinitionError: a file has an unknown ending, they are of different formats, or an option is not one of theirs.
    """
    if options.get(FORMAT) is not None and (problems := find_option_problems(options, subject)):
        raise DefinitionError(problems)
    forms = {file: find_format(file, options) for file in files}
    unknown = [file for file, form in forms.items() if form is None]
    if unknown:
        allowed = f"files that end in {', '.join(ENDINGS)}; or set {FORMAT} in read_options"
        raise DefinitionError([Problem(subject, "data", file, allowed) for file in unknown[:_SHOWN]])
    readers = {form.function: form for form in forms.values() if form is not None}
    found = {form.name: form for form in forms.values() if form is not None}
    if len(found) > 1:
        raise DefinitionError(
            [Problem(subject, "data", list(files[:_SHOWN]), f"files of one format, not of {' and '.join(sorted(found))}")]
        )
    (form,) = readers.values()
    problems = find_option_problems(options, subject, form)
    if problems:
        raise DefinitionError(problems)
    return Readable(form, tuple(files), options)


def view_files(database: DuckDB, name: str, readable: Readable) -> TextColumns | None:
    """Create a view of files.

    :return: the columns whose types were guessed; None: the files declare all types.
    :raises QueryFailed: a file is broken, or their columns differ.
    :raises FilesUnreachable: their store stopped answering.
    """
    import duckdb

    try:
        if readable.form is PARQUET:
            return _view_parquet(database, name, readable)
        if readable.form is JSON_LINES:
            return _view_json_lines(database, name, readable)
        return _view_csv(database, name, readable)
    except duckdb.Error as error:
        raise refusal_of(error, readable.files, words_of(readable.options)) from error


def words_of(options: Mapping[str, Any]) -> list[str]:
    """Return the words of an author's options, which a reason may quote."""
    given = [value for value in options.values() if isinstance(value, str)]
    pairs = [pair for value in options.values() if isinstance(value, Mapping) for pair in value.items()]
    return [word for word in (*given, *(str(each) for pair in pairs for each in pair)) if any(sign.isalpha() for sign in word)]


def _view_csv(database: DuckDB, name: str, readable: Readable) -> TextColumns:
    beginnings = {file: beginning_of(database, readable, file) for file in readable.files}
    readable = with_beginnings(readable, beginnings)
    _refuse_misshapen(database, readable, beginnings)
    _refuse_same_names(readable.files[0], _written_names(database, readable))
    typed = {column.casefold() for column in readable.options.get("types", {})}
    readable, declared = _declared_apart(database, readable)
    columns = _view_all_as_texts(database, readable, declared)
    guessed = [] if readable.options.get("all_varchar") else [column for column in columns if column.casefold() not in typed]
    return view_texts(database, name, readable, columns, guessed, declared=declared)


def _declared_apart(database: DuckDB, readable: Readable) -> tuple[Readable, dict[str, FileType]]:
    """Return the files without the declared types to which DuckDB would round, and those types by column."""
    types = readable.options.get("types", {})
    if not types:
        return readable, {}
    names, spelling = {column.casefold() for column in types}, spelling_of(readable.options)
    described = describe(database, reading(readable.form, readable.files, readable.as_texts))
    found = {column: exact_type(kind, spelling) for column, kind in described if column.casefold() in names}
    declared = {column: kind for column, kind in found.items() if kind is not None}
    apart = {column.casefold() for column in declared}
    rest = {column: kind for column, kind in types.items() if column.casefold() not in apart}
    kept = {option: value for option, value in readable.options.items() if option != "types"}
    return replace(readable, options={**kept, "types": rest} if rest else kept), declared


def _view_json_lines(database: DuckDB, name: str, readable: Readable) -> TextColumns | None:
    """Create a view that reads numbers, booleans and moments as texts too.

    DuckDB would read a number of many digits as a double, and a text as a day.

    :raises QueryFailed: a file is one array, or a type is declared for a missing column.
    """
    found = dict(described_json(database, readable))
    if not found:
        create_empty_view(database, name, readable.options.get("types", {}))
        return None
    declared = {column.casefold(): kind for column, kind in readable.options.get("types", {}).items()}
    if unknown := declared.keys() - {column.casefold() for column in found}:
        raise QueryFailed(f"types of read_options: there is no column {', '.join(sorted(unknown))} in {readable.files[0]}")
    chosen = _declared_of_json(database, readable, {column: kind for column in found if (kind := declared.get(column.casefold()))})
    rounded = inexact_columns(database, readable, {column: kind for column, kind in found.items() if chosen.get(column) != "JSON"})
    spelling = spelling_of(readable.options)
    exact = {column: each for column, kind in chosen.items() if column not in rounded and (each := exact_type(kind, spelling))}
    kinds = {column: "VARCHAR" if column in exact else chosen.get(column) or type_to_read(kind) for column, kind in found.items()}
    known = {column: kind for column, type_name in found.items() if column not in chosen and (kind := known_type(type_name))}
    readable = replace(readable, columns=kinds, inexact=rounded)
    columns = _view_all_as_texts(database, readable, exact)
    certain = {column for column, kind in found.items() if column not in rounded and (column in chosen or not is_guessed(kind))}
    guessed = [column for column in columns if column not in certain]
    known |= {column: inexact(guessed.index(column), "DOUBLE" if is_guessed(found[column]) else "") for column in rounded}
    return view_texts(database, name, readable, columns, guessed, known, exact)


def _declared_of_json(database: DuckDB, readable: Readable, types: Mapping[str, str]) -> dict[str, str]:
    """Return the declared types of columns of JSON lines as DuckDB calls them."""
    if not types:
        return {}
    described = dict(describe(database, reading(readable.form, readable.files, replace(readable, columns=types).as_texts)))
    return {column: described[column] for column in types}


def _view_all_as_texts(database: DuckDB, readable: Readable, declared: Mapping[str, FileType]) -> list[str]:
    """Create the view of texts, and return the names of its columns.

    With ``ignore_errors`` it lacks the rows that declared types do not hold.
    """
    rows = reading(readable.form, readable.files, readable.as_texts)
    if declared and readable.options.get("ignore_errors"):
        spelling = spelling_of(readable.options)
        wrong = [does_not_fit(column, kind, spelling) for column, kind in declared.items()]
        rows = exp.select("*").from_(rows).where(*[exp.Not(this=exp.paren(each)) for each in wrong]).subquery("rows")
    database.create_view(TEXTS, rows)
    return [column for column, _ in describe(database, exp.Table(this=quoted(TEXTS)))]


def refusal_of(error: Exception, files: Sequence[str], words: Sequence[str] = ()) -> QueryFailed | FilesUnreachable:
    """Return an exception of DuckDB as an error of ours.

    :param words: an author's words, which it may quote like the names of files.
    """
    raised = store_error(error)
    if raised is not None:
        return FilesUnreachable(f"the store of {files[0]} stopped answering: {raised}")
    return QueryFailed(reason_of(error, (*files, *words)))


def _view_parquet(database: DuckDB, name: str, readable: Readable) -> TextColumns | None:
    """Create a view of Parquet files, which declare the types of their columns. Only those of the folders around them are guessed.

    :raises QueryFailed: columns differ, or two have one name.
    """
    _refuse_same_names(readable.files[0], _written_names(database, readable))
    if not readable.options.get("union_by_name") and not _same_schemas(database, readable.files):
        found = {file: dict(_of_file(database, readable, file)) for file in readable.files}
        _refuse_differences(found)
        if any(NOTHING.name in columns.values() for columns in found.values()):  # the column has the type that it has in the other files
            readable = replace(readable, options={**readable.options, "union_by_name": True})
    source = reading(readable.form, readable.files, readable.as_texts)
    guessed = _folders(database, readable, source)
    if not guessed:
        database.create_view(name, source)
        return None
    return view_texts(database, name, readable, _view_all_as_texts(database, readable, {}), guessed)


def _folders(database: DuckDB, readable: Readable, source: exp.Expr) -> list[str]:
    """Return the columns of folders such as ``code=007``, which DuckDB prefers to those of the files."""
    if readable.options.get("hive_partitioning") is False or _FOLDER.search(readable.files[0]) is None:
        return []
    apart = reading(readable.form, readable.files, {**readable.options, "hive_partitioning": False})
    held = dict(describe(database, apart))
    named = {unquote(key).casefold() for key in _FOLDER.findall(readable.files[0])}
    certain = readable.options.get("hive_partitioning") is True
    return [
        column
        for column, kind in describe(database, source)
        if column.casefold() in named and kind == "VARCHAR" and (certain or held.get(column) != kind)
    ]


def _written_names(database: DuckDB, readable: Readable) -> list[str]:
    """Return the names of the columns as the first file has them. DuckDB renames the second of two that are one to it."""
    first = readable.files[0]
    if readable.form is PARQUET:
        schema = exp.Anonymous(this="parquet_schema", expressions=[exp.Literal.string(glob.escape(first))])
        return _top(database.fetch_all(exp.select("name", "num_children").from_(schema)))
    if not readable.options.get("header", True):
        return []
    as_rows = {key: value for key, value in readable.options.items() if key not in ("types", "nullstr")}
    lenient = {"all_varchar": True, "header": False, "ignore_errors": True, "null_padding": True, "strict_mode": False}
    header = database.fetch_all(exp.select("*").from_(reading(readable.form, [first], {**as_rows, **APART, **lenient})).limit(1))
    return [str(name) for row in header for name in row if name is not None]


def _same_schemas(database: DuckDB, files: Sequence[str]) -> bool:
    """Return whether Parquet files declare one schema. Where they do not, their columns may still be the same."""
    names = exp.Array(expressions=[exp.Literal.string(glob.escape(file)) for file in files])
    schema = exp.Anonymous(this="parquet_schema", expressions=[names])
    schemas: dict[object, list[tuple[object, ...]]] = {}
    for file, *column in database.fetch_all(exp.select(*_STATED).from_(schema)):
        schemas.setdefault(file, []).append(tuple(column))
    first, *others = schemas.values()
    return len(schemas) == len(files) and all(other == first for other in others)


def _top(schema: Sequence[tuple[str, int | None]]) -> list[str]:
    """Return the columns of a Parquet schema, which lists the root and then each column with its parts."""
    names, place = [], 1
    while place < len(schema):
        names.append(schema[place][0])
        within = 1
        while within:
            within += (schema[place][1] or 0) - 1
            place += 1
    return names


def _refuse_same_names(file: str, names: Sequence[str]) -> None:
    """Refuse columns of one name, of which DuckDB would always read the first.

    :raises QueryFailed: two columns have one name.
    """
    counted = Counter(name.casefold() for name in names)
    if same := [name for name in names if counted[name.casefold()] > 1]:
        raise QueryFailed(f"{file} has columns that are one name to DuckDB, which ignores upper and lower case: {', '.join(same)}")


def _refuse_misshapen(database: DuckDB, readable: Readable, beginnings: Mapping[str, Beginning]) -> None:
    """Refuse CSV files without a header, with a malformed line, or with different columns.

    :raises QueryFailed: a file is one of these.
    """
    found = {
        file: list(each.columns if each.columns is not None else dict(_of_file(database, readable, file)))
        for file, each in beginnings.items()
    }
    for file, columns in found.items():
        if columns == ["column0"] and readable.options.get("header", True) and _is_empty(database, readable, file):
            raise QueryFailed(f"{file} is empty: it lacks even the line with the names of the columns")
    if not readable.options.get("union_by_name"):
        _refuse_differences({file: dict.fromkeys(columns, "") for file, columns in found.items()})


def _is_empty(database: DuckDB, readable: Readable, file: str) -> bool:
    relation = reading(readable.form, [file], {**readable.options, **APART})
    return not database.fetch_all(exp.select(exp.Literal.number(1)).from_(relation).limit(1))


def _of_file(database: DuckDB, readable: Readable, file: str) -> list[tuple[str, str]]:
    """Return names and types of the columns of one file.

    :raises QueryFailed: it is a CSV file with a malformed line.
    """
    import duckdb

    try:
        texts = {} if readable.form is PARQUET else {"all_varchar": True}
        return describe(database, reading(readable.form, [file], {**readable.options, **APART, **texts}))
    except duckdb.InvalidInputException as error:
        if readable.form is PARQUET:
            raise
        raise QueryFailed(
            _broken_line(database, readable, file) or reason_of(error, (*readable.files, *words_of(readable.options)), file)
        ) from error


def _broken_line(database: DuckDB, readable: Readable, file: str) -> str | None:
    """Return the reason why a CSV file is broken that DuckDB could not sniff.

    DuckDB reports the line only where it knows the columns.
    """
    import duckdb

    kept = {key: value for key, value in readable.options.items() if key not in ("types", "sample_size")}
    for lenient in _LENIENT:
        try:
            columns = describe(database, reading(readable.form, [file], {**readable.options, **APART, **lenient}))
        except duckdb.Error:
            continue
        strictly = {**kept, **APART, "auto_detect": False, "columns": {column: "VARCHAR" for column, _ in columns}}
        largest = [exp.Max(this=exp.column(column, quoted=True)) for column, _ in columns]
        try:
            database.fetch_all(exp.select(*largest).from_(reading(CSV, [file], strictly)))
        except duckdb.Error as error:
            return reason_of(error, (*readable.files, *words_of(readable.options)), file)
    return None


def _refuse_differences(found: Mapping[str, Mapping[str, str]]) -> None:
    """Refuse files whose columns differ from those of the first. DuckDB would leave out or round values without a message.

    :raises QueryFailed: the columns of a file differ.
    """
    first, *others = found
    expected = {name: _type_in(found.values(), name) for name in found[first]}
    differing = [f"{other} {'; '.join(parts)}" for other in others if (parts := list(_differences(expected, found[other])))]
    if differing:
        more = f"; and {counted(len(differing) - _SHOWN, 'file', 'files')} more" if len(differing) > _SHOWN else ""
        advice = 'set read_options={"union_by_name": True} to read them together'
        raise QueryFailed(f"files with different columns: compared with {first}, {', '.join(differing[:_SHOWN])}{more}. {advice}")


def _type_in(files: Iterable[Mapping[str, str]], name: str) -> str:
    """Return the type of a column in the first file that has values of it."""
    kinds = [columns[name] for columns in files if name in columns]
    return next((kind for kind in kinds if kind != NOTHING.name), NOTHING.name)


def _differences(first: Mapping[str, str], other: Mapping[str, str]) -> Iterator[str]:
    if missing := [name for name in first if name not in other]:
        yield f"lacks {', '.join(missing)}"
    if added := [name for name in other if name not in first]:
        yield f"also has {', '.join(added)}"
    for name, kind in first.items():
        if name in other and other[name] not in (kind, NOTHING.name):
            yield f"has {name} as {other[name]} and not {kind}"
