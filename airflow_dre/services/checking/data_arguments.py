"""The arguments of a task that name its rows, as far as they are known when the Dag is parsed."""

from __future__ import annotations

import glob
import posixpath
from collections.abc import Mapping

from airflow_dre.declaring.slips import is_no_text
from airflow_dre.errors import Problem

_NAMED = "only with data: a table has a name of its own"


def are_paths(data: object) -> bool:
    """Return whether data are files: one path, pattern or URL, or several."""
    from airflow_dre.engines.duckdb.locations import is_paths  # of files alone: a task that checks a table does not load it

    return is_paths(data)


def find_source_problems(subject: str, arguments: Mapping[str, object]) -> list[Problem]:
    """Return what is wrong with the arguments that name the rows.

    :param arguments: ``conn_id``, ``table``, ``data``, ``dataset`` and ``read_options``.
    """
    given = {name for name, value in arguments.items() if value is not None}
    for one, other in (("conn_id", "table"), ("table", "conn_id")):
        if one in given and not given & {other, "data"}:
            return [Problem(subject, other, None, f"text: it is required together with {one}")]
    if ("data" in given) == bool(given & {"conn_id", "table"}) or ("data" not in given and len(given & {"conn_id", "table"}) == 1):
        return [Problem(subject, "arguments", ", ".join(sorted(given)) or "none", "exactly one of data, and conn_id with table")]
    if "data" in given:
        return _find_data_problems(arguments["data"], arguments["read_options"], subject)
    texts = [
        Problem(subject, name, arguments[name], "text that is not empty") for name in ("conn_id", "table") if is_no_text(arguments[name])
    ]
    misplaced = [Problem(subject, name, arguments[name], _NAMED) for name in ("dataset", "read_options") if name in given]
    return texts or misplaced


def _find_data_problems(data: object, read_options: object, subject: str) -> list[Problem]:
    """Return what is wrong with data and its options, without reading it."""
    from airflow_dre.engines.duckdb.formats import ENDINGS, FORMAT, find_format, find_option_problems
    from airflow_dre.engines.duckdb.locations import is_paths, texts_of

    if isinstance(data, (bool, bytes, dict, float, int, set)) or (isinstance(data, (list, str, tuple)) and not data) or _is_mixed(data):
        allowed = "a path or several, a frame, a list of dicts (one a row), a function that returns one of these, or the output of a task"
        return [Problem(subject, "data", data if not isinstance(data, (dict, list)) else type(data).__name__, allowed)]
    problems = [] if read_options is None else find_option_problems(read_options, subject)
    if is_paths(data) and not problems:
        options = read_options if isinstance(read_options, dict) else {}
        allowed = f"a file that ends in {', '.join(ENDINGS)}; or set {FORMAT} in read_options"
        unknown = [text for text in texts_of(data) if _has_known_ending(text) and not find_format(text, options)]
        problems += [Problem(subject, "data", text, allowed) for text in unknown]
    return problems


def _is_mixed(data: object) -> bool:
    """Return whether a list holds something that is neither a path nor a row, or both."""
    from airflow_dre.engines.duckdb.locations import is_path

    return isinstance(data, (list, tuple)) and not all(map(is_path, data)) and not all(isinstance(row, dict) for row in data)


def _has_known_ending(path: str) -> bool:
    """Return whether the ending of a path is known before a template is rendered and a pattern is expanded."""
    ending = posixpath.splitext(path)[1]
    return not any(mark in path for mark in ("{{", "{%")) and not glob.has_magic(ending) and (bool(ending) or not glob.has_magic(path))
