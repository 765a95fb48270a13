"""Spark SQL 4 and later."""

from __future__ import annotations

from sqlglot import exp

from airflow_dre.sql.dialect import Dialect, Refusal
from airflow_dre.sql.spelling import UNLIMITED, call, is_given, like


def _spelled(tree: exp.Expr) -> exp.Expr:
    """sqlglot writes an approximation of percentiles, which Spark has known exactly since 3.3."""
    for kind, name in ((exp.PercentileCont, "PERCENTILE_CONT"), (exp.PercentileDisc, "PERCENTILE_DISC")):
        for share in list(tree.find_all(kind)):
            share.replace(call(name, share.this))
    for group in tree.find_all(exp.WithinGroup):
        for ordered in group.expression.find_all(exp.Ordered):
            ordered.set("nulls_first", not ordered.args.get("desc"))  # as it is anyway; NULL is left out
    return tree


def found(value: exp.Expr, pattern: str) -> exp.Expr:
    """RLIKE, which finds a pattern anywhere."""
    return call("REGEXP_LIKE", value, pattern)


def is_json(value: exp.Expr) -> exp.Expr:
    """Whether a text can become a VARIANT."""
    return is_given(call("TRY_PARSE_JSON", value))


SPARK = Dialect(
    name="spark",
    max_columns=UNLIMITED,
    spelled=_spelled,
    session="SET TIME ZONE 'UTC'",
    like=like,
    regex=found,
    json=is_json,
    quantile_is_aggregate=True,
    hash=lambda values: call("XXHASH64", *values),
    orders_by_code_point=True,
    columns=Refusal("Spark SQL has no information_schema, and what DESCRIBE gives mixes columns with partitions"),
)
