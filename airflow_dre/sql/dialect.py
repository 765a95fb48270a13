"""What differs between databases. A dialect is a value that states differences, nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlglot import exp

from airflow_dre.checks.rules import TextType
from airflow_dre.sql import rendering as spelling
from airflow_dre.values.calendar import Unit


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a database cannot do, and why."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """How a database takes rows from one of its tables into another in one transaction."""

    row_id: Callable[[], exp.Expr]
    """A text that no other row has, made anew for each row."""
    begin: str | None = None
    """Statement that begins a transaction which writes; None: the driver begins it with the first statement."""
    lock: Callable[[tuple[str, ...]], exp.Expr] | None = None
    """SELECT that lets those who write to a table through us wait for each other until they commit; None: what begins does that."""
    addresses: tuple[str, ...] = ()
    """Names of the hidden column that addresses a row, the first that no column has; none: DELETE gives back the rows that it deletes."""
    follows: Callable[[tuple[str, ...]], exp.Expr] | None = None
    """SELECT of what a DELETE from a table would change elsewhere, as words; None: nothing."""
    computed: Callable[[tuple[str, ...]], exp.Expr] | None = None
    """SELECT of the columns whose values the table computes from others, which no INSERT may give; None: none is listed as a column."""
    overriding: str | None = None
    """Words that let an INSERT give values to columns which number themselves."""
    keeps_types: bool = True
    """CREATE TABLE AS gives the columns the types that they have in the SELECT."""
    only_inserts: bool = False
    """It has neither transactions of several statements nor DELETE: rows are copied in one INSERT, and never moved."""


READ_ONLY = Refusal("rows can be put aside on PostgreSQL, SQLite, DuckDB and Spark")
"""What a database says that is not written to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One database's way of speaking SQL."""

    name: str
    """Its name in sqlglot."""
    max_columns: int
    """Most columns that one SELECT may give; a wider scan is split there and no sooner."""
    max_bytes: int | None = None
    """Most bytes that one statement may have; a longer scan is split. None: no scan comes near its limit."""
    unknown_quoted_is_text: bool = False
    """A quoted name that is no column is silently taken for a string, unless the table stands before it."""
    spelled: Callable[[exp.Expr], exp.Expr] = lambda tree: tree
    """The tree of a statement, changed where sqlglot would write what the database does not read."""
    guard: str | None = None
    """Statement that makes a transaction refuse to write: the last line of defence behind the parser."""
    session: str | None = None
    """Statement that sets what a server may have set otherwise: days begin in UTC and weeks on Monday."""
    timeout: Callable[[int], str] | None = None
    """Statement that ends every later one of the session after so many milliseconds; None: the driver is asked to interrupt it."""
    text: Callable[[str], exp.Expr] = exp.Literal.string
    """A text as a literal."""
    moment: Callable[[date], exp.Expr] = spelling.typed
    """A date or timestamp as a literal."""
    not_finite: Callable[[float], exp.Expr] = spelling.not_finite
    """Infinity or not-a-number as a literal."""
    like: Callable[[exp.Expr, str], exp.Expr] = spelling.like_with_escape
    """Whether a text is like a pattern in which only ``%``, ``_`` and, before one of the three, the backslash are special."""
    regex: Callable[[exp.Expr, str], exp.Expr] | Refusal
    """Whether a regular expression is found anywhere in a text."""
    regex_broken: Callable[[str], str | None] = lambda pattern: None
    """Why its regular expressions are known not to take a pattern; None: they do, or nobody knows before it is asked."""
    lookaround: bool = True
    """Its regular expressions know lookahead and references back."""
    json: Callable[[exp.Expr], exp.Expr] | Refusal
    """Whether a text is one JSON document; never NULL for a text."""
    reads: Callable[[exp.Expr, TextType], exp.Expr] | None = None
    """Whether a text can be read as a type, never NULL for a text; None: by regular expressions."""
    start_of: Callable[[exp.Expr, Unit], exp.Expr] = spelling.truncated
    """The beginning of the calendar unit of a timestamp."""
    filter_clause: bool = False
    """COUNT(*) FILTER (WHERE ...) is known, and counts for less than COUNT(CASE WHEN ... END)."""
    nulls_by_filter: bool = False
    """Counting NULLs by a filter costs less than COUNT(*) - COUNT(column)."""
    sums_small_integers: tuple[str, ...] = ()
    """Types whose mean is asked as sum by count, since that costs less than AVG and a 64-bit SUM of them is exact."""
    no_numbers: frozenset[str] = frozenset()
    """Types whose values are compared with no number."""
    without_extremes: frozenset[str] = frozenset()
    """Types that are in an order, and that MIN and MAX do not take."""
    shown_as_text: Callable[[str], bool] = lambda kind: False
    """Whether values of a type are read as the text that the database writes, since a driver makes other things of them."""
    single_precision: str | None = None
    """The type whose numbers have some seven digits, as the catalogue calls it; a number of an author is rounded to it before the two are
    compared. None: it has none, or its columns' types are not looked at."""
    catalogue_is_cheap: bool = False
    """A look at the catalogue costs next to nothing, so that it comes before the scan wherever types make a difference."""
    counts_booleans: bool = False
    """Its booleans are numbers, so that it has a mean of them."""
    kinds_apart: bool = False
    """Rules that are ``by_kind`` are judged there as pandas judges them, whose frames it looks at."""
    mean: Callable[[exp.Expr], exp.Expr] = lambda value: exp.Avg(this=value)
    """The mean of numbers of any type, as an aggregate that does not cut it to the digits of that type."""
    total: Callable[[exp.Expr], exp.Expr] = lambda value: exp.Sum(this=value)
    """The sum of numbers of any type, as an aggregate that has room for more than that type."""
    variance: Callable[[exp.Expr], exp.Expr] | None = lambda value: exp.Variance(this=value)
    """Variance of a sample as an aggregate; None: worked out from sums."""
    quantile_is_aggregate: bool = False
    """PERCENTILE_CONT and PERCENTILE_DISC are aggregates, which share the scan; otherwise rows are numbered."""
    sorts_apart: bool = False
    """An aggregate that sorts keeps its scan from being shared among workers: such have a statement of their own."""
    fingerprint: Callable[[list[exp.Expr]], exp.Expr] | None = None
    """A number of several values, equal for equal values. Where it is given, COUNT(DISTINCT ...) costs far less than a grouping, so that
    repeated keys are looked for by it first."""
    hash: Callable[[list[exp.Expr]], exp.Expr] | Refusal = Refusal("no hash of 64 bits was tried there that stays the same")
    """A signed number of 64 bits of several values that are not NULL, equal for equal values today and after an upgrade."""
    orders_by_code_point: bool = False
    """Texts are in the order of their code points; otherwise by collations, which only the database knows."""
    columns: Callable[[tuple[str, ...]], exp.Expr] | Refusal
    """SELECT of the names and types of a table's columns, in their order."""
    constraints: Callable[[tuple[str, ...]], exp.Expr] | None = None
    """SELECT of the constraints of a table that the database enforces, as rows of kind, name and column; None: it enforces none."""
    partitions: Callable[[tuple[str, ...]], str] | None = None
    """SELECT of the partitions into which the database itself splits a table, as rows of column, bounds, version and size."""
    length: Callable[[exp.Expr], exp.Expr] = lambda value: exp.Length(this=value)
    """Number of characters of a text."""
    writing: Writing | Refusal = READ_ONLY
    """How rows are put aside."""
