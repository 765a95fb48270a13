"""Functions that refuse a wrong call with a definition error instead of a ``TypeError``.

Every Dag file imports this module, so it loads nothing before a call is wrong.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Final, ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class _Required:
    """The default of an argument that has none, so that all missing arguments are reported together."""

    def __repr__(self) -> str:
        return "required"

    def __reduce__(self) -> str:
        return "REQUIRED"


REQUIRED: Final[Any] = _Required()


def strict(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Refuse a call whose arguments do not fit.

    The result raises :class:`airflow_dre.errors.DefinitionError`, which lists unknown, missing, repeated and surplus arguments.
    """

    @functools.wraps(function)
    def called(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        try:
            return function(*args, **kwargs)
        except TypeError:
            from airflow_dre.declaring.calls import find_call_problems
            from airflow_dre.errors import DefinitionError

            problems = find_call_problems(function, args, kwargs)
            if problems:
                raise DefinitionError(problems) from None
            raise

    return called


def callback_factory(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Make a function strict that returns a callback, and recognize it where its brackets were forgotten."""
    from airflow_dre.declaring.slips import FACTORY

    made = strict(function)
    setattr(made, FACTORY, True)
    return made
