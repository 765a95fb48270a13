"""Declarations as a Dag author writes them: a kind of check and its arguments, unchanged.

A declaration is neither read nor refused here. ``airflow_dre.checks.declared.parse`` does that for all declarations of a suite at once,
so that every mistake is reported together. Templates in the arguments are rendered in between. This module is all that a Dag file
imports.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypedDict

Bound = int | float | Decimal | str | date | datetime

_NUMBER = re.compile(r"-?\d+(\.\d+)?")


class Options(TypedDict, total=False):
    """Arguments of every check."""

    name: str
    severity: str
    dimension: str
    where: str
    by: str
    description: str
    tags: Sequence[str]
    owner: str
    runbook: str
    previous_name: str


class RowOptions(Options, total=False):
    """Thresholds of a row check."""

    warn_above: int | str
    fail_above: int | str


class CrossRowOptions(RowOptions, total=False):
    """Thresholds of a row check of several columns, and what NULL in them means."""

    nulls: str


class MetricOptions(Options, total=False):
    """Thresholds of a metric check."""

    at_least: Bound
    at_most: Bound
    more_than: Bound
    less_than: Bound
    equals: Bound
    warn_at_least: Bound
    warn_at_most: Bound
    if_empty: str


class RowCountOptions(MetricOptions, total=False):
    """Thresholds of a row count: bounds, or limits beside ``same_as``."""

    warn_above: int | str
    fail_above: int | str


class FreshOptions(Options, total=False):
    """Optional arguments of a freshness check."""

    warn_age: str | timedelta
    as_of: str | datetime
    expression: str
    time_zone: str
    future_tolerance: str | timedelta


class Declaration:
    """One declared check: its kind, for example ``not_null``, and its arguments as they were written."""

    __slots__ = ("arguments", "by_kind", "final", "kind")

    def __init__(self, kind: str, arguments: Mapping[str, object], *, final: bool = False, by_kind: bool = False) -> None:
        self.kind = kind
        self.final = final
        self.by_kind = by_kind
        """True if values of different kinds are never equal, as in pandas. Only importers set it."""
        self.arguments = {name: value for name, value in arguments.items() if value is not None}

    def __repr__(self) -> str:
        return f"{self.kind}({', '.join(f'{name}={value!r}' for name, value in self.arguments.items())})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Declaration) and (self.kind, self.arguments) == (other.kind, other.arguments)

    def __hash__(self) -> int:
        return hash(repr(self))

    @property
    def templated(self) -> bool:
        """True where an argument still holds a Jinja template. A rendered text holds none, whatever its characters."""
        return not self.final and ("{{" in repr(self) or "{%" in repr(self))

    def rendered(self, render: Callable[[str], object]) -> Declaration:
        """Return the same declaration with every text passed through ``render``.

        What is final stays as it is. A bound that was a template and now spells a number becomes that number: ``"{{ params.low }}"`` bounds
        like ``3``, not like ``"3"``.
        """
        from airflow_dre.checks.declared.registry import find_kind  # when a task runs: a Dag file does not pay for it

        if self.final:
            return self
        kind = find_kind(self.kind)
        numbers = frozenset[str]() if kind is None else kind.numbers

        def walk(name: str, value: object) -> object:
            if isinstance(value, str):
                text = render(value)
                if name in numbers and text != value and isinstance(text, str) and _NUMBER.fullmatch(text.strip()):
                    return float(text) if "." in text else int(text)
                return text
            if isinstance(value, (list, tuple, set, frozenset)):
                return [walk(name, item) for item in value]
            if isinstance(value, dict):
                return {walk(name, key): walk(name, item) for key, item in value.items()}
            return value

        return Declaration(self.kind, {name: walk(name, value) for name, value in self.arguments.items()}, final=True)
