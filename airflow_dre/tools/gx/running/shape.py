"""The shape of declared expectations, which is checked while a Dag is parsed, without Great Expectations."""

from __future__ import annotations

import json
from collections.abc import Mapping
from difflib import get_close_matches
from os import PathLike
from pathlib import Path
from typing import Any

from airflow_dre.errors import DefinitionError, Problem

SEVERITIES = ("critical", "warning", "info")
KEYS = ("type", "kwargs", "severity", "meta", "notes", "description")
_IGNORED = ("expectation_type", "id", "rendered_content", "success_on_last_run", "expectation_context")
"""Other keys in the JSON of Great Expectations: the type in 0.x, and keys without an influence on the result."""
ALLOWED = "a list of expectations, an ExpectationSuite, its JSON as a dict or as text, or the path of a file with it"


def find_shape_problems(given: object, subject: str) -> list[Problem]:
    """Return the problems of declared expectations. A file is not read."""
    if isinstance(given, (str, PathLike)):
        return [] if str(given).strip() else [Problem(subject, "expectations", given, ALLOWED)]
    items = items_of(given)
    if items is None:
        return [Problem(subject, "expectations", given, ALLOWED)]
    if not items:
        return [Problem(subject, "expectations", given, "at least one expectation")]
    return [problem for position, item in enumerate(items) for problem in _item_problems(position, item)]


def read_items(given: object, subject: str) -> list[Any]:
    """Return the single expectations, from JSON text, a file or a list.

    :raises DefinitionError: the file cannot be read, or an expectation has not the right shape.
    """
    if isinstance(given, (str, PathLike)):
        try:
            text = str(given)
            given = json.loads(text if text.lstrip().startswith(("{", "[")) else Path(text).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            allowed = f"JSON, or the path of a JSON file that can be read ({type(error).__name__}: {error})"
            raise DefinitionError([Problem(subject, "expectations", str(given), allowed)]) from error
    problems = find_shape_problems(given, subject)
    if problems:
        raise DefinitionError(problems)
    return items_of(given) or []


def items_of(given: object) -> list[Any] | None:
    """Return the expectations of a list, a suite or the dict of its JSON, or None for any other value."""
    inner = given.get("expectations") if isinstance(given, Mapping) else getattr(given, "expectations", given)
    return list(inner) if isinstance(inner, (list, tuple)) else None


def type_of(item: Any) -> object:
    """Return the type of an expectation that is an object or a dict."""
    return getattr(item, "expectation_type", None) or item.get("type", item.get("expectation_type"))


def called(position: int, kind: object) -> str:
    """Return the name of an expectation in messages."""
    return f"expectations[{position}] {kind}" if isinstance(kind, str) and kind else f"expectations[{position}]"


def _item_problems(position: int, item: object) -> list[Problem]:
    if hasattr(item, "expectation_type"):  # an object of Great Expectations, which has checked itself
        return []
    if not isinstance(item, Mapping):
        return [Problem(called(position, None), "expectation", item, f"an expectation, or a dict of {', '.join(KEYS)}")]
    kind = type_of(item)
    subject = called(position, kind)
    problems = [
        Problem(subject, str(key), item[key], f"did you mean {near[0]}?" if near else ", ".join(KEYS))
        for key in item
        if key not in KEYS and key not in _IGNORED
        for near in [get_close_matches(str(key), KEYS, 1)]
    ]
    if not isinstance(kind, str) or not kind.strip():
        problems.append(Problem(subject, "type", kind, "the name of an expectation such as 'expect_column_values_to_not_be_null'"))
    problems += [Problem(subject, key, item[key], "a dict") for key in ("kwargs", "meta") if not isinstance(item.get(key) or {}, Mapping)]
    severity = item.get("severity", "critical")
    if severity not in SEVERITIES and not (isinstance(severity, str) and "{" in severity):
        problems.append(Problem(subject, "severity", severity, ", ".join(SEVERITIES)))
    return problems
