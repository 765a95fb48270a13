"""Common slips in arguments: misspelled words, callbacks that cannot be called, tables that are the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from os import PathLike

from airflow_dre.errors import Problem

CALLBACK_ALLOWED = "a callback that takes a context"
CONN_OR_NAMESPACE = "exactly one of conn_id (the connection to the warehouse that dbt wrote to) and namespace (its OpenLineage namespace)"
PATH_ALLOWED = "a path, or a URL that ObjectStoragePath opens"
FACTORY = "__dre_factory__"
"""Attribute of a function that returns a callback."""
_PART = re.compile(r'"((?:[^"]|"")+)"|([^."\s]+)')
_USUAL_SCHEMAS = {"main", "public", "dbo", "default"}
"""Schemas that a table without one lies in, in the usual set-up of a database."""


def nearest(word: object, known: Iterable[str]) -> str | None:
    """Return the known word that a misspelled one most likely means, or None."""
    names = list(known)
    if not isinstance(word, str) or not any(letter.isalpha() for letter in word):
        return None
    from difflib import get_close_matches  # a Dag without a slip does not pay for it

    lowered = {name.lower(): name for name in reversed(names)}
    near = get_close_matches(word.strip().lower(), list(lowered), 1)
    return lowered[near[0]] if near else None


def one_of(value: object, allowed: Sequence[str]) -> str:
    """Return the allowed words for a message, after the one that was probably meant."""
    near = nearest(value, allowed)
    return (f"did you mean {near}? " if near else "") + ", ".join(allowed)


def find_callback_problems(subject: str, argument: str, value: object) -> list[Problem]:
    """Return what is wrong with a callback or a list of callbacks, among which None means no callback."""
    if value is None:
        return []
    calls = list(value) if isinstance(value, (list, tuple, set, frozenset)) else [value]
    return [Problem(subject, argument, call, allowed) for call in calls if (allowed := _why_no_callback(call))]


def _why_no_callback(call: object) -> str | None:
    if getattr(call, FACTORY, False) or (isinstance(call, type) and hasattr(call, "notify")):
        name = getattr(call, "__name__", "it")
        return f"{name}(...): call it with brackets, it returns the callback"
    if callable(call):
        return None
    return CALLBACK_ALLOWED


def find_names_problems(subject: str, argument: str, value: object, allowed: str) -> list[Problem]:
    """Return what is wrong with a list of names."""
    if not isinstance(value, (list, tuple)) or not all(isinstance(name, str) and name.strip() for name in value):
        return [Problem(subject, argument, value, allowed)]
    return []


def is_no_text(value: object) -> bool:
    """Return whether a value that must be text plainly is not.

    The output of a task becomes text when the task runs.
    """
    return not value.strip() if isinstance(value, str) else not comes_later(value)


def comes_later(value: object) -> bool:
    """Return whether a value is the output of a task, or another that Airflow knows only when the task runs."""
    return hasattr(value, "resolve") and hasattr(value, "iter_references")


def is_no_path(value: object) -> bool:
    """Return whether a value that must be a path, or the URL of a file, plainly is not."""
    if isinstance(value, PathLike) or hasattr(value, "protocol"):
        return False
    return is_no_text(value)


def find_kind_problems(subject: str, texts: Mapping[str, object], flags: Mapping[str, object]) -> list[Problem]:
    """Return what is wrong with optional texts and switches, other than outputs of tasks that become texts."""
    problems = [
        Problem(subject, name, value, "text")
        for name, value in texts.items()
        if not (value is None or isinstance(value, str) or comes_later(value))
    ]
    return problems + [Problem(subject, name, value, "True or False") for name, value in flags.items() if not isinstance(value, bool)]


def is_same_table(one: str, other: str) -> bool:
    """Return whether two names of tables are one table, or so alike that a database may take them for one.

    Case and quotes make no difference, and neither does the schema that tables without a schema usually lie in.
    """
    first, second = sorted((_parts(one), _parts(other)), key=len)
    more = len(second) - len(first)
    return bool(first) and second[more:] == first and (more == 0 or second[more - 1] in _USUAL_SCHEMAS)


def _parts(table: str) -> list[str]:
    return [(quoted.replace('""', '"') or plain).lower() for quoted, plain in _PART.findall(table)]
