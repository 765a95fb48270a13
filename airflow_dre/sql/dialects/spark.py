"""Spark SQL 4 and later."""

from __future__ import annotations

from sqlglot import exp

from airflow_dre.sql import names
from airflow_dre.sql.dialect import Aggregates, Catalogue, Dialect, Limits, Texts, Types, Writing
from airflow_dre.sql.rendering import UNLIMITED, call, in_doubles, is_given, plain_like


def _rewrite(tree: exp.Expr) -> exp.Expr:
    """Replace the approximate percentiles that sqlglot writes by exact ones, which Spark has had since 3.3."""
    for kind, name in ((exp.PercentileCont, "PERCENTILE_CONT"), (exp.PercentileDisc, "PERCENTILE_DISC")):
        for share in list(tree.find_all(kind)):
            share.replace(call(name, share.this))
    for group in tree.find_all(exp.WithinGroup):
        for ordered in group.expression.find_all(exp.Ordered):
            ordered.set("nulls_first", not ordered.args.get("desc"))  # as it is anyway; NULL is left out
    return tree


def found(value: exp.Expr, pattern: str) -> exp.Expr:
    """Return RLIKE, which finds a pattern anywhere."""
    return call("REGEXP_LIKE", value, pattern)


def is_json(value: exp.Expr) -> exp.Expr:
    """Return whether a text can become a VARIANT, as the only item of an array and as the only value of an object.

    Spark stops reading after the first document. No text that goes on after one can close both a bracket and a brace.
    """
    wrapped = (call("CONCAT", "[", value, "]"), call("CONCAT", '{"k":', value.copy(), "}"))
    return exp.and_(*[is_given(call("TRY_PARSE_JSON", text)) for text in wrapped])


SPARK = Dialect(
    name="spark",
    limits=Limits(columns=UNLIMITED),
    texts=Texts(
        like=plain_like,
        regex=found,
        json=is_json,
        orders_by_code_point=True,
    ),
    types=Types(single_precision="float"),
    aggregates=Aggregates(
        mean=in_doubles(exp.Avg),  # AVG of decimals has four digits more than its argument and no others
        quantile_is_aggregate=True,
        hash=lambda values: call("XXHASH64", *values),
    ),
    catalogue=Catalogue(
        is_cheap=True,
        columns=lambda table: exp.Describe(this=names.quoted_table(table), kind="TABLE"),  # the engine picks the columns of its result
    ),
    rewrite=_rewrite,
    writing=Writing(row_id=lambda: call("UUID"), only_inserts=True),
)
