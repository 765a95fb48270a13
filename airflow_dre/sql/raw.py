"""SQL of a Dag author: one condition, one expression or one read-only SELECT.

It is parsed to see that, and then sent as its own text: :mod:`airflow_dre.sql.written` has the text.
"""

from __future__ import annotations

from sqlglot import ParseError, TokenError, exp

from airflow_dre.errors import DefinitionError, Problem
from airflow_dre.sql.written import Hidden, Written, written_in

_WRITES = (
    exp.DDL,
    exp.DML,
    exp.Alter,
    exp.Attach,
    exp.Command,
    exp.Commit,
    exp.Copy,
    exp.Detach,
    exp.Drop,
    exp.Grant,
    exp.Into,
    exp.Lock,
    exp.Merge,
    exp.Pragma,
    exp.Rollback,
    exp.Set,
    exp.Transaction,
    exp.TruncateTable,
    exp.Use,
)


def read_condition(text: str, dialect: str, subject: str, argument: str) -> Written:
    """Return a condition on the rows of one table.

    :raises DefinitionError: it is anything else.
    """
    written = _read(text, dialect, subject, argument, "one SQL condition without a semicolon")
    if isinstance(written.tree, (exp.Query, exp.Alias, exp.Tuple)):
        raise _refused(text, subject, argument, "one SQL condition without a semicolon")
    return written


_ROW_EXPRESSION = "one SQL expression about one row, such as created_at::date: no aggregate, no window and no SELECT"


def read_row_expression(text: str, dialect: str, subject: str, argument: str) -> Written:
    """Return an expression whose value is known from the row alone.

    :raises DefinitionError: it is anything else.
    """
    written = _read(text, dialect, subject, argument, _ROW_EXPRESSION)
    tree = written.tree
    if isinstance(tree, (exp.Alias, exp.Tuple, exp.Literal)) or tree.find(exp.Query, exp.AggFunc, exp.Window):
        raise _refused(text, subject, argument, _ROW_EXPRESSION)
    return written


_MOMENTARY = (
    *("now", "today", "tomorrow", "yesterday", "getdate", "getutcdate", "sysdate", "sysutcdatetime", "random", "timeofday"),
    *("clock_timestamp", "get_current_timestamp", "statement_timestamp", "transaction_timestamp"),
)
_NOW = (
    *(exp.CurrentDate, exp.CurrentDatetime, exp.CurrentTime, exp.CurrentTimestamp, exp.CurrentTimestampLTZ, exp.CurrentUser),
    *(exp.Localtime, exp.Localtimestamp, exp.Rand, exp.SessionUser, exp.UtcDate, exp.UtcTime, exp.UtcTimestamp, exp.Uuid),
)
_NOW_WITHOUT = {"age": 2, "date": 1, "datetime": 1, "julianday": 1, "time": 1, "unix_timestamp": 1, "unixepoch": 1}
"""Functions that take the present moment for what they are called without, and how many arguments they want instead."""


def why_nondeterministic(tree: exp.Expr) -> str | None:
    """Return why an expression may return something else for a row tomorrow, or None where it seems to depend on the row alone."""
    if tree.find(exp.Query) is not None:
        return "it reads other rows, which may change"
    named = [node.name for node in tree.find_all(exp.Anonymous)] + [text.name for text in tree.find_all(exp.Literal) if text.is_string]
    lacking = any(len(call.expressions) < _NOW_WITHOUT.get(call.name.lower(), 0) for call in tree.find_all(exp.Anonymous))
    bare = any(not any(call.args.values()) for call in tree.find_all(exp.Date))
    if lacking or bare or tree.find(*_NOW) is not None or any(name.lower() in _MOMENTARY for name in named):
        return "it depends on the moment of the query"
    return None


def read_versions(text: str, dialect: str, subject: str) -> Written:
    """Return one SELECT of two columns: partitions and their versions.

    :raises DefinitionError: it is anything else.
    """
    allowed = "one read-only SELECT of two columns: the partition, and a version that changes whenever the partition does"
    written = _read(text, dialect, subject, "changes", allowed)
    tree = written.tree
    if not isinstance(tree, exp.Query) or (len(tree.selects) != 2 and not tree.is_star):
        raise _refused(text, subject, "changes", allowed)
    return written


def read_metric(text: str, dialect: str, subject: str) -> Written:
    """Return an aggregate expression or one SELECT.

    :raises DefinitionError: it is anything else, or an expression without an aggregate.
    """
    allowed = "one aggregate expression such as SUM(amount), or one read-only SELECT of one value"
    written = _read(text, dialect, subject, "sql", allowed)
    tree = written.tree
    if isinstance(tree, exp.Query):
        if len(tree.selects) != 1:
            raise _refused(text, subject, "sql", allowed)
    elif isinstance(tree, (exp.Alias, exp.Tuple)) or not _aggregates(tree):
        raise _refused(text, subject, "sql", allowed)
    return written


def read_value(text: str, dialect: str, subject: str, argument: str) -> Written:
    """Return one SELECT of one column.

    :raises DefinitionError: it is anything else.
    """
    allowed = "one read-only SELECT of one value"
    written = _read(text, dialect, subject, argument, allowed)
    if not isinstance(written.tree, exp.Query) or len(written.tree.selects) != 1:
        raise _refused(text, subject, argument, allowed)
    return written


def read_rows(text: str, dialect: str, subject: str) -> Written:
    """Return one SELECT of any columns.

    :raises DefinitionError: it is anything else.
    """
    allowed = "one read-only SELECT"
    written = _read(text, dialect, subject, "sql", allowed)
    if not isinstance(written.tree, exp.Query):
        raise _refused(text, subject, "sql", allowed)
    return written


def _aggregates(tree: exp.Expr) -> bool:
    """Return whether the expression aggregates, as a function that sqlglot does not know may do."""
    return tree.find(exp.AggFunc, exp.Anonymous) is not None


def _read(text: str, dialect: str, subject: str, argument: str, allowed: str) -> Written:
    try:
        written, trees = written_in(text, dialect)
    except (ParseError, TokenError) as error:
        reason = str(error).splitlines()[0]
        raise _refused(text, subject, argument, f"{allowed} ({reason})") from error
    except Hidden as hidden:
        raise _refused(text, subject, argument, f"{allowed} ({hidden})") from hidden
    if len(trees) != 1 or trees[0] is None or isinstance(trees[0], _WRITES) or trees[0].find(*_WRITES):
        raise _refused(text, subject, argument, f"{allowed}, that only reads")
    return written


def _refused(text: str, subject: str, argument: str, allowed: str) -> DefinitionError:
    return DefinitionError([Problem(subject, argument, text, allowed)])
