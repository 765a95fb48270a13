"""Two checks of a suite never share a default name, and no name changes an id."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_dre import checks as c
from airflow_dre.checks.declared.parse import parse_checks

LONG = "country = 'NL' AND " + " AND ".join(f"column_{number} IS NOT NULL" for number in range(20))
CASES = [
    pytest.param([c.not_null("a"), c.not_null("b", where="x > 1")], ["not_null(a)", "not_null(b)"], id="nothing is shared"),
    pytest.param(
        [c.not_null("a"), c.not_null("a", where="country  =\n'NL'")],
        ["not_null(a)", "not_null(a) where country = 'NL'"],
        id="one has a filter",
    ),
    pytest.param(
        [c.not_null("a", where="x > 1"), c.not_null("a", where="x > 2")],
        ["not_null(a) where x > 1", "not_null(a) where x > 2"],
        id="both have one",
    ),
    pytest.param(
        [c.row_count(at_least=1, by="s"), c.row_count(at_least=1, by="s", where="x > 2")],
        ["row_count(by=s)", "row_count(by=s) where x > 2"],
        id="by segment",
    ),
    pytest.param([c.not_null("a"), c.not_null("a", by="s")], ["not_null(a)", "not_null(a, by=s)"], id="only one by segment"),
    pytest.param(
        [c.not_null("a", name="mine"), c.not_null("a", where="x > 2", name="mine")], ["mine", "mine"], id="what authors wrote stays"
    ),
    pytest.param(
        [c.not_null("a", where="x > 2"), c.row_count(at_least=1, name="not_null(a)")],
        ["not_null(a) where x > 2", "not_null(a)"],
        id="an author wrote another's default name",
    ),
]


@pytest.mark.parametrize(("declared", "names"), CASES)
def test_default_names_tell_checks_apart(declared: list[Any], names: list[str]) -> None:
    assert [check.name for check in parse_checks(declared)] == names


@pytest.mark.parametrize(
    "declared",
    [
        pytest.param([c.not_null("a", where=f"{LONG} AND z = {number}") for number in range(3)], id="filters that differ at their end"),
        pytest.param([c.in_set("a", ["x"]), c.in_set("a", ["y"]), c.in_set("a", ["z"], where="b")], id="other arguments"),
        pytest.param([c.matches("a", "^x"), c.matches("a", "^y")], id="patterns"),
        pytest.param([c.not_null("a", where="x\x1b[0m = 1"), c.not_null("a", where="x\u202e = 1")], id="filters with control characters"),
    ],
)
def test_no_two_checks_share_a_default_name(declared: list[Any]) -> None:
    names = [check.name for check in parse_checks(declared)]
    assert len(set(names)) == len(names)
    assert max(map(len, names)) < 120
    assert all(name.isprintable() for name in names)


@given(st.lists(st.sampled_from([None, "x > 1", "x > 2", LONG + "1", LONG + "2"]), unique=True, min_size=1))
def test_names_change_no_id(filters: list[Any]) -> None:
    together = parse_checks([c.not_null("a", where=where) for where in filters])
    alone = [parse_checks([c.not_null("a", where=where)])[0] for where in filters]
    assert [check.id for check in together] == [check.id for check in alone]
    assert len({check.name for check in together}) == len(filters)
    assert {check.name for check in alone} == {"not_null(a)"}
