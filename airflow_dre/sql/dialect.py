"""What differs between databases. A dialect is a value that states differences, nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlglot import exp

from airflow_dre.checks.metrics import Unit
from airflow_dre.checks.rules import Kind


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a database cannot do, and why."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One database's way of speaking SQL."""

    name: str
    """Its name in sqlglot."""
    max_columns: int
    """Most columns that one SELECT may give; a wider scan is split there and no sooner."""
    dates_are_text: bool = False
    """Dates and timestamps are stored as ISO 8601 text, so that they are compared as text."""
    is_text: Callable[[exp.Expr], exp.Expr] | None = None
    """Whether a value is text, where text may stand in any column and is silently compared with a number; None: it is refused."""
    unknown_quoted_is_text: bool = False
    """A quoted name that is no column is silently taken for a string, unless the table stands before it."""
    guard: str | None = None
    """Statement that makes a transaction refuse to write: the last line of defence behind the parser."""
    timeout: Callable[[int], str] | None = None
    """Statement that ends every later one of the session after so many milliseconds; None: the driver is asked to interrupt it."""
    regex: Callable[[exp.Expr, str], exp.Expr] | Refusal
    """Whether a regular expression is found anywhere in a text."""
    lookaround: bool = True
    """Its regular expressions know lookahead and references back."""
    json: Callable[[exp.Expr], exp.Expr] | Refusal
    """Whether a text is one JSON document; never NULL for a text."""
    reads: Callable[[exp.Expr, Kind], exp.Expr] | None
    """Whether a text can be read as a type, never NULL for a text; None: by regular expressions."""
    start_of: Callable[[exp.Expr, Unit], exp.Expr]
    """The beginning of the calendar unit of a timestamp."""
    variance: type[exp.Func] | None = exp.Variance
    """Variance of a sample as an aggregate; None: worked out from sums."""
    quantile_is_aggregate: bool = False
    """PERCENTILE_CONT and PERCENTILE_DISC are aggregates, which share the scan; otherwise rows are numbered."""
    distinct_shares_scan: bool = False
    """COUNT(DISTINCT ...) in the common scan costs less than a grouping of its own."""
    columns: Callable[[tuple[str, ...]], exp.Expr]
    """SELECT of the names and types of a table's columns, in their order."""
    length: Callable[[exp.Expr], exp.Expr] = lambda value: exp.Length(this=value)
    """Number of characters of a text."""
