"""Translations of the generic tests of dbt and of dbt_utils."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from airflow_dre.checks.standard_sql import StandardSql
from airflow_dre.tools.dbt.reading.arguments import (
    DbtArguments,
    Translated,
    TranslateTest,
    by_rows,
    by_values,
    in_sql,
    literal_of,
    name_of,
    once,
)
from airflow_dre.tools.dbt.reading.document import quoted_part
from airflow_dre.tools.translation import Refused, check, limit_of

_GROUPED = "no groups: set by='column' in a check of your own"
_PARTS = {"minute": "m", "minutes": "m", "hour": "h", "hours": "h", "day": "d", "days": "d", "week": "w", "weeks": "w"}


def _not_null(a: DbtArguments) -> Translated:
    return by_rows(check("not_null", column=a.column))


def _unique(a: DbtArguments) -> Translated:
    return by_values(check("unique", columns=[a.column]))


def _accepted_values(a: DbtArguments) -> Translated:
    return _membership(a, "in_set", "IN")


def _not_accepted_values(a: DbtArguments) -> Translated:
    return _membership(a, "not_in_set", "NOT IN")


def _membership(a: DbtArguments, kind: str, operator: str) -> Translated:
    """Return a test of membership. The database compares a number that dbt puts in quotes, since the type of the column is not known."""
    quoted = a.flag("quote", usual=True)
    values = a.literals("values", quoted=quoted)
    listed = ", ".join(in_sql(value) for value in values)
    condition = StandardSql(f"{a.own_column} {operator} ({listed})")
    if quoted and not a.all_texts("values"):
        part = check("rows", condition=condition, name=f"{a.test.kind}({a.column})")
    else:
        part = check(kind, column=a.column, values=list(dict.fromkeys(values)))
    return by_values(part, sql=StandardSql(f"COUNT(DISTINCT CASE WHEN NOT ({condition}) THEN {a.own_column} END)"))


def _relationships(a: DbtArguments) -> Translated:
    return by_rows(check("foreign_key", columns=[a.column], to=_key(a)))


def _key(a: DbtArguments) -> str:
    return f"{a.other_table('to')}.{quoted_part(name_of('field', a.take('field')))}"


def _relationships_where(a: DbtArguments) -> Translated:
    condition = a.take("to_condition")
    if condition not in (None, "1=1"):
        raise Refused("to_condition", condition, "no condition on the other table: foreign_key uses all of its rows")
    where = a.take("from_condition")
    return by_rows(check("foreign_key", columns=[a.column], to=_key(a), where=None if where in (None, "1=1") else where))


def _unique_combination(a: DbtArguments) -> Translated:
    a.flag("quote_columns", usual=False)
    return by_values(check("unique", columns=a.names("combination_of_columns")))


def _accepted_range(a: DbtArguments) -> Translated:
    inclusive = a.flag("inclusive", usual=True)
    ends = {name: a.take(name) for name in ("min_value", "max_value")}
    if all(value is None for value in ends.values()):
        raise Refused("min_value", None, "at least one of min_value and max_value")
    try:
        low, high = (None if value is None else literal_of(name, value) for name, value in ends.items())
    except Refused:  # SQL, which dbt pastes into its statement
        return by_rows(check("rows", condition=_range(a.own_column, ends, inclusive), name=f"accepted_range({a.column})"))
    return by_rows(check("between", column=a.column, low=low, high=high, inclusive=None if inclusive else "neither"))


def _range(column: str, ends: dict[str, object], inclusive: bool) -> str:
    equal = "=" if inclusive else ""
    signs = {"min_value": f">{equal}", "max_value": f"<{equal}"}
    sides = {name: value if not isinstance(value, date) else in_sql(value) for name, value in ends.items() if value is not None}
    return " AND ".join(f"{column} {signs[name]} ({value})" for name, value in sides.items())


def _expression_is_true(a: DbtArguments) -> Translated:
    expression = a.text("expression")
    return by_rows(check("rows", condition=expression if a.test.column is None else f"{a.sql_column} {expression}"))


def _not_null_proportion(a: DbtArguments) -> Translated:
    a.refuse_any("group_by_columns", _GROUPED)
    low, high = a.take("at_least"), a.take("at_most", 1)
    found = [] if low is None else [check("not_null", _limit("at_least", low), column=a.column)]
    if high != 1:
        found.append(check("null", _limit("at_most", high, of_nulls=False), column=a.column))
    if not found:
        raise Refused("at_least", None, "a share from 0 to 1")
    return once(*found)


def _limit(name: str, share: object, *, of_nulls: bool = True) -> dict[str, object]:
    """Return the limit of rows without a value, or with one, by the share of values."""
    if isinstance(share, bool) or not isinstance(share, (int, float, Decimal)) or not 0 <= share <= 1:
        raise Refused(name, share, "a share from 0 to 1")
    return limit_of(share if of_nulls else 1 - Decimal(str(share)))


def _recency(a: DbtArguments) -> Translated:
    a.refuse_any("group_by_columns", _GROUPED)
    a.refuse_any("ignore_time_component", "false: fresh counts hours and minutes")
    part, interval = a.text("datepart"), a.take("interval")
    unit = _PARTS.get(part.lower())
    if unit is None:
        raise Refused("datepart", part, "minute, hour, day or week: a month has no fixed length")
    if isinstance(interval, bool) or not isinstance(interval, int) or interval < 1:
        raise Refused("interval", interval, "a whole number, 1 or more")
    return once(check("fresh", column=name_of("field", a.take("field")), max_age=f"{interval}{unit}"))


def _equal_rowcount(a: DbtArguments) -> Translated:
    a.refuse_any("group_by_columns", _GROUPED)
    return by_rows(check("row_count", same_as=a.other_table("compare_model")))


def _at_least_one(a: DbtArguments) -> Translated:
    a.refuse_any("group_by_columns", _GROUPED)
    return once(check("distinct_count", columns=[a.column], at_least=1))


def _not_constant(a: DbtArguments) -> Translated:
    a.refuse_any("group_by_columns", _GROUPED)
    sql = StandardSql(f"CASE WHEN COUNT(DISTINCT {a.own_column}) = 1 THEN 1 ELSE 0 END")
    return once(check("metric_sql", sql=sql, equals=0, name=f"not_constant({a.column})"))


def _not_empty_string(a: DbtArguments) -> Translated:
    value = f"TRIM({a.own_column})" if a.flag("trim_whitespace", usual=True) else a.own_column
    return by_rows(check("rows", condition=StandardSql(f"{value} <> ''"), name=f"not_empty_string({a.column})"))


TESTS: dict[str, TranslateTest] = {
    "accepted_values": _accepted_values,
    "dbt_utils.accepted_range": _accepted_range,
    "dbt_utils.at_least_one": _at_least_one,
    "dbt_utils.equal_rowcount": _equal_rowcount,
    "dbt_utils.expression_is_true": _expression_is_true,
    "dbt_utils.not_accepted_values": _not_accepted_values,
    "dbt_utils.not_constant": _not_constant,
    "dbt_utils.not_empty_string": _not_empty_string,
    "dbt_utils.not_null_proportion": _not_null_proportion,
    "dbt_utils.recency": _recency,
    "dbt_utils.relationships_where": _relationships_where,
    "dbt_utils.unique_combination_of_columns": _unique_combination,
    "not_null": _not_null,
    "relationships": _relationships,
    "unique": _unique,
}
"""The translation of each test."""
NOT_NATIVE = {
    "dbt_utils.cardinality_equality": "it compares how often values occur in two tables",
    "dbt_utils.equality": "it compares the rows of two tables",
    "dbt_utils.fewer_rows_than": "row_count(same_as=...) bounds the difference of two tables, whichever is larger",
    "dbt_utils.mutually_exclusive_ranges": "it compares each row with the next",
    "dbt_utils.sequential_values": "no_gaps checks calendar units only",
}
"""Tests that are known and have no native form, and why."""
