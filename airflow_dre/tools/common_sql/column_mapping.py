"""The mapping of ``SQLColumnCheckOperator``, of Airflow's common SQL provider.

The operator pastes a column into a statement as it is, so that it stays SQL here. Only a plain lower-case word is taken for a name, and
has a check of its own kind.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.checks.declared.parse import check_declarations
from airflow_dre.errors import DefinitionError, Problem

_BOUNDS = {"geq_to": "at_least", "greater_than": "more_than", "leq_to": "at_most", "less_than": "less_than", "equal_to": "equals"}
_SQL = {
    "null_check": "SUM(CASE WHEN {column} IS NULL THEN 1 ELSE 0 END)",
    "distinct_check": "COUNT(DISTINCT {column})",
    "unique_check": "COUNT({column}) - COUNT(DISTINCT {column})",
    "min": "MIN({column})",
    "max": "MAX({column})",
}
_KINDS = {"min": "column_min", "max": "column_max"}
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")


def read_column_mapping(
    column_mapping: Mapping[str, Mapping[str, Mapping[str, object]]], *, partition_clause: str | None = None, accept_none: bool = True
) -> list[Declaration]:
    """Return the checks of a mapping, each named ``<column>.<check>``.

    :raises DefinitionError: lists everything in it that the operator would refuse.
    """
    problems: list[Problem] = []
    found: list[Declaration] = []
    for column, checks in column_mapping.items():
        for kind, values in checks.items():
            subject = f"column_mapping[{column!r}][{kind!r}]"
            wrong = list(_problems(subject, kind, values))
            if not wrong:
                declared = _column_check(column, kind, values, joined(partition_clause, values.get("partition_clause")), accept_none)
                wrong = problems_of(subject, declared)
                found.append(declared)
            problems += wrong
    if problems:
        raise DefinitionError(problems)
    return found


def _problems(subject: str, kind: str, values: Mapping[str, object]) -> Iterator[Problem]:
    if kind not in _SQL:
        near = get_close_matches(kind, _SQL, 1)
        yield Problem(subject, "check", kind, (f"did you mean {near[0]}? " if near else "") + ", ".join(_SQL))
        return
    known = {*_BOUNDS, "tolerance", "partition_clause"}
    yield from (Problem(subject, name, values[name], ", ".join(sorted(known))) for name in values if name not in known)
    given = [name for name in _BOUNDS if name in values]
    yield from _problems_of_bounds(subject, given, values)
    yield from _problems_of_tolerance(subject, given, values)
    yield from _problems_of_order(subject, given, values)


def _problems_of_bounds(subject: str, given: list[str], values: Mapping[str, object]) -> Iterator[Problem]:
    if not given:
        yield Problem(subject, "equal_to", None, f"at least one of {', '.join(_BOUNDS)}")
    if "equal_to" in given and len(given) > 1:
        yield Problem(subject, "equal_to", values["equal_to"], "equal_to alone")
    for one, other in (("greater_than", "geq_to"), ("less_than", "leq_to")):
        if one in given and other in given:
            yield Problem(subject, one, values[one], f"one of {one} and {other}")


def _problems_of_tolerance(subject: str, given: list[str], values: Mapping[str, object]) -> Iterator[Problem]:
    tolerance = values.get("tolerance")
    if tolerance is None:
        return
    share = _number(tolerance)
    if share is None or not 0 <= share < math.inf:
        yield Problem(subject, "tolerance", tolerance, "a share of the bound, 0 or more, for example 0.1")
        return
    yield from (Problem(subject, name, values[name], "a number, which tolerance needs") for name in given if _number(values[name]) is None)


def _problems_of_order(subject: str, given: list[str], values: Mapping[str, object]) -> Iterator[Problem]:
    ends = [next((values[name] for name in names if name in given), None) for names in (_LOW, _HIGH)]
    low, high = map(_number, ends)
    if low is None or high is None:
        return
    strict = "greater_than" in given or "less_than" in given
    if low > high or (strict and low == high):
        yield Problem(subject, "leq_to" if "leq_to" in given else "less_than", ends[1], f"above {ends[0]}")


_LOW, _HIGH = ("geq_to", "greater_than"), ("leq_to", "less_than")


def _number(value: object) -> float | None:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _bounds(values: Mapping[str, object]) -> dict[str, object]:
    """Return the bounds, moved outwards by the tolerance, which is a share of each."""
    tolerance = _number(values.get("tolerance"))
    found: dict[str, object] = {}
    for name, bound in _BOUNDS.items():
        value = values.get(name)
        number = _number(value)
        if name not in values:
            continue
        if tolerance is None or number is None:
            found[bound] = value
            continue
        margin = abs(number) * tolerance
        if name in (*_LOW, "equal_to"):
            found["at_least" if name == "equal_to" else bound] = number - margin
        if name in (*_HIGH, "equal_to"):
            found["at_most" if name == "equal_to" else bound] = number + margin
    return found


def _column_check(column: str, kind: str, values: Mapping[str, object], where: str | None, accept_none: bool) -> Declaration:
    bounds = _bounds(values)
    common = {"name": f"{column}.{kind}", "where": where}
    if not accept_none or not _admits_zero(bounds):
        common["if_empty"] = "fail"  # to the operator, no value is 0 or a failure
    exactly_none = bounds == {"equals": 0}
    if _PLAIN.fullmatch(column):
        if exactly_none and kind == "unique_check":
            return Declaration("unique", {"columns": [column], "name": common["name"], "where": where})
        if exactly_none and kind == "null_check" and accept_none:
            return Declaration("not_null", {"column": column, "name": common["name"], "where": where})
        if kind == "distinct_check":
            return Declaration("distinct_count", {"columns": [column], **common, **bounds})
        if kind in _KINDS:
            return Declaration(_KINDS[kind], {"column": column, **common, **bounds})
    return Declaration("metric_sql", {"sql": _SQL[kind].format(column=column), **common, **bounds})


def _admits_zero(bounds: Mapping[str, object]) -> bool:
    """Return whether 0 keeps the bounds. A bound that is not a number cannot be compared with it."""
    numbers = {name: _number(value) for name, value in bounds.items()}
    if None in numbers.values():
        return False
    tests = {
        "at_least": lambda end: end <= 0,
        "more_than": lambda end: end < 0,
        "at_most": lambda end: end >= 0,
        "less_than": lambda end: end > 0,
        "equals": lambda end: end == 0,
    }
    return all(tests[name](value) for name, value in numbers.items())


def joined(outer: str | None, inner: object) -> str | None:
    """Return both clauses, joined without parentheses, as by the operators."""
    clauses = [clause for clause in (outer, inner) if isinstance(clause, str) and clause.strip()]
    return " AND ".join(clauses) or None


def problems_of(subject: str, declared: Declaration) -> list[Problem]:
    """Return the problems of a declared check, as problems of ``subject``."""
    _, problems = check_declarations([declared])
    return [Problem(subject, problem.argument, problem.value, problem.allowed) for problem in problems]
