"""A check that makes no sense for the type of its column is refused before any query."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from airflow_dre import checks as c
from airflow_dre.checks.aspects.fitness import family_of, needs_types, type_mismatch
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.checks.families import Family

TYPES = {"n": "bigint", "x": "numeric(9,2)", "s": "character varying(20)", "d": "timestamp with time zone", "b": "BOOLEAN", "odd": "hstore"}


def why(declaration: Any) -> str | None:
    """Return the reason against one check."""
    (check,) = parse_checks([declaration])
    return type_mismatch(check, TYPES)


@pytest.mark.parametrize(
    ("declaration", "reason"),
    [
        (c.mean("s", at_least=0), "mean needs numbers or booleans here, and column s is character varying(20)"),
        (c.stddev("d", at_least=0), "stddev needs numbers or booleans here, and column d is timestamp with time zone"),
        (c.z_scores("s", within=3), "z_scores needs numbers or booleans here, and column s is character varying(20)"),
        (c.median("s", at_least=0), "median needs numbers or booleans here, and column s is character varying(20)"),
        (c.quantile("d", 0.5, at_least="2026-01-01"), "quantile needs numbers or booleans here, and column d is timestamp with time zone"),
        (c.column_min("s", at_least=3), "column_min needs numbers or booleans here, and column s is character varying(20)"),
        (c.column_max("d", at_most=3), "column_max needs numbers or booleans here, and column d is timestamp with time zone"),
        (c.column_max("n", at_most=date(2026, 1, 1)), "column_max needs dates or timestamps or texts here, and column n is bigint"),
        (c.between("s", 1, 9), "between needs numbers or booleans here, and column s is character varying(20)"),
        (c.between("n", date(2026, 1, 1), None), "between needs dates or timestamps or texts here, and column n is bigint"),
        (c.in_set("s", [1, 2]), "in_set needs numbers or booleans here, and column s is character varying(20)"),
        (c.not_in_set("d", [1]), "not_in_set needs numbers or booleans here, and column d is timestamp with time zone"),
        (c.sum_equals("n", "s", total=1), "sum_equals needs numbers or booleans here, and column s is character varying(20)"),
        (c.fresh("n", max_age="1d"), "fresh needs dates or timestamps or texts here, and column n is bigint"),
        (c.no_gaps("b", every="day"), "no_gaps needs dates or timestamps or texts here, and column b is BOOLEAN"),
        (
            c.distribution("s", {"edges": [0, 1], "weights": [1]}, at_most=1),
            "distribution needs numbers or booleans here, and column s is character varying(20)",
        ),
    ],
    ids=str,
)
def test_what_makes_no_sense_is_told_in_these_words(declaration: Any, reason: str) -> None:
    assert why(declaration) == reason


@pytest.mark.parametrize(
    "declaration",
    [
        c.mean("n", at_least=0),
        c.mean("x", at_least=0),
        c.mean("odd", at_least=0),
        c.mean("b", at_least=0),
        c.mean("missing", at_least=0),
        c.column_min("s", at_least="a"),
        c.column_min("d", at_least="2026-01-01"),
        c.column_max("d", at_most=date(2026, 1, 1)),
        c.column_max("n", at_most="5"),
        c.quantile("d", 0.5, interpolate=False, at_least="2026-01-01"),
        c.between("d", date(2026, 1, 1)),
        c.between("s", date(2026, 1, 1)),
        c.between("s", "1", "9"),
        c.in_set("b", [0, 1]),
        c.in_set("b", [True]),
        c.in_set("s", ["1", 2]),
        c.fresh("s", max_age="1d"),
        c.fresh("d", max_age="1d"),
        c.not_null("s"),
        c.matches("n", "1"),
        c.sum_equals("n", "x", total=1),
    ],
    ids=str,
)
def test_what_may_make_sense_is_left_to_the_database(declaration: Any) -> None:
    assert why(declaration) is None


def test_types_are_not_asked_for_where_they_make_no_difference() -> None:
    checks = parse_checks([c.not_null("a"), c.unique("a"), c.row_count(at_least=1), c.schema_unchanged(), c.mean("a", at_least=0)])
    assert [needs_types(check) for check in checks] == [False, False, False, False, True]


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("INT4", Family.NUMBERS),
        ("double precision", Family.NUMBERS),
        ("DECIMAL(18, 3)", Family.NUMBERS),
        ("TEXT", Family.TEXTS),
        ("bpchar", Family.TEXTS),
        ("DATETIME", Family.MOMENTS),
        ("timestamp(3) without time zone", Family.MOMENTS),
        ("bool", Family.BOOLEANS),
        ("integer[]", None),
        ("jsonb", None),
        ("interval", None),
        ("", None),
    ],
)
def test_families_of_types(name: str, family: Family | None) -> None:
    assert family_of(name) is family
