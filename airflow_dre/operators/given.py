"""Data that an author passes to an operator, or a function or a task that returns it."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow.sdk import Context


def resolve_data(given: Any, context: Context) -> Any:
    """Return the data: as passed, or returned by a function (of the context), or by another task."""
    from airflow.sdk import XComArg

    if isinstance(given, XComArg):
        return given.resolve(context)
    if callable(given):
        return given(context) if inspect.signature(given).parameters else given()
    return given
