"""A view of files that fit together, or the reason why they do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from airflow_dre.engines.duckdb.columns import TextColumns
from airflow_dre.engines.duckdb.connection import DuckDB
from airflow_dre.engines.duckdb.csv_files import view_csv
from airflow_dre.engines.duckdb.formats import (
    ENDINGS,
    FORMAT,
    JSON_LINES,
    PARQUET,
    Readable,
    find_format,
    find_option_problems,
    words_of,
)
from airflow_dre.engines.duckdb.json_files import view_json_lines
from airflow_dre.engines.duckdb.parquet_files import view_parquet
from airflow_dre.engines.duckdb.reasons import duckdb_reason, store_error
from airflow_dre.errors import DefinitionError, FilesUnreachable, Problem, QueryFailed

_SHOWN = 3


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
            return view_parquet(database, name, readable)
        if readable.form is JSON_LINES:
            return view_json_lines(database, name, readable)
        return view_csv(database, name, readable)
    except duckdb.Error as error:
        raise refusal_of(error, readable.files, words_of(readable.options)) from error


def refusal_of(error: Exception, files: Sequence[str], words: Sequence[str] = ()) -> QueryFailed | FilesUnreachable:
    """Return an exception of DuckDB as an error of ours.

    :param words: an author's words, which it may quote like the names of files.
    """
    raised = store_error(error)
    if raised is not None:
        return FilesUnreachable(f"the store of {files[0]} stopped answering: {raised}")
    return QueryFailed(duckdb_reason(error, (*files, *words)))
