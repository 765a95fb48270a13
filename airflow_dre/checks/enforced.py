"""Constraints that a database enforces, so that a check of them needs no scan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from airflow_dre.values.scalars import Row


@dataclass(frozen=True, slots=True)
class Enforced:
    """The constraints that a database enforces for every row of a table."""

    not_null: frozenset[str] = frozenset()
    unique: frozenset[frozenset[str]] = frozenset()
    """Keys, primary ones included."""


def read_constraints(rows: Iterable[Row]) -> Enforced:
    """Return constraints from rows of kind (``not_null`` or ``unique``), name of the constraint, and column."""
    not_null: set[str] = set()
    keys: dict[object, set[str]] = {}
    for kind, name, column in rows:
        if kind == "not_null":
            not_null.add(str(column))
        else:
            keys.setdefault(name, set()).add(str(column))
    return Enforced(frozenset(not_null), frozenset(frozenset(key) for key in keys.values()))
