"""The arguments of one expectation, translated into the arguments of checks."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from airflow_dre.checks.declared.declaration import Bound
from airflow_dre.checks.rule import Nulls
from airflow_dre.tools.expectations import conditions as gx_conditions
from airflow_dre.tools.expectations import parameters as gx_parameters
from airflow_dre.tools.expectations.expectation import Expectation
from airflow_dre.tools.translation import Refused, limit_of
from airflow_dre.values.instants import to_instant
from airflow_dre.values.numbers import is_ordered
from airflow_dre.values.scalars import Incomparable, is_literal

_SEVERITIES = {None: None, "critical": None, "warning": "warn", "info": "warn"}
_OF_OTHER_CONCERN = {
    "allow_cross_type_comparisons",
    "auto",
    "batch_id",
    "catch_exceptions",
    "description",
    "id",
    "include_config",
    "meta",
    "notes",
    "output_strftime_format",
    "parse_strings_as_datetimes",
    "profiler_config",
    "rendered_content",
    "result_format",
    "severity",
    "windows",
}
"""Arguments about the display of a result, or for data frames only."""
_NUMBER = re.compile(r"[-+]?(?:\d++\.?\d*+|\.\d++)(?:[eE][-+]?\d++)?")
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ENGLISH = re.compile(rf"({'|'.join(_MONTHS)})[a-z]* (\d{{1,2}}),? (\d{{4}})((?: \d{{2}}:\d{{2}}(?::\d{{2}}(?:\.\d+)?)?)?)", re.IGNORECASE)
_NULLS = {
    "both_values_are_missing": Nulls.SKIP_ALL,
    "either_value_is_missing": Nulls.SKIP,
    "neither": Nulls.KEEP,
    "all_values_are_missing": Nulls.SKIP_ALL,
    "any_value_is_missing": Nulls.SKIP,
    "never": Nulls.KEEP,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectationSetting:
    """The arguments of the caller."""

    parameters: Mapping[str, object]
    now: datetime | None = None
    order_by: str | tuple[str, ...] | None = None
    table: str | None = None
    types_of: str | None = None
    """The package whose names of types the suite uses, in addition to those of SQL."""


class ExpectationArguments:
    """The arguments of one expectation. Each is read once, and :meth:`finish` refuses those that nothing read."""

    def __init__(self, expectation: Expectation, setting: ExpectationSetting) -> None:
        self.expectation = expectation
        self.setting = setting
        self._known = set(_OF_OTHER_CONCERN)

    def take(self, name: str, usual: object = None) -> object:
        """Return a value with its parameters replaced."""
        self._known.add(name)
        value = self.expectation.kwargs.get(name)
        try:
            value = gx_parameters.parameter_value(value, self.setting.parameters, self.setting.now)
            if isinstance(value, (list, tuple)):
                value = [gx_parameters.parameter_value(item, self.setting.parameters, self.setting.now) for item in value]
        except gx_parameters.UnknownParameter as unknown:
            raise Refused(name, value, f"{gx_parameters.ALLOWED} ({unknown})") from unknown
        return usual if value is None else value

    def text(self, name: str) -> str:
        """Return a required text."""
        value = self.take(name)
        if isinstance(value, str) and value:
            return value
        raise Refused(name, value, "text that is not empty")

    def texts(self, name: str, least: int = 1) -> list[str]:
        """Return a list of texts."""
        value = self.take(name)
        if isinstance(value, (list, tuple, set)) and len(value) >= least and all(isinstance(item, str) and item for item in value):
            return list(value)
        raise Refused(name, value, f"a list of at least {least} texts")

    def flag(self, name: str) -> bool:
        """Return True or False, by default False."""
        value = self.take(name, False)
        if isinstance(value, bool):
            return value
        raise Refused(name, value, "true or false")

    def number(self, name: str, low: float, high: float, usual: float | None = None) -> float:
        """Return a finite number from ``low`` to ``high``."""
        value = self.take(name, usual)
        if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool) and low <= value <= high and math.isfinite(value):
            return float(value)
        raise Refused(name, value, f"a number from {low:g} to {high:g}" if math.isfinite(high) else f"a number, {low:g} or more")

    def whole(self, name: str) -> int | None:
        """Return a whole number, by default None."""
        value = self.take(name)
        if value is None:
            return None
        if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool) and math.isfinite(value) and value == int(value):
            return int(value)
        raise Refused(name, value, "a whole number: bounds of a count must be integers")

    def values(self, name: str) -> list[object] | None:
        """Return a set of values without NULL, by default None."""
        value = self.take(name)
        if value is None:
            return None
        listed = sorted(value, key=repr) if isinstance(value, (set, frozenset)) else value
        if not isinstance(listed, (list, tuple)):
            raise Refused(name, value, "a list of values")
        found = [item for item in listed if item is not None and item == item]  # not-a-number, which differs from itself, is NULL to pandas
        if not all(map(is_literal, found)):
            raise Refused(name, value, "a list of finite numbers, dates, booleans or texts")
        return list(dict.fromkeys(found))

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        """Return one of some words, by default the first."""
        value = self.take(name, allowed[0])
        if isinstance(value, str) and value in allowed:
            return value
        raise Refused(name, value, " or ".join(allowed))

    def nulls(self, usual: str, allowed: tuple[str, ...]) -> str | None:
        """Return the treatment of NULL that ``ignore_row_if`` means."""
        found = _NULLS[self.choice("ignore_row_if", (usual, *allowed))]
        return None if found is Nulls.SKIP else found.value

    def options(self, *, filtered: bool = True) -> dict[str, object]:
        """Return the arguments that every check takes.

        :param filtered: whether the check takes a row filter.
        """
        condition, parser = self.take("row_condition"), self.take("condition_parser")
        try:
            where = gx_conditions.where_of(condition, parser)
        except gx_conditions.UnreadableCondition as unreadable:
            raise Refused("row_condition", condition, f"a condition that SQL can express: {unreadable}") from unreadable
        if where is not None and not filtered:
            raise Refused("row_condition", condition, "no row condition: the check reads no rows")
        severity = self.expectation.severity
        if severity is not None and severity not in _SEVERITIES:
            raise Refused("severity", severity, "critical, warning, info")
        found = {
            "where": where,
            "severity": _SEVERITIES[severity if isinstance(severity, str) else None],
            "description": self.expectation.description,
        }
        return {name: value for name, value in found.items() if value is not None}

    def row_options(self) -> dict[str, object]:
        """Return the arguments that every row check takes. ``mostly`` is the share of rows that must be right."""
        return {**self.options(), **limit_of(self.take("mostly"))}

    def plain_options(self, *, filtered: bool = True) -> dict[str, object]:
        """Return the arguments of a check of the whole table, for which ``mostly`` has no effect."""
        limit_of(self.take("mostly"))
        return self.options(filtered=filtered)

    def ends(self) -> tuple[Bound | None, Bound | None, bool, bool]:
        """Return the lower and the upper end of a range, and whether each belongs to it.

        :raises Refused: the ends have no common order.
        """
        low, high = (self._end(name) for name in ("min_value", "max_value"))
        strict_low, strict_high = self.flag("strict_min"), self.flag("strict_max")
        try:
            if low is not None and high is not None:
                is_ordered(low, high)
        except Incomparable as error:
            raise Refused("min_value", low, f"of the same kind as max_value ({error})") from error
        return low, high, not strict_low, not strict_high

    def holds_nothing(self) -> bool:
        """Return whether no value is in the range: its minimum is above its maximum, or equals it and one of them is excluded."""
        low, high, low_belongs, high_belongs = self.ends()
        if low is None or high is None:
            return False
        return not is_ordered(low, high) or (is_ordered(high, low) and not (low_belongs and high_belongs))

    def is_unbounded(self) -> bool:
        """Return whether every end that is written is infinite, so that every value is in the range."""
        written = [value for name in ("min_value", "max_value") if (value := self.take(name)) is not None]
        return bool(written) and self.ends()[:2] == (None, None)

    def _end(self, name: str) -> Bound | None:
        value = self.take(name)
        if isinstance(value, (float, Decimal)) and math.isinf(value):
            return None
        if value is None:
            return None
        if isinstance(value, bool):
            return int(value)
        if not is_literal(value):
            raise Refused(name, value, "a finite number, a date or text")
        return self._end_of_text(name, value) if isinstance(value, str) else value

    def _end_of_text(self, name: str, value: str) -> Bound | None:
        """Return the number or moment of an end that is a text. Great Expectations accepts nothing else."""
        if _NUMBER.fullmatch(value.strip()):
            return float(value)
        written = _as_databases_write(value)
        if to_instant(written) is None:
            raise Refused(name, value, "a number, or text that spells one, a date or a timestamp")
        return written

    def bounds(self, *, whole: bool = False) -> dict[str, object]:
        """Return the bounds of a metric check, which are empty if it accepts every value.

        :param whole: whether they bound a count.
        """
        if whole:
            for name in ("min_value", "max_value"):
                self.whole(name)
        low, high, low_belongs, high_belongs = self.ends()
        found = {"at_least" if low_belongs else "more_than": low, "at_most" if high_belongs else "less_than": high}
        return {name: end for name, end in found.items() if end is not None}

    def finish(self) -> None:
        """Refuse the arguments that nothing read."""
        for name in sorted(self.expectation.kwargs.keys() - self._known):
            raise Refused(name, self.expectation.kwargs[name], f"one of {', '.join(sorted(self._known - _OF_OTHER_CONCERN))}")


def _as_databases_write(text: str) -> str:
    """Return a timestamp as databases write it, and any other text unchanged.

    Where a column keeps timestamps as text, they are compared in this form.
    """
    if iso := _MOMENT.fullmatch(text):
        return f"{iso[1]} {iso[2]}"
    if english := _ENGLISH.fullmatch(text.strip()):
        return f"{english[3]}-{_MONTHS.index(english[1].lower()) + 1:02}-{int(english[2]):02}{english[4]}"
    return text
