"""Checks of numbers about a table, which a Dag author declares: counts, extremes, means, quantiles and the author's own SQL."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TypedDict, TypeVar, Unpack

from airflow_dre.checks.declared.declaration import Bound, Declaration, MetricOptions, Options, RowCountOptions
from airflow_dre.declaring.functions import strict

_Key = TypeVar("_Key", bound=Bound | bool)


class Bins(TypedDict):
    """A reference distribution of numbers: n + 1 edges, and the weights of the n bins between them."""

    edges: Sequence[float]
    weights: Sequence[float]


@strict
def distinct_count(*columns: str, approximate: bool = False, **options: Unpack[MetricOptions]) -> Declaration:
    """Bound the number of different complete keys. A table without one has 0 and is judged.

    :param columns: names of the columns of the key.
    :param approximate: count from 2,048 on with a standard error of 2.2 %, by a sketch that merges from partition to partition.
    """
    return Declaration("distinct_count", {"columns": list(columns), "approximate": approximate or None, **options})


@strict
def unique_ratio(*columns: str, approximate: bool = False, **options: Unpack[MetricOptions]) -> Declaration:
    """Bound the number of different complete keys as a share (0 to 1) of the rows that have one.

    :param columns: names of the columns of the key.
    :param approximate: count the keys as ``distinct_count`` does with it.
    """
    return Declaration("unique_ratio", {"columns": list(columns), "approximate": approximate or None, **options})


@strict
def row_count(*, same_as: str | None = None, **options: Unpack[RowCountOptions]) -> Declaration:
    """Bound the number of rows. An empty table has 0 rows and is judged.

    :param same_as: another table: the difference of the row counts is then bounded by ``warn_above`` and ``fail_above``, as a count or as
        a percent of the rows of the other table. Two empty tables: skipped.
    """
    return Declaration("row_count", {"same_as": same_as, **options})


@strict
def column_count(**options: Unpack[MetricOptions]) -> Declaration:
    """Bound the number of columns of the table."""
    return Declaration("column_count", {**options})


@strict
def column_min(column: str, **options: Unpack[MetricOptions]) -> Declaration:
    """Bound the smallest value of a column.

    :param column: name of the column. Bounds may be numbers, dates or texts.
    """
    return Declaration("column_min", {"column": column, **options})


@strict
def column_max(column: str, **options: Unpack[MetricOptions]) -> Declaration:
    """Bound the largest value of a column.

    :param column: name of the column. Bounds may be numbers, dates or texts.
    """
    return Declaration("column_max", {"column": column, **options})


@strict
def mean(column: str, **options: Unpack[MetricOptions]) -> Declaration:
    """Bound the arithmetic mean of a column.

    :param column: name of a column of numbers.
    """
    return Declaration("mean", {"column": column, **options})


@strict
def total(column: str, **options: Unpack[MetricOptions]) -> Declaration:
    """Bound the sum of a column.

    :param column: name of a column of numbers.
    """
    return Declaration("total", {"column": column, **options})


@strict
def stddev(column: str, **options: Unpack[MetricOptions]) -> Declaration:
    """Bound the standard deviation of a column, as of a sample (n - 1). Fewer than two values are skipped.

    :param column: name of a column of numbers.
    """
    return Declaration("stddev", {"column": column, **options})


@strict
def median(column: str, **options: Unpack[MetricOptions]) -> Declaration:
    """Bound the middle value of a column, the mean of the two middle ones where their number is even.

    :param column: name of a column of numbers.
    """
    return Declaration("median", {"column": column, **options})


@strict
def quantile(column: str, at: float | str, *, interpolate: bool = True, **options: Unpack[MetricOptions]) -> Declaration:
    """Bound the value of a column below which a share of the values lies.

    :param column: name of a column of numbers; with ``interpolate=False`` of any values with an order.
    :param at: the share, from 0 to 1, for example 0.95.
    :param interpolate: between two values, as SQL's PERCENTILE_CONT (default); False: a value of the column, as PERCENTILE_DISC.
    """
    return Declaration("quantile", {"column": column, "at": at, "interpolate": None if interpolate else False, **options})


@strict
def has_values(column: str, values: Collection[Bound | bool], **options: Unpack[Options]) -> Declaration:
    """Require values to be present: each of them is in the column at least once. An empty table fails.

    :param column: name of the column.
    :param values: at least one finite number, date, boolean or text.
    """
    return Declaration("has_values", {"column": column, "values": values, **options})


@strict
def most_common(
    column: str, values: Collection[Bound | bool], *, ties: bool = True, if_empty: str | None = None, **options: Unpack[Options]
) -> Declaration:
    """Require the most common value of a column to be one of a set.

    :param column: name of the column.
    :param values: at least one finite number, date, boolean or text.
    :param ties: True (default): of several values that are equally common one in ``values`` is enough. False: a tie fails.
    :param if_empty: ``"skip"`` (default) or ``"fail"``: the outcome without any value.
    """
    arguments = {"column": column, "values": values, "ties": None if ties else False, "if_empty": if_empty}
    return Declaration("most_common", {**arguments, **options})


@strict
def distribution(
    column: str,
    reference: Bins | Mapping[str, Sequence[float]] | Mapping[_Key, float],
    *,
    distance: str = "kl",
    others: float | Sequence[float] | None = None,
    **options: Unpack[MetricOptions],
) -> Declaration:
    """Bound the distance of the values of a column from a reference distribution.

    Values outside of it are bins of weight 0.

    :param column: name of the column, of numbers where the reference has edges.
    :param reference: weights by value, or ``{"edges": [0, 10, 20], "weights": [0.7, 0.3]}``: a bin holds its lower edge, the last one
        both; the outermost edges may be infinite.
    :param distance: ``"kl"`` (Kullback-Leibler divergence in nats), ``"chi_square"`` (Pearson's statistic) or, for bins, ``"ks"``
        (Kolmogorov-Smirnov, at the edges).
    :param others: the weight of values outside of the reference: one number beside weights by value, which counts where there are such
        values, or two beside edges, for what lies below and above the bins.
    """
    return Declaration("distribution", {"column": column, "reference": reference, "distance": distance, "others": others, **options})


@strict
def metric_sql(sql: str, **options: Unpack[MetricOptions]) -> Declaration:
    """Bound the value of SQL of your own. NULL is skipped.

    :param sql: an aggregate expression such as ``"SUM(air_time) / COUNT(*)"``, which is part of the common scan, or one
        read-only ``SELECT`` of one value, which runs on its own. (templated)
    """
    return Declaration("metric_sql", {"sql": sql, **options})
