"""The spelling of metrics in the keys of stored partition states, which no rename may change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from enum import Enum

from airflow_dre.checks.metrics import Metric
from airflow_dre.checks.rule import Nulls, Rule
from airflow_dre.checks.rules import Operator, TextType
from airflow_dre.values.calendar import Unit

ENUM_NAMES: Mapping[type[Enum], str] = {Nulls: "Nulls", Operator: "Operator", TextType: "Kind", Unit: "Unit"}
"""Names of the enums of metrics and rules, as the first version spelled them."""


class NoStateName(AttributeError):
    """A class of metrics, rules or enums without a name in the keys of partition states."""


def state_text(value: object) -> str:
    """Return a metric, or a part of one, as the keys of partition states spell it.

    :raises NoStateName: the class of a metric, a rule or an enum has no ``state_name`` of its own, so that no state of it can be stored.
    """
    match value:
        case Metric() | Rule():
            parts = (f"{item.name}={state_text(getattr(value, item.name))}" for item in fields(value))
            return f"{_name_of(type(value))}({', '.join(parts)})"
        case tuple():
            return f"({', '.join(map(state_text, value))}{',' * (len(value) == 1)})"
        case Enum():
            return f"<{_name_of(type(value))}.{value.name}: {value.value!r}>"
        case _:
            return repr(value)


def _name_of(kind: type) -> str:
    """Return the name of a class in the keys. An inherited name is that of another class, whose states are others."""
    name = ENUM_NAMES.get(kind) or vars(kind).get("state_name")
    if not isinstance(name, str):
        raise NoStateName(f"{kind.__name__} has no state_name")
    return name
