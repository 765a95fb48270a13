"""Mistakes in the arguments of a call that Python refused."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from airflow_dre.declaring.slips import nearest
from airflow_dre.errors import Problem

_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
_PLACED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.POSITIONAL_ONLY)


def find_call_problems(function: Callable[..., Any], args: tuple[object, ...], kwargs: Mapping[str, object]) -> list[Problem]:
    """Return what is wrong with the arguments of a call."""
    subject = function.__qualname__.removesuffix(".__init__")
    parameters = list(inspect.signature(function).parameters.values())
    if function.__qualname__.endswith(".__init__"):
        parameters, args = parameters[1:], args[1:]
    names = [parameter.name for parameter in parameters if parameter.kind in _NAMED]
    kinds = {parameter.kind for parameter in parameters}
    placed = [parameter.name for parameter in parameters if parameter.kind in _PLACED]
    problems: list[Problem] = []
    if len(args) > len(placed) and inspect.Parameter.VAR_POSITIONAL not in kinds:
        problems.append(Problem(subject, "arguments", args[len(placed)], _allowed_places(subject, placed, names)))
    filled = placed[: len(args)]
    problems += [
        Problem(subject, name, kwargs[name], "one value: it is passed both by position and by name") for name in filled if name in kwargs
    ]
    required = [parameter.name for parameter in parameters if parameter.kind in _NAMED and parameter.default is inspect.Parameter.empty]
    missing = [name for name in required if name not in kwargs and name not in filled]
    unknown = [name for name in kwargs if name not in names]
    if inspect.Parameter.VAR_KEYWORD in kinds:  # others may know the rest
        unknown = [name for name in unknown if nearest(name, names) in missing]
    problems += unknown_problems(subject, {name: kwargs[name] for name in unknown}, names)
    meant = {nearest(name, names) for name in unknown}
    return problems + [Problem(subject, name, None, "a value: this argument is required") for name in missing if name not in meant]


def unknown_problems(subject: str, unknown: Mapping[str, object], names: Collection[str], more: str = "") -> list[Problem]:
    """Return a problem for each argument that is not known.

    :param names: the arguments that are known, those shown in the message first.
    :param more: further arguments that are known, in words.
    """
    return [Problem(subject, name, value, f"{_meant(name, names)}It takes {_list(names)}{more}") for name, value in unknown.items()]


def _meant(name: str, names: Iterable[str]) -> str:
    near = nearest(name, names)
    return f"did you mean {near}? " if near else ""


def _list(names: Collection[str]) -> str:
    return ", ".join(names) or "no arguments"


def _allowed_places(subject: str, placed: list[str], names: list[str]) -> str:
    by_name = [name for name in names if name not in placed]
    if not placed:
        return f"arguments by name ({_list(by_name)}); as a callback write {subject}(...)" if by_name else f"{subject}(), without arguments"
    return f"{', '.join(placed)} by position" + (f", and {', '.join(by_name)} by name" if by_name else "")
