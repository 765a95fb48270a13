"""States merge to the answer of one query: exactly, with infinities, not-a-numbers and nothing at all."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from statistics import variance
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_dre import checks as c
from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.checks.merge import Merge
from airflow_dre.checks.metrics import Maximum, Mean, Metric, Minimum, Periods, RowCount, Sketch, Total, Variance
from airflow_dre.engines.sqlite.functions import hash_values
from airflow_dre.partitions.merging import StateSpec, answer_of, merged, state_of, state_spec_of, why_unmergeable
from airflow_dre.services.partitions.scans import as_key
from airflow_dre.values.calendar import Unit
from airflow_dre.values.scalars import Answer, Incomparable
from airflow_dre.values.sketches import KEPT_HASHES, STANDARD_ERROR, estimate, read_hashes, smallest, spell_hashes
from airflow_dre.values.text_codec import read_all, spell_all

NAN, INF = math.nan, math.inf
MEAN, TOTAL, SPREAD = Mean(column="a"), Total(column="a"), Variance(column="a")
SMALLEST, LARGEST = Minimum(column="a"), Maximum(column="a")


def merge(metric: Metric, *partitions: tuple[Answer, ...]) -> Answer:
    """Return the answer for all partitions, each of which was kept as text meanwhile."""
    form = state_spec_of(metric, None)
    assert isinstance(form, StateSpec)
    return answer_of(
        metric, merged(form, [state_of(form, answers) for answers in read_all([spell_all(answers) for answers in partitions])])
    )


@pytest.mark.parametrize(
    ("metric", "partitions", "expected"),
    [
        pytest.param(RowCount(), [], 0, id="no partition has no rows"),
        pytest.param(RowCount(), [(3,), (None,), (Decimal(4),)], 7, id="counts add up"),
        pytest.param(TOTAL, [], None, id="no values have no sum"),
        pytest.param(TOTAL, [(0, None), (2, 5)], 5, id="a partition without values changes nothing"),
        pytest.param(TOTAL, [(1, 2**62), (1, 2**62), (1, 1)], 2**63 + 1, id="integers do not overflow"),
        pytest.param(TOTAL, [(1, Decimal("0.1")), (1, Decimal("0.2"))], Decimal("0.3"), id="decimals are exact"),
        pytest.param(TOTAL, [(1, 1e16), (1, 1.0), (1, -1e16)], 1.0, id="floats are rounded once"),
        pytest.param(TOTAL, [(1, Decimal("0.1")), (1, 2)], Decimal("2.1"), id="decimals beside integers stay decimals"),
        pytest.param(TOTAL, [(1, INF), (1, 1.0)], INF, id="an infinity stays"),
        pytest.param(TOTAL, [(1, INF), (1, -INF)], NAN, id="opposite infinities are not-a-number"),
        pytest.param(TOTAL, [(1, Decimal("NaN")), (1, Decimal(2))], NAN, id="a decimal that is no number"),
        pytest.param(TOTAL, [(1, 1e308), (1, 1e308)], INF, id="beyond the largest float"),
        pytest.param(TOTAL, [(2, None), (1, 1.0)], None, id="an unknown sum of values stays unknown"),
        pytest.param(MEAN, [(1, 1), (3, 7)], 2, id="a mean that is whole"),
        pytest.param(MEAN, [(1, 1), (2, 1)], 2 / 3, id="a mean of integers is rounded once"),
        pytest.param(MEAN, [(1, 2**61), (1, 2**61 + 2)], 2**61 + 1, id="a large mean is exact"),
        pytest.param(MEAN, [(1, Decimal("0.1")), (1, Decimal("0.2"))], Decimal("0.15"), id="a mean of decimals"),
        pytest.param(MEAN, [(0, None)], None, id="no values have no mean"),
        pytest.param(SPREAD, [(1, 3, None)], None, id="one value has no variance"),
        pytest.param(SPREAD, [(1, 1, None), (1, 3, None)], 2.0, id="values of two partitions spread"),
        pytest.param(SPREAD, [(2, 10**15 * 2 + 1, 0.5), (1, 10**15 + 2, None)], 1.0, id="far from zero nothing is lost"),
        pytest.param(SPREAD, [(2, INF, NAN), (1, 1, None)], NAN, id="an infinity leaves no variance"),
        pytest.param(SPREAD, [(2, None, None), (0, None, None)], NAN, id="nor does what a database does not know"),
        pytest.param(SMALLEST, [(None,), (3,), (2.5,)], 2.5, id="the smallest of numbers of two types"),
        pytest.param(LARGEST, [("b",), ("B",)], "b", id="texts by their code points"),
        pytest.param(LARGEST, [(NAN,), (INF,)], NAN, id="not-a-number is larger than all"),
        pytest.param(SMALLEST, [(NAN,), (INF,)], INF, id="and never the smallest beside a number"),
        pytest.param(SMALLEST, [(NAN,), (NAN,)], NAN, id="unless there is no other"),
        pytest.param(LARGEST, [(date(2026, 1, 2),), (date(2026, 1, 1),)], date(2026, 1, 2), id="dates"),
        pytest.param(
            LARGEST, [(datetime(2026, 1, 2, tzinfo=UTC),), (None,)], datetime(2026, 1, 2, tzinfo=UTC), id="moments keep their zone"
        ),
    ],
)
def test_what_states_merge_to(metric: Metric, partitions: list[tuple[Answer, ...]], expected: Any) -> None:
    found = merge(metric, *partitions)
    assert type(found) is type(expected)
    assert found == expected or (isinstance(expected, float) and math.isnan(expected) and math.isnan(float(str(found))))


def test_periods_of_all_partitions_are_listed_once() -> None:
    found = merge(Periods(column="a", unit=Unit.DAY), ((("2026-01-01",), ("2026-01-02",)),), ((("2026-01-02",),),), ((),))
    assert sorted(str(row) for row in found) == ["('2026-01-01',)", "('2026-01-02',)"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("metric", "partitions", "message"),
    [
        pytest.param(SMALLEST, [("a",), (3,)], "have no common order", id="a text and a number"),
        pytest.param(TOTAL, [(1, "word")], "is no number", id="a sum that is a word"),
        pytest.param(Sketch(columns=("a",)), [("a,b",)], "are no hashes", id="a sketch of words"),
        pytest.param(LARGEST, [(b"bytes",)], "a value of type bytes cannot be kept", id="a type that is not kept"),
    ],
)
def test_what_cannot_be_merged_is_refused(metric: Metric, partitions: Any, message: str) -> None:
    with pytest.raises(Incomparable, match=message):
        merge(metric, *partitions)


NUMBERS = st.lists(
    st.lists(st.one_of(st.integers(-(2**70), 2**70), st.decimals(-1000, 1000, places=4)), max_size=5), min_size=1, max_size=6
)


@given(NUMBERS)
def test_splitting_changes_neither_sum_nor_mean_nor_variance(split: list[list[Any]]) -> None:
    whole = [Fraction(value) for part in split for value in part]
    sums = [(len(part), sum(part) if part else None) for part in split]
    exact = [sum(map(Fraction, part), Fraction(0)) for part in split]
    kept = [(len(part), total if part else None) for part, (_, total) in zip(split, sums, strict=True)]
    if any(total is not None and Fraction(total) != one for (_, total), one in zip(sums, exact, strict=True)):
        return  # the sum of the decimals of a partition is itself rounded to 28 digits
    total, mean = merge(TOTAL, *kept), merge(MEAN, *kept)
    if not whole:
        assert (total, mean) == (None, None)
        return
    assert Fraction(str(total)) == sum(whole)
    assert math.isclose(float(str(mean)), sum(whole) / len(whole), rel_tol=1e-15, abs_tol=1e-12)
    spreads = [
        (len(part), one[1], float(variance(map(Fraction, part))) if len(part) > 1 else None) for part, one in zip(split, kept, strict=True)
    ]
    found = merge(SPREAD, *spreads)
    if len(whole) < 2:
        assert found is None
    else:
        assert math.isclose(float(str(found)), variance(whole), rel_tol=1e-12, abs_tol=1e-12)


@pytest.mark.parametrize("different", [0, 1, KEPT_HASHES - 1, KEPT_HASHES, 3 * KEPT_HASHES, 50_000])
def test_a_sketch_of_parts_is_the_sketch_of_the_whole(different: int) -> None:
    hashes = [hash_values(f"key {n}") for n in range(different)]
    parts = [smallest(hashes[start::3] + hashes[start + 1 :: 7]) for start in range(3)]
    whole = read_hashes(merge(Sketch(columns=("a",)), *[(spell_hashes(part),) for part in parts]))  # type: ignore[arg-type]
    assert whole == smallest(hashes)
    found = estimate(whole)
    if different < KEPT_HASHES:
        assert found == different
    else:
        assert abs(found - different) <= 4 * STANDARD_ERROR * different
        assert found >= KEPT_HASHES


REFUSED = [
    (c.median("a", at_least=1), "the quantile of a table does not follow"),
    (c.quantile("a", 0.9, at_least=1), "the quantile of a table does not follow"),
    (c.distinct_count("a", at_least=1), "one key may be in several partitions; approximate=True merges, and a key with the column day"),
    (c.unique_ratio("a", "b", at_least=1), "approximate=True merges"),
    (c.unique("a", "b"), "two rows with one key may lie in different partitions; a key with the column day in it merges"),
    (c.foreign_key("a", to="p.a"), "the other table changes too"),
    (c.increasing("a", order_by="b"), "the row before may lie in another partition"),
    (c.decreasing("a", order_by="b"), "the row before may lie in another partition"),
    (c.most_common("a", [1]), "what is rare in each partition"),
    (c.z_scores("a", within=3), "its limits move with the mean of the whole table"),
    (c.metric_sql("SUM(a)", at_least=1), "its values in partitions do not add up in a known way"),
    (c.failed_rows_sql("SELECT 1"), "its SELECT may read any partition"),
    (c.not_null("a", by="b"), "its segments by b lie across the partitions"),
]
MERGED = [
    c.row_count(at_least=1), c.row_count(same_as="other"), c.not_null("a"), c.null("a"), c.not_empty("a"), c.between("a", 1, 2),
    c.in_set("a", [1]), c.not_in_set("a", [1]), c.matches("a", "x"), c.not_matches("a", "x"), c.like("a", "x"), c.not_like("a", "x"),
    c.length("a", at_least=1), c.of_type("a", "integer"), c.json_valid("a"), c.compare("a", "<", "b"), c.sum_equals("a", "b", total=1),
    c.all_differ("a", "b"), c.tuple_in_set("a", "b", values=[(1, 2)]), c.rows("a > 1"), c.column_min("a", at_least=1),
    c.column_max("a", at_least=1), c.mean("a", at_least=1), c.total("a", at_least=1), c.stddev("a", at_least=1), c.has_values("a", [1]),
    c.distribution("a", reference={1: 1}, distance="kl", at_most=1), c.fresh("a", max_age="1d"), c.no_gaps("a", every="day"),
    c.schema_is(["a"]), c.schema_unchanged(), c.column_count(at_least=1), c.not_null("a", by="day"), c.unique("a", "day"),
    c.distinct_count("day", at_least=1), c.distinct_count("a", approximate=True, at_least=1), c.unique_ratio("a", "day", at_least=1),
    c.unique_ratio("a", approximate=True, at_least=1),
]  # fmt: skip


@pytest.mark.parametrize(("declaration", "reason"), REFUSED, ids=[repr(declaration) for declaration, _ in REFUSED])
def test_a_check_that_does_not_merge_is_refused_with_the_reason(declaration: Declaration, reason: str) -> None:
    (check,) = parse_checks([declaration])
    assert reason in str(why_unmergeable(check, "day"))


@pytest.mark.parametrize("declaration", MERGED, ids=repr)
def test_every_other_check_merges(declaration: Declaration) -> None:
    (check,) = parse_checks([declaration])
    assert why_unmergeable(check, "day") is None


def test_every_kind_of_check_is_in_one_of_the_two_tables() -> None:
    told = {declaration.kind for declaration in [*MERGED, *[refused for refused, _ in REFUSED]]}
    assert told == set(c.__all__) - {"from_column_mapping", "from_dbt", "from_gx"}


def test_a_key_merges_only_with_a_column_that_splits_the_table() -> None:
    (check,) = parse_checks([c.unique("a", "day")])
    assert "a key that holds the partition column would merge" in str(why_unmergeable(check, None)), "by an expression no key holds it"


def test_metrics_that_follow_from_the_same_answers_are_kept_once() -> None:
    assert state_spec_of(MEAN, None) == state_spec_of(TOTAL, None)
    assert state_spec_of(SPREAD, None) != state_spec_of(TOTAL, None)
    assert {merge.value for merge in Merge} == {"count", "sum", "moments", "smallest", "largest", "list", "hashes"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(Decimal("1.5"), Decimal("1.500"), id="a column that shows more digits now"),
        pytest.param(Decimal("1e1"), 10, id="a decimal without a fraction"),
        pytest.param(Decimal("0.00000010"), Decimal("1E-7"), id="an exponent"),
        pytest.param(2.0, 2, id="a float without a fraction"),
        pytest.param(datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=1))), datetime(2026, 1, 1, tzinfo=UTC), id="another zone"),
    ],
)
def test_equal_partitions_are_kept_by_one_text(one: object, other: object) -> None:
    assert as_key(one) == as_key(other)
