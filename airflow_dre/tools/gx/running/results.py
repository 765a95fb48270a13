"""Great Expectations' results as frozen values, without samples of rows and everything else that has no field here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from airflow_dre.tools.gx.running.reasons import gx_reason, reason_for
from airflow_dre.values.instants import to_instant
from airflow_dre.values.numbers import as_number
from airflow_dre.values.scalars import Scalar

_ABOUT_THE_RUN = {"batch_id", "catch_exceptions", "result_format"}
_ABOUT_THE_SCHEMA = {
    "expect_column_type_to_be",
    "expect_column_values_to_be_in_type_list",
    "expect_column_values_to_be_of_type",
    "expect_table_columns_to_match_ordered_list",
    "expect_table_columns_to_match_set",
}
"""Expectations whose observed value names types and columns, not values of rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """The result of one expectation."""

    id: str | None
    kind: str
    declared: Mapping[str, Any]
    """Arguments as the author declared them."""
    arguments: Mapping[str, Any]
    """Arguments with the values of parameters filled in."""
    by_row: bool
    """True if it is a rule for each row."""
    severity: str
    """``critical``, ``warning`` or ``info``."""
    meta: Mapping[str, Any] = field(default_factory=dict)
    description: str | None = None
    success: bool
    error: str | None = None
    """Reason why it could not be evaluated."""
    elements: int | None = None
    missing: int | None = None
    unexpected: int | None = None
    observed: Scalar = None
    nothing: bool = False
    """True if there was no value to observe, as in an empty column."""


def read_result(result: Any) -> Validation:
    """Return the validation of an ``ExpectationValidationResult``."""
    config = result.expectation_config
    raised = _raised(result.exception_info)
    if raised is not None:
        return _validation(config, error=reason_for(*raised, config.kwargs))
    found = result.result or {}
    return _validation(
        config,
        success=bool(result.success),
        elements=_count(found.get("element_count")),
        missing=_count(found.get("missing_count")),
        unexpected=_count(found.get("unexpected_count")),
        observed=_observed(config.type, found.get("observed_value")),
        nothing="observed_value" in found and found["observed_value"] is None,
    )


def errored(config: Any, reason: str) -> Validation:
    """Return the validation of an expectation that could not be evaluated."""
    return _validation(config, error=reason)


def raised(config: Any, error: Exception) -> Validation:
    """Return the validation of an expectation that raised an exception before it had a result."""
    return errored(config, gx_reason(error, config.kwargs))


def _validation(config: Any, *, success: bool = False, **found: Any) -> Validation:
    notes = "\n".join(config.notes) if isinstance(config.notes, list) else config.notes
    return Validation(
        id=config.id,
        kind=config.type,
        declared=_arguments(config.get_raw_configuration().kwargs),
        arguments=_arguments(config.kwargs),
        by_row=is_by_row(config.type),
        severity=str(getattr(config.severity, "value", config.severity)),
        meta=config.meta or {},
        description=config.description or notes or None,
        success=success,
        **found,
    )


def _arguments(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value is not None and name not in _ABOUT_THE_RUN}


def is_by_row(kind: str) -> bool:
    """Return whether expectations of this type are a rule for each row."""
    from great_expectations.expectations import expectation
    from great_expectations.expectations.registry import get_expectation_impl

    by_row = (expectation.ColumnMapExpectation, expectation.ColumnPairMapExpectation, expectation.MulticolumnMapExpectation)
    return issubclass(get_expectation_impl(kind), by_row)


def _raised(info: Mapping[str, Any] | None) -> tuple[str, str] | None:
    """Return message and traceback of an exception, or of the first one if each metric has its own."""
    if not info:
        return None
    for one in [info] if "raised_exception" in info else info.values():
        if one["raised_exception"]:
            return str(one["exception_message"]), str(one["exception_traceback"])
    return None


def _count(value: Any) -> int | None:
    return None if value is None else int(value)


def _observed(kind: str, value: Any) -> Scalar:
    """Return an observed number, instant, type or name of a column.

    Other texts are left out. Of lists of values only the length is kept.
    """
    value = value.item() if hasattr(value, "item") else value
    if value is None or isinstance(value, (int, float, Decimal, date)):
        return value
    if kind in _ABOUT_THE_SCHEMA:
        return ", ".join(str(item) for item in value) if isinstance(value, (list, tuple, set)) else str(value)
    if isinstance(value, str):
        return value if as_number(value) is not None or to_instant(value) is not None else None
    if isinstance(value, Mapping):
        pairs = zip(value["quantiles"], value["values"], strict=False) if "quantiles" in value else value.items()
        return ", ".join(f"{name}: {number}" for name, number in pairs if as_number(number) is not None)
    return f"{len(value)} values" if isinstance(value, (list, tuple, set)) else None
