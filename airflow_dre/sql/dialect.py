"""The differences between databases, as values that only state them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from sqlglot import exp

from airflow_dre.checks.rules import TextType
from airflow_dre.sql import rendering
from airflow_dre.values.calendar import Unit


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that a database cannot do, and why."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The size of one statement."""

    columns: int
    """Most columns of one SELECT. A wider scan is split there and no sooner."""
    bytes: int | None = None
    """Most bytes of one statement. A longer scan is split. None: no scan comes near the limit."""
    questions: int = 100
    """Most questions about the newest values of different tables in one statement."""
    questions_are_rows: bool = False
    """True if such a statement has a row for each question instead of a column, since subqueries beside each other are joined there, and
    the order of a thousand joins takes minutes to plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Statements that run before all others of a session."""

    guard: str | None = None
    """Makes a transaction refuse to write: the last line of defence behind the parser."""
    setup: str | None = None
    """Resets what a server may have set otherwise: days begin in UTC and weeks on Monday."""
    timeout: Callable[[int], str] | None = None
    """Ends every later statement after so many milliseconds. None: the driver interrupts it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Literals:
    """Values written into a statement."""

    text: Callable[[str], exp.Expr] = exp.Literal.string
    moment: Callable[[date], exp.Expr] = rendering.typed
    """A date or a timestamp."""
    not_finite: Callable[[float], exp.Expr] = rendering.not_finite
    """Infinity or not-a-number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """Functions of texts, and their order."""

    regex: Callable[[exp.Expr, str], exp.Expr] | Refusal
    """True if a regular expression is found anywhere in a text."""
    json: Callable[[exp.Expr], exp.Expr] | Refusal
    """True if a text is one JSON document. Never NULL for a text."""
    regex_error: Callable[[str], str | None] = lambda pattern: None
    """Reason why a pattern is known to be invalid. None: it is valid, or only the database knows."""
    lookaround: bool = True
    """True if regular expressions have lookahead and back-references."""
    like: Callable[[exp.Expr, str], exp.Expr] = rendering.like_with_escape
    """True if a text is like a pattern in which only ``%``, ``_`` and, before one of the three, the backslash are special."""
    reads: Callable[[exp.Expr, TextType], exp.Expr] | None = None
    """True if a text can be read as a type. Never NULL for a text. None: regular expressions decide."""
    length: Callable[[exp.Expr], exp.Expr] = lambda value: exp.Length(this=value)
    """Number of characters of a text."""
    orders_by_code_point: bool = False
    """True if texts are in the order of their code points. Otherwise a collation orders them, which only the database knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Types:
    """Column types, by the names of the catalogue, that do not behave as others do."""

    no_numbers: frozenset[str] = frozenset()
    """Cannot be compared with a number."""
    without_extremes: frozenset[str] = frozenset()
    """Have an order, but neither MIN nor MAX."""
    read_as_text: Callable[[str], bool] = lambda kind: False
    """True if values are read as the text that the database writes, since a driver changes them."""
    single_precision: str | None = None
    """Holds numbers of about seven digits, so that the numbers of a check are rounded to it. None: no type does, or it is not looked up."""
    booleans_have_mean: bool = False
    """True if booleans are numbers."""
    kinds_apart: bool = False
    """True if rules that are ``by_kind`` are judged as pandas judges them, whose frames this database reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregates:
    """Aggregate functions, and which of them are cheap."""

    filter_clause: bool = False
    """True if COUNT(*) FILTER (WHERE ...) is known. It costs less than COUNT(CASE WHEN ... END)."""
    nulls_by_filter: bool = False
    """True if counting NULLs by a filter costs less than COUNT(*) - COUNT(column)."""
    sums_small_integers: tuple[str, ...] = ()
    """Types whose mean is SUM divided by COUNT, which costs less than AVG. A 64-bit SUM of them is exact."""
    mean: Callable[[exp.Expr], exp.Expr] = lambda value: exp.Avg(this=value)
    """Mean of numbers of any type, not cut to the digits of that type."""
    total: Callable[[exp.Expr], exp.Expr] = lambda value: exp.Sum(this=value)
    """Sum of numbers of any type, with room for more than that type holds."""
    variance: Callable[[exp.Expr], exp.Expr] | None = lambda value: exp.Variance(this=value)
    """Variance of a sample. None: it is computed from sums."""
    quantile_is_aggregate: bool = False
    """True if PERCENTILE_CONT and PERCENTILE_DISC are aggregates, which share the scan. Otherwise rows are numbered."""
    sorts_apart: bool = False
    """True if an aggregate that sorts gets a statement of its own, since it keeps workers from sharing a scan."""
    fingerprint: Callable[[list[exp.Expr]], exp.Expr] | None = None
    """A number of several values, equal for equal values. Keys are compared by it first, where COUNT(DISTINCT ...) costs far less than
    grouping. None: it costs as much."""
    hash: Callable[[list[exp.Expr]], exp.Expr] | Refusal = Refusal("no hash of 64 bits was tried there that stays the same")
    """A signed 64-bit number of several values that are not NULL. Equal values have equal hashes, after an upgrade too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Queries of the database about a table, whose name has up to three parts."""

    columns: Callable[[tuple[str, ...]], exp.Expr] | Refusal
    """SELECT of the names and types of the columns, in their order."""
    constraints: Callable[[tuple[str, ...]], exp.Expr] | None = None
    """SELECT of the enforced constraints, as rows of kind, name and column. None: the database enforces none."""
    partitions: Callable[[tuple[str, ...]], str] | None = None
    """SELECT of the native partitions, as rows of column, bounds, version and size. None: the database does not list them."""
    last_modified: Callable[[tuple[str, ...]], exp.Query | Refusal] | Refusal = Refusal("it keeps no moment of the last change of a table")
    """SELECT of the moment at which a table was last changed, from what the database keeps without reading a row."""
    is_cheap: bool = False
    """True if a query of it costs next to nothing, so that it precedes the scan wherever types matter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """Moving rows from one table of a database into another in one transaction."""

    row_id: Callable[[], exp.Expr]
    """A text that no other row has, new for each row."""
    begin: str | None = None
    """Statement that begins a transaction which writes. None: the driver begins it with the first statement."""
    lock: Callable[[tuple[str, ...]], exp.Expr] | None = None
    """SELECT after which other quarantines of a table wait until this one commits. None: ``begin`` does that."""
    addresses: tuple[str, ...] = ()
    """Names of the hidden column that addresses a row, of which the first free one is used. Empty: DELETE returns the deleted rows."""
    follows: Callable[[tuple[str, ...]], exp.Expr] | None = None
    """SELECT of what a DELETE from a table would change elsewhere, in words. None: nothing."""
    computed: Callable[[tuple[str, ...]], exp.Expr] | None = None
    """SELECT of the generated columns, which an INSERT must omit. None: the catalogue does not list them as columns."""
    overriding: str | None = None
    """Words that let an INSERT set identity columns."""
    keeps_types: bool = True
    """True if CREATE TABLE AS keeps the column types of its SELECT."""
    only_inserts: bool = False
    """True if the database has neither multi-statement transactions nor DELETE: rows are copied in one INSERT, and never moved."""


READ_ONLY = Refusal("rows can only be quarantined on PostgreSQL, SQLite, DuckDB and Spark")
"""The answer of databases that quarantine does not write to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """The SQL of one database."""

    name: str
    """Its name in sqlglot."""
    limits: Limits
    texts: Texts
    catalogue: Catalogue
    session: Session = field(default_factory=Session)
    literals: Literals = field(default_factory=Literals)
    types: Types = field(default_factory=Types)
    aggregates: Aggregates = field(default_factory=Aggregates)
    writing: Writing | Refusal = READ_ONLY
    start_of: Callable[[exp.Expr, Unit], exp.Expr] = rendering.truncated
    """The beginning of the calendar unit of a timestamp."""
    unknown_quoted_is_text: bool = False
    """True if an unknown name in double quotes is silently a string, unless it follows a table name."""
    rewrite: Callable[[exp.Expr], exp.Expr] = lambda tree: tree
    """The tree of a statement, changed where sqlglot would write what the database does not read."""
