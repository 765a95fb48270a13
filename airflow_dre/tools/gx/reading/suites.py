"""Checks from a Great Expectations suite, or one error that lists every expectation without a native form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from difflib import get_close_matches

from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.checks.declared.parse import check_declarations
from airflow_dre.errors import DefinitionError, Problem
from airflow_dre.tools.expectations.arguments import ExpectationArguments, ExpectationSetting
from airflow_dre.tools.expectations.expectation import Expectation
from airflow_dre.tools.expectations.tables import FRAME_TYPES
from airflow_dre.tools.expectations.translations import TRANSLATIONS
from airflow_dre.tools.gx.reading.document import read_suite
from airflow_dre.tools.translation import Refused

_STATISTIC = "its p-value needs a statistical library that no database has"
NOT_NATIVE = {
    "expect_column_bootstrapped_ks_test_p_value_to_be_greater_than": _STATISTIC,
    "expect_column_chisquare_test_p_value_to_be_greater_than": _STATISTIC,
    "expect_column_pair_cramers_phi_value_to_be_less_than": "it needs a table of all pairs of values in memory",
    "expect_column_parameterized_distribution_ks_test_p_value_to_be_greater_than": _STATISTIC,
    "expect_column_values_to_be_dateutil_parseable": "databases cannot run Python's dateutil; of_type(column, 'timestamp') reads ISO 8601",
    "expect_column_values_to_match_json_schema": "databases cannot validate a JSON schema",
    "expect_column_values_to_match_strftime_format": "databases cannot run Python's strptime; write a regular expression for matches",
    "expect_column_values_to_not_be_outliers": "its methods are not those of z_scores",
    "expect_multicolumn_values_to_be_equal": "write compare(first, '==', other) for each pair of columns",
    "expect_query_results_to_match_comparison": "it compares two queries, possibly in two databases",
}
"""Known expectations without a native form, with the reason."""


def read_gx(
    suite: object,
    *,
    parameters: Mapping[str, object] | None = None,
    now: datetime | None = None,
    order_by: str | Iterable[str] | None = None,
    table: str | None = None,
    types_of: str | None = None,
) -> list[Declaration]:
    """Return the checks of a suite, in its order, each with the tag ``gx:<place>:<type>`` of its expectation.

    :raises DefinitionError: the suite cannot be read, or lists every expectation that has no native form.
    """
    order = order_by if order_by is None or isinstance(order_by, str) else tuple(order_by)
    if types_of is not None and types_of not in FRAME_TYPES:
        raise DefinitionError([Problem("from_gx", "types_of", types_of, ", ".join(FRAME_TYPES))])
    setting = ExpectationSetting(parameters=parameters or {}, now=now, order_by=order, table=table, types_of=types_of)
    problems: list[Problem] = []
    found: list[Declaration] = []
    seen: dict[str, int] = {}
    for expectation in read_suite(suite):
        try:
            parts = _translated(expectation, setting)
        except Refused as refused:
            problems.append(Problem(expectation.subject, refused.argument, refused.value, refused.allowed))
            continue
        checked = [_checked(part, expectation, seen) for part in parts]
        problems += [problem for _, wrong in checked for problem in wrong]
        found += [part for part, _ in checked]
    if problems:
        raise DefinitionError(problems)
    return found


def _translated(expectation: Expectation, setting: ExpectationSetting) -> list[Declaration]:
    translate = TRANSLATIONS.get(expectation.type)
    if translate is None:
        raise Refused("type", expectation.type, _why_not(expectation.type))
    arguments = ExpectationArguments(expectation, setting)
    parts = translate(arguments)
    arguments.finish()
    tag = f"gx:{expectation.place}:{expectation.type}"
    return [Declaration(part.kind, {**part.arguments, "tags": [tag]}, final=part.final, by_kind=True) for part in parts]


def _why_not(kind: str) -> str:
    if kind in NOT_NATIVE:
        return f"an expectation with a native form: {NOT_NATIVE[kind]}. GXCheckOperator runs it in Great Expectations itself"
    near = get_close_matches(kind, TRANSLATIONS.keys() | NOT_NATIVE.keys(), 3)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    return f"{hint}An expectation that Great Expectations 1.24 knows"


def _checked(part: Declaration, expectation: Expectation, seen: dict[str, int]) -> tuple[Declaration, list[Problem]]:
    """Return the part with a unique name, and its problems, as problems of the expectation."""
    checks, problems = check_declarations([part])
    if problems or not checks:
        return part, [Problem(expectation.subject, problem.argument, problem.value, problem.allowed) for problem in problems]
    name = checks[0].name if expectation.name is None else f"{expectation.name}: {checks[0].name}"
    count = seen[name] = seen.get(name, 0) + 1
    if count > 1:
        name = f"{name} ({count})"
    if name == checks[0].default_name:
        return part, []
    return Declaration(part.kind, {**part.arguments, "name": name}, final=part.final, by_kind=part.by_kind), []
