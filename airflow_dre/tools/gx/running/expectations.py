"""Great Expectations' own objects from declared expectations, or one error that lists all their problems."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from airflow_dre.errors import DefinitionError, Problem
from airflow_dre.tools.gx.running.quiet import suppress_gx_output
from airflow_dre.tools.gx.running.shape import called, read_items, type_of


def read_expectations(given: object, subject: str) -> tuple[Any, ...]:
    """Return new objects, with their numbers as ids, so that a result refers to its expectation.

    :param given: a list of expectations, a suite, the dict of its JSON, or the path of a file with it.
    :param subject: the caller's name in messages.
    :raises DefinitionError: lists every unknown expectation and every invalid argument.
    """
    from great_expectations.exceptions.exceptions import GreatExpectationsError

    expectations: list[Any] = []
    problems: list[Problem] = []
    for position, item in enumerate(read_items(given, subject)):
        kind = str(type_of(item))
        if allowed := _why_unknown(kind):
            problems.append(Problem(called(position, None), "type", kind, allowed))
            continue
        try:
            with suppress_gx_output():
                expectations.append(_numbered(item, position))
        except (GreatExpectationsError, TypeError, ValueError) as error:
            problems.extend(_refused(called(position, kind), item, error))
    if problems:
        raise DefinitionError(problems)
    return tuple(expectations)


def _why_unknown(kind: str) -> str | None:
    """Return what is allowed instead of an unknown type, or None for a known one."""
    from great_expectations import __version__
    from great_expectations.expectations.expectation import Expectation
    from great_expectations.expectations.registry import list_registered_expectation_implementations

    known = list_registered_expectation_implementations(Expectation)
    if kind in known:
        return None
    near = get_close_matches(kind, known, 3, 0.75)
    return f"did you mean {' or '.join(near)}?" if near else f"an expectation of Great Expectations {__version__}, or one that is imported"


def _numbered(item: Any, position: int) -> Any:
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    if hasattr(item, "expectation_type"):
        configuration = item.configuration
    else:
        options = {key: item[key] for key in ("meta", "notes", "description", "severity") if item.get(key) is not None}
        configuration = ExpectationConfiguration(type=str(type_of(item)), kwargs=dict(item.get("kwargs") or {}), **options)
    configuration.id = str(position)
    return configuration.to_domain_obj()


def _refused(subject: str, item: Any, error: Exception) -> Iterator[Problem]:
    """Yield one problem for each argument, since pydantic has one for each type that a value might have."""
    given = dict(item.get("kwargs") or {}) if isinstance(item, dict) else {}
    if not hasattr(error, "errors"):
        yield Problem(subject, "kwargs", given, str(error))
        return
    by_argument: dict[str, list[str]] = {}
    for found in error.errors():
        by_argument.setdefault(str(found["loc"][0]), []).append(found["msg"])
    for argument, messages in by_argument.items():
        yield Problem(subject, argument, given.get(argument), "; ".join(messages))
