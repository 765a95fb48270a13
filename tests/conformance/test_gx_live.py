"""Great Expectations itself, beside ``from_gx`` on our engine: the same verdict on random tables, on SQLite and of DataFrames."""

from __future__ import annotations

import logging
import random
import sqlite3
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import great_expectations as gx
import pandas as pd
import pytest
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

from airflow_dre.checks import from_gx
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.checks.outcomes import Outcome
from airflow_dre.engines.duckdb.connection import opened_duckdb
from airflow_dre.engines.duckdb.frames import register_frame
from airflow_dre.engines.warehouse import Warehouse
from airflow_dre.services.quality.run import Suite, run_suite
from airflow_dre.sql.dialects import find_dialect
from airflow_dre.sql.scope import Scope
from airflow_dre.values.dataset import DatasetName

Row = tuple[Any, ...]
PAIR = ("both_values_are_missing", "either_value_is_missing", "neither")
MANY = ("all_values_are_missing", "any_value_is_missing", "never")
WORDS = ("a", "ab", "abc", "b", "", "é")


class Dice(random.Random):
    """Source of the random tables and expectations."""

    def maybe(self, value: Any, share: float = 0.25) -> Any:
        """Return the value, or now and then NULL."""
        return None if self.random() < share else value

    def rows(self) -> list[Row]:
        """Return a table (a, b, f, word), now and then empty."""
        share = self.choice([0, 0.25, 0.25, 1])
        numbers = [[self.maybe(self.randint(-2, 4), share) for _ in "ab"] for _ in range(self.choice([0, 1, 2, 5, 9, 12]))]
        return [(*pair, self.maybe(round(self.uniform(-3, 3), 2)), self.maybe(self.choice(WORDS))) for pair in numbers]

    def frame(self) -> pd.DataFrame:
        """Return a DataFrame with columns of the usual types."""
        frame = pd.DataFrame(self.rows() or [(1, 2, 0.5, "a")], columns=["a", "b", "f", "word"])
        frame["yes"] = [self.random() < 0.5 for _ in range(len(frame))]
        frame["at"] = pd.to_datetime([self.maybe(f"2024-01-{self.randint(1, 28):02} 12:30:00") for _ in range(len(frame))])
        return frame

    def across_kinds(self) -> tuple[str, dict[str, Any]]:
        """Return an expectation about values of other kinds than its column."""
        column = self.choice(["a", "f", "word", "yes", "at"])
        values = self.sample([0, 1, 2.5, True, "a", "ab", "1", "True", datetime.fromisoformat("2024-01-02 12:30:00")], 3)
        mostly = {"mostly": self.choice([0, 0.5, 0.9])} if self.random() < 0.5 else {}
        by_row: dict[str, dict[str, Any]] = {
            "expect_column_values_to_be_in_set": {"column": column, "value_set": values},
            "expect_column_values_to_match_regex": {"column": column, "regex": self.choice(["^[0-9]", "True|False", r"\.0$", "a", ""])},
            "expect_column_values_to_not_match_regex": {"column": column, "regex": self.choice(["^2024", "[a-z]", "^-"])},
            "expect_column_value_lengths_to_be_between": {"column": column, "min_value": 1, "max_value": self.choice([3, 5, 19])},
            "expect_column_pair_values_to_be_equal": {"column_A": column, "column_B": self.choice(["a", "word"])},
            "expect_column_pair_values_to_be_in_set": {
                "column_A": column,
                "column_B": "b",
                "value_pairs_set": [[one, other] for one in values for other in range(-2, 5)],
            },
            "expect_column_values_to_be_json_parseable": {"column": column},
        }
        of_all: dict[str, dict[str, Any]] = {
            "expect_column_distinct_values_to_contain_set": {"column": column, "value_set": values[:1]},
            "expect_column_most_common_value_to_be_in_set": {"column": column, "value_set": values, "ties_okay": True},
            "expect_column_values_to_be_of_type": {"column": column, "type_": self.choice(["float64", "int64", "bool", "datetime64[us]"])},
            "expect_column_sum_to_be_between": {"column": self.choice(["a", "f", "yes"]), "min_value": 0},
        }
        kind = self.choice([*by_row, *of_all])
        return kind, {**by_row[kind], **mostly} if kind in by_row else of_all[kind]

    def ends(self) -> dict[str, Any]:
        """Return a range with at least one end."""
        low, high = sorted([self.randint(-3, 5), self.randint(-3, 5)])
        kept = self.choice([{"min_value": low}, {"max_value": high}, {"min_value": low, "max_value": high}])
        return {**kept, **{f"strict_{name[:3]}": True for name in kept if self.random() < 0.3}}

    def expectation(self) -> tuple[str, dict[str, Any]]:
        """Return a kind and its arguments."""
        column, pair, numbers = self.choice("abf"), {"column_A": "a", "column_B": "b"}, self.sample(range(-2, 5), 3)
        extra = [None] if self.random() < 0.5 else []
        by_row: dict[str, dict[str, Any]] = {
            "expect_column_values_to_not_be_null": {"column": column},
            "expect_column_values_to_be_null": {"column": column},
            "expect_column_values_to_be_unique": {"column": column},
            "expect_column_values_to_be_between": {"column": column, **self.ends()},
            "expect_column_values_to_be_in_set": {"column": "a", "value_set": numbers},
            "expect_column_values_to_not_be_in_set": {"column": "word", "value_set": self.sample(WORDS, 2)},
            "expect_column_value_lengths_to_equal": {"column": "word", "value": self.randint(0, 2)},
            "expect_column_value_lengths_to_be_between": {"column": "word", "min_value": 0, "max_value": 2, "strict_max": True},
            "expect_column_values_to_match_like_pattern": {"column": "word", "like_pattern": self.choice(["a%", "_"])},
            "expect_column_values_to_not_match_regex": {"column": "word", "regex": self.choice(["^a", "b$"])},
            "expect_column_values_to_match_regex_list": {
                "column": "word",
                "regex_list": ["^a", "b$"],
                "match_on": self.choice(["any", "all"]),
            },
            "expect_column_value_z_scores_to_be_less_than": {"column": column, "threshold": 1, "double_sided": self.random() < 0.5},
            "expect_column_pair_values_to_be_equal": {**pair, "ignore_row_if": self.choice(PAIR)},
            "expect_column_pair_values_a_to_be_greater_than_b": {**pair, "ignore_row_if": self.choice(PAIR)},
            "expect_column_pair_values_to_be_in_set": {
                **pair,
                "value_pairs_set": [[one, other] for one in [*numbers, *extra] for other in [*numbers, *extra]],
                "ignore_row_if": self.choice(PAIR),
            },
            "expect_compound_columns_to_be_unique": {"column_list": ["a", "b"], "ignore_row_if": self.choice(MANY)},
            "expect_select_column_values_to_be_unique_within_record": {"column_list": ["a", "b", "f"], "ignore_row_if": self.choice(MANY)},
            "expect_multicolumn_sum_to_equal": {"column_list": ["a", "b"], "sum_total": 2, "ignore_row_if": self.choice(MANY)},
        }
        of_all: dict[str, dict[str, Any]] = {
            "expect_column_distinct_values_to_be_in_set": {"column": "a", "value_set": numbers},
            "expect_column_distinct_values_to_contain_set": {"column": "a", "value_set": numbers[:1]},
            "expect_column_distinct_values_to_equal_set": {"column": "a", "value_set": numbers},
            "expect_column_most_common_value_to_be_in_set": {"column": "a", "value_set": numbers, "ties_okay": self.random() < 0.5},
            **{
                f"expect_column_{name}_to_be_between": {"column": column, **self.ends()} for name in ("mean", "median", "min", "max", "sum")
            },
            "expect_column_stdev_to_be_between": {"column": column, "min_value": 0, "max_value": 2},
            "expect_column_unique_value_count_to_be_between": {"column": column, **self.ends()},
            "expect_column_proportion_of_unique_values_to_be_between": {
                "column": column,
                "min_value": self.choice([0, 0.7]),
                "max_value": 1,
            },
            "expect_column_proportion_of_non_null_values_to_be_between": {
                "column": column,
                "min_value": self.choice([0, 0.7]),
                "max_value": 0.9,
            },
            "expect_column_quantile_values_to_be_between": {
                "column": column,
                "quantile_ranges": {"quantiles": [0.25, 0.5, 1], "value_ranges": [[None, 1], [-2, 2], [0, None]]},
            },
            "expect_column_kl_divergence_to_be_less_than": {
                "column": "a",
                "partition_object": {"bins": [-1, 0, 2], "weights": [0.2, 0.6], "tail_weights": [0.1, 0.1]},
                "threshold": self.choice([0.2, 1]),
            },
            "expect_table_row_count_to_be_between": self.ends(),
        }
        kind = self.choice([*by_row, *of_all])
        mostly = {"mostly": self.choice([0.25, 0.5, 0.9, 2 / 3, 1])} if kind in by_row and self.random() < 0.6 else {}
        return kind, {**(by_row.get(kind) or of_all[kind]), **mostly}


@pytest.fixture(scope="module")
def context() -> Iterator[Any]:
    """Open Great Expectations, without its progress bars."""
    logger = logging.getLogger("great_expectations")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = gx.get_context(mode="ephemeral")
        found.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
        yield found
    logger.setLevel(level)


class File:
    """Connections of a SQLite file."""

    conn_type = "sqlite"

    def __init__(self, path: Path) -> None:
        self.path = path

    def get_conn(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path)


def theirs(batch: Any, kind: str, kwargs: dict[str, Any]) -> bool | None:
    """Return the verdict of Great Expectations, or None for an error, as for a distribution of nothing."""
    found = batch.validate(ExpectationConfiguration(type=kind, kwargs=kwargs).to_domain_obj()).to_json_dict()
    about = found["exception_info"]
    raised = about["raised_exception"] if "raised_exception" in about else any(each["raised_exception"] for each in about.values())
    return None if raised else bool(found["success"])


def ours(engine: Warehouse, kind: str, kwargs: dict[str, Any]) -> bool:
    """Return the verdict of our engine."""
    checks = parse_checks(from_gx([{"type": kind, "kwargs": kwargs}], types_of=None if engine.name == "sqlite" else "pandas"))
    scope = Scope(("t",), None, find_dialect(engine.name))
    run = run_suite(Suite(name="s", dataset=DatasetName("x", "t"), scope=scope, checks=checks), engine, datetime.now(UTC)).record
    assert not [result.reason for result in run.results if result.outcome is Outcome.ERRORED]
    return not any(result.outcome is Outcome.FAILED for result in run.results)


def is_compared(batch: Any, engine: Warehouse, kind: str, kwargs: dict[str, Any], rows: object) -> bool:
    """Compare both verdicts, and return whether Great Expectations had one."""
    expected = theirs(batch, kind, kwargs)
    if expected is not None:
        assert ours(engine, kind, kwargs) == expected, (kind, kwargs, rows)
    return expected is not None


@pytest.mark.parametrize("seed", range(8))
def test_the_same_verdict_as_great_expectations(seed: int, context: Any, tmp_path: Path) -> None:
    dice, file = Dice(seed), File(tmp_path / "t.db")
    rows = dice.rows()
    with file.get_conn() as connection:
        connection.execute("CREATE TABLE t (a INTEGER, b INTEGER, f FLOAT, word VARCHAR(9))")
        connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", rows)
    source = context.data_sources.add_sqlite(f"seed {seed}", connection_string=f"sqlite:///{file.path}")
    batch = source.add_table_asset("t", table_name="t").add_batch_definition_whole_table("all").get_batch()
    engine, compared = Warehouse(file), 0
    for _ in range(30):
        compared += is_compared(batch, engine, *dice.expectation(), rows)
    engine.close()
    assert compared > 20


@pytest.mark.parametrize("seed", range(4))
def test_the_same_verdict_of_a_dataframe(seed: int, context: Any) -> None:
    dice = Dice(seed)
    frame = dice.frame()
    asset = context.data_sources.add_pandas(f"frame {seed}").add_dataframe_asset("t")
    batch, compared = asset.get_batch(asset.build_batch_request({"dataframe": frame})), 0
    with opened_duckdb("256MB") as database:
        register_frame(database, "t", frame, "case")
        engine = Warehouse(database)
        for _ in range(30):
            for kind, kwargs in (dice.expectation(), dice.across_kinds()):
                compared += is_compared(batch, engine, kind, kwargs, frame)
        engine.close()
    assert compared > 40
