"""Texts of an author that are Jinja templates, or look like one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from airflow_dre.checks.declared.declaration import Declaration

_MARKS = ("{{", "{%", "{#")
_ALLOWED = (
    "a Jinja template; write braces that are meant as text as {{ '{%' }} or {{ '{#' }}, or put the text between {% raw %} and {% endraw %}"
)


def render_checks(checks: Sequence[Declaration], render: Callable[[str], object], environment: Any) -> list[Declaration]:
    """Return the checks with their texts rendered.

    :param environment: the Jinja environment of the Dag.
    :raises DefinitionError: lists every text that is an invalid template, with its check and its argument.
    """
    given = [
        (f"checks[{place}] {check.kind}", name, text)
        for place, check in enumerate(checks)
        if not check.final
        for name, value in check.arguments.items()
        for text in _texts(value)
    ]
    refuse_texts(given, environment)
    return [check.rendered(render) for check in checks]


def refuse_texts(given: Iterable[tuple[str, str, object]], environment: Any) -> None:
    """Refuse texts that Jinja cannot parse.

    :param given: texts with the object and the argument that they belong to.
    :raises DefinitionError: lists all such texts.
    """
    from jinja2 import TemplateSyntaxError

    from airflow_dre.errors import DefinitionError, Problem

    problems = []
    for subject, argument, text in given:
        if not isinstance(text, str) or not any(mark in text for mark in _MARKS):
            continue
        try:
            environment.parse(text)
        except TemplateSyntaxError as wrong:
            problems.append(Problem(subject, argument, text, f"{_ALLOWED} ({wrong.message})"))
    if problems:
        raise DefinitionError(problems)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in (*value, *value.values()):
            yield from _texts(item)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            yield from _texts(item)
