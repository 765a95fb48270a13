"""Keys of stored partition states: a rename of a class must not lose what earlier runs stored."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from enum import Enum, nonmember
from typing import ClassVar, get_type_hints

import pytest

from airflow_dre.checks import metrics as m
from airflow_dre.checks import rules as r
from airflow_dre.checks.merge import Merge
from airflow_dre.checks.rule import Nulls, Rule
from airflow_dre.checks.state_text import ENUM_NAMES, NoStateName, state_text
from airflow_dre.partitions.merging import StateSpec, Unmergeable, state_spec_of
from airflow_dre.values.calendar import Unit

RULES: dict[str, Rule] = {
    "not_null": r.HasValue(column="a"),
    "null": r.HasNoValue(column="a"),
    "not_empty": r.HasText(column="a"),
    "between": r.Within(column="a", low=1, high=Decimal("2.50"), high_belongs=False),
    "between, dates": r.Within(column="a", low=date(2013, 1, 31), counted=True),
    "in_set": r.OneOf(column="a", values=("x", 1, True)),
    "not_in_set": r.NoneOf(column="a", values=(1.5,)),
    "matches": r.Matches(column="a", patterns=("^x",), every=True),
    "not_matches": r.MatchesNot(column="a", patterns=("it's",)),
    "like": r.Like(column="a", patterns=("x%", "y_")),
    "not_like": r.LikeNot(column="a", patterns=("x%",)),
    "length": r.LengthWithin(column="a", low=1, high=3, text_of="numbers"),
    "of_type": r.ReadableAs(column="a", as_kind=r.TextType.INTEGER),
    "json_valid": r.IsJson(column="a"),
    "compare": r.Compares(left="a", operator=r.Operator.AT_MOST, right="b", nulls=Nulls.SKIP_ALL),
    "sum_equals": r.SumIs(columns=("a", "b"), total=3, by_kind=True),
    "tuple_in_set": r.TupleOneOf(columns=("a", "b"), values=((1, None), ("x", 2))),
    "all_differ": r.AllDiffer(columns=("a", "b"), nulls=Nulls.KEEP, unlike=(("a", "b"),)),
    "rows": r.Holds(condition="a > 0"),
}
METRICS: dict[str, m.Metric] = {
    "rows counted": m.RowCount(where="x = 1"),
    "values counted": m.ValueCount(column="a"),
    "keys counted": m.KeyCount(columns=("a", "b"), nulls=Nulls.SKIP_ALL),
    "smallest": m.Minimum(column="a"),
    "largest": m.Maximum(column="a"),
    "largest of an expression": m.MaximumOf(sql="a + b"),
    "total": m.Total(column="a", by_kind=True),
    "mean": m.Mean(column="a"),
    "variance": m.Variance(column="a"),
    "periods": m.Periods(column="a", unit=Unit.DAY),
    "sketch": m.Sketch(columns=("a",)),
    "distinct": m.DistinctCount(columns=("a", "day")),
    "duplicates": m.DuplicateCount(columns=("day",), incomplete=Nulls.KEEP),
    **{name: m.Violations(rule=rule) for name, rule in RULES.items()},
}
KEYS = {
    "rows counted": "7f8efe4c2961539ef7c3560fe0965c25",
    "values counted": "05296ed77e9be7fa22389536604b30d2",
    "keys counted": "b8da08a460839bc14cc3bd7464b0cf89",
    "smallest": "00f13cd6d37f2dac0a59939cb83c1167",
    "largest": "b60ddeaaae40e51dd96783117ee7a7cf",
    "largest of an expression": "b0cfe11515ba73f284628b0d2947013b",
    "total": "8cdc3897bd47cf6421661d123ab49372",
    "mean": "8cdc3897bd47cf6421661d123ab49372",
    "variance": "e19ada2eb52f6063a9dbc1d92953d04a",
    "periods": "4a3a11c561102b37d7976e8de791b9dc",
    "sketch": "66fa1260fb7f0d1880c4e0bffc547298",
    "distinct": "c9a5094c31330dde4758a38e9ae265b4",
    "duplicates": "8cb00f0d7eab61f4ac4a4f9a35d05dca",
    "not_null": "11d31f126fd3426e83c9e18195001a83",
    "null": "87c3809fc6bd5762a7e87c2c3637823e",
    "not_empty": "0a20715c66b19bae3b316279e399c74f",
    "between": "cc8456cd31e5d4cc40fb883eb34da48e",
    "between, dates": "0f25ddcefb392a8a71485c7645b27351",
    "in_set": "2096727964ff688ce6000896d703c235",
    "not_in_set": "61952a3441a5abe61fc3098bc289a09a",
    "matches": "254dad4ac8c3c82b162935294e598531",
    "not_matches": "288b07172f92cace74c1eae60b1ccb8d",
    "like": "b706593b04106dc3ad9ba6c89d5e1456",
    "not_like": "d345bf4a75db070437cb0e2fb170ad7f",
    "length": "9f46890b056c41ccbbf9807372ead4ff",
    "of_type": "acad570bd532df003fe5725a5feb463d",
    "json_valid": "509e794f1ac6ecbf583ce2e7506b547e",
    "compare": "0cf11b21de0bd980805f66c8b6c836b1",
    "sum_equals": "136e028aab2fb4a6f095bfe6e3fa6658",
    "tuple_in_set": "25201f56618490f9c93d2cd9598716f8",
    "all_differ": "1e40fd206947367d6b3d067a45e1ec3d",
    "rows": "8a3886bd29a495ca260ac4967b82834f",
}
"""Keys that the first version stored."""


def form(name: str) -> StateSpec:
    """Return what is stored of a metric of a table that is partitioned by ``day``."""
    found = state_spec_of(METRICS[name], "day")
    assert isinstance(found, StateSpec)
    return found


def with_states() -> Iterator[type[m.Metric | Rule]]:
    """Yield the classes of metrics and rules of which states are stored."""
    for name in METRICS:
        for part in form(name).parts:
            yield type(part)
            if isinstance(part, m.Violations):
                yield type(part.rule)


@pytest.mark.parametrize("name", METRICS)
def test_a_key_is_what_it_always_was(name: str) -> None:
    assert form(name).key == KEYS[name]


def test_every_class_with_states_spells_a_name_of_its_own() -> None:
    kinds = set(with_states())
    assert all("state_name" in vars(kind) for kind in kinds)
    assert len({kind.state_name for kind in kinds}) == len(kinds)


def test_every_rule_that_an_author_declares_has_a_pinned_key() -> None:
    declared = {kind for _, kind in inspect.getmembers(r, inspect.isclass) if issubclass(kind, Rule) and "kind" in vars(kind)}
    assert declared - {r.BySegment} == {type(rule) for rule in RULES.values()}


def test_every_enum_in_a_key_has_a_name_of_its_own() -> None:
    enums = {
        part
        for kind in with_states()
        for hint in map(get_type_hints(kind).get, [item.name for item in fields(kind)])
        for part in (hint, *getattr(hint, "__args__", ()))
        if isinstance(part, type) and issubclass(part, Enum)
    }
    assert enums == ENUM_NAMES.keys()


class Mood(Enum):
    """An enum of another package, with a name in the keys."""

    GOOD = 1
    state_name = nonmember("acme.Mood")


class Side(Enum):
    """An enum of another package, without a name in the keys."""

    LEFT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign(Rule):
    """A rule of another package, with a name in the keys."""

    state_name: ClassVar[str] = "acme.Foreign"
    part: object = Mood.GOOD


@dataclass(frozen=True, slots=True, kw_only=True)
class Heir(r.HasValue):
    """A rule of another package that inherits the name of one of ours, whose states are others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignMetric(m.Metric):
    """A metric of another package, which does not merge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedMetric(m.Metric):
    """A metric of another package, which merges as counts do."""

    merge: ClassVar[Merge | None] = Merge.COUNT
    state_name: ClassVar[str] = "acme.MergedMetric"


def test_a_foreign_rule_and_enum_with_names_are_spelled() -> None:
    assert state_text(Foreign()) == "acme.Foreign(by_kind=False, part=<acme.Mood.GOOD: 1>)"


@pytest.mark.parametrize(("rule", "name"), [(Foreign(part=Side.LEFT), "Side"), (Heir(column="a"), "Heir")], ids=["enum", "rule"])
def test_a_foreign_rule_without_a_name_of_its_own_is_not_merged(rule: Rule, name: str) -> None:
    with pytest.raises(NoStateName, match=f"{name} has no state_name"):
        state_text(rule)
    found = state_spec_of(m.Violations(rule=rule), "day")
    assert found == Unmergeable(f"it has no state_name, by which its states are kept: {name} has no state_name")


def test_a_metric_without_a_merge_has_a_reason() -> None:
    assert state_spec_of(ForeignMetric(), "day") == Unmergeable("how its values in partitions merge is not known")


def test_a_foreign_metric_with_a_merge_and_a_name_has_a_state() -> None:
    assert state_spec_of(MergedMetric(), "day") == StateSpec(Merge.COUNT, (MergedMetric(),))
