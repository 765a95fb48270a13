"""Metrics of what is not in the rows of the table. Import them from :mod:`airflow_dre.checks.metrics`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from airflow_dre.checks.metric import Metric


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherRowCount(Metric):
    """All rows of another table."""

    reads_rows: ClassVar[bool] = False
    table: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableColumns(Metric):
    """The columns of the table in their order, as rows of name and type, and a third that is true where the type was guessed."""

    lists_rows: ClassVar[bool] = True
    reads_rows: ClassVar[bool] = False
    reads_catalogue: ClassVar[bool] = True
    shares_scan: ClassVar[bool] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable(Metric):
    """The number of values of a column whose type was guessed that cannot be read as another type."""

    reads_rows: ClassVar[bool] = False
    column: str
    as_type: str
    """By its usual name, with its parameters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableConstraints(Metric):
    """The constraints that the database enforces, as rows of kind (``not_null`` or ``unique``), name of the constraint, and column."""

    lists_rows: ClassVar[bool] = True
    reads_rows: ClassVar[bool] = False
    reads_catalogue: ClassVar[bool] = True
    shares_scan: ClassVar[bool] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LastPassed(Metric):
    """The value that a check observed when it last passed."""

    reads_rows: ClassVar[bool] = False
    reads_history: ClassVar[bool] = True
    check_id: str
