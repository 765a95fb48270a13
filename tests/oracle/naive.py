"""Rules by which the oracle works out each kind of check."""

from __future__ import annotations

from collections.abc import Callable

from tests.oracle import naive_numbers as numbers
from tests.oracle import naive_rows as rows
from tests.oracle import naive_tables as tables
from tests.oracle.tables import COLUMNS
from tests.oracle.verdicts import Finding, Question, Rows, bounded
from tests.oracle.world import quoted, spelled

FINDERS: dict[str, Callable[[Question, Rows], Finding]] = {
    "all_differ": rows.rule(rows.same_in_row, "columns"),
    "between": rows.rule(rows.outside, "column"),
    "column_count": lambda question, rows: bounded(question, len(COLUMNS)),
    "column_max": numbers.extreme,
    "column_min": numbers.extreme,
    "compare": rows.rule(rows.wrong_order, "left", "right"),
    "decreasing": tables.steps,
    "distinct_count": numbers.distinct,
    "distribution": numbers.distribution,
    "failed_rows_sql": tables.failed_rows,
    "foreign_key": tables.foreign_key,
    "fresh": tables.fresh,
    "has_values": tables.has_values,
    "in_set": rows.rule(rows.opposite(rows.member), "column"),
    "increasing": tables.steps,
    "json_valid": rows.rule(rows.no_json, "column"),
    "length": rows.rule(rows.wrong_length, "column"),
    "like": rows.rule(rows.opposite(rows.like), "column"),
    "matches": rows.rule(rows.opposite(rows.matching), "column"),
    "mean": numbers.mean,
    "median": numbers.quantile,
    "metric_sql": numbers.metric_sql,
    "most_common": tables.most_common,
    "no_gaps": tables.no_gaps,
    "not_empty": rows.rule(lambda question: lambda row: row[question.column] is None or row[question.column].strip(" ") == ""),
    "not_in_set": rows.rule(rows.member, "column"),
    "not_like": rows.rule(rows.like, "column"),
    "not_matches": rows.rule(rows.matching, "column"),
    "not_null": rows.rule(lambda question: lambda row: row[question.column] is None),
    "null": rows.rule(lambda question: lambda row: row[question.column] is not None),
    "of_type": rows.rule(rows.unreadable, "column"),
    "quantile": numbers.quantile,
    "row_count": lambda question, rows: bounded(question, len(rows)),
    "rows": rows.rule(rows.condition),
    "schema_is": tables.schema_is,
    "schema_unchanged": tables.schema_unchanged,
    "stddev": numbers.stddev,
    "sum_equals": rows.sum_equals,
    "total": numbers.total,
    "tuple_in_set": rows.rule(rows.opposite(rows.tuple_member), "columns"),
    "unique": tables.unique,
    "unique_ratio": numbers.unique_ratio,
    "z_scores": numbers.z_scores,
}
"""How each kind is worked out."""

_VARIANCE = {"sqlite": "AVG", "duckdb": "VAR_SAMP", "postgres": "VAR_SAMP", "spark": "VAR_SAMP"}


def attempts(question: Question) -> list[str]:
    """List the aggregates that the database itself may refuse."""
    given, dialect = question.given, question.world.dialect
    column = quoted(given["column"]) if "column" in given else ""
    match question.kind:
        case "column_min" | "column_max":
            return [f"{'MIN' if question.kind == 'column_min' else 'MAX'}({column})"]
        case "has_values":
            return [f"COUNT(CASE WHEN {column} IN ({spelled(value, dialect)}) THEN 1 END)" for value in given["values"]]
        case "total":
            return [f"SUM({column})"]
        case "mean":
            return [f"AVG({column})"]
        case "stddev" | "z_scores":
            return [f"AVG({column})", f"{_VARIANCE[dialect]}({column})"]
        case "median" | "quantile" if dialect != "sqlite":
            smooth = given.get("interpolate") is not False
            return [f"{'PERCENTILE_CONT' if smooth else 'PERCENTILE_DISC'}({given.get('at', 0.5)}) WITHIN GROUP (ORDER BY {column})"]
        case "metric_sql" if not given["sql"].startswith("SELECT"):
            return [given["sql"]]
        case "not_null":
            return [f"COUNT({column})"] if given["column"] in COLUMNS else ["COUNT(t.nowhere)"]
        case _:
            return []
