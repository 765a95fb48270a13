"""Declarations become checks, or one error that lists everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Sequence

from airflow_dre.checks.arguments import Arguments
from airflow_dre.checks.check import Check
from airflow_dre.checks.declaration import Declaration
from airflow_dre.checks.distribution_checks import Distribution
from airflow_dre.checks.metric_checks import ColumnCountCheck, ColumnStddev, DistinctCheck, RowCountCheck
from airflow_dre.checks.readers import READERS
from airflow_dre.checks.schema_checks import SchemaIs, SchemaUnchanged
from airflow_dre.checks.table_checks import FailedRows, SameRowCount
from airflow_dre.checks.thresholds import as_number
from airflow_dre.errors import DefinitionError, Problem

_WHOLE_TABLE = {
    SchemaIs: "it looks at no rows",
    SchemaUnchanged: "it looks at no rows",
    ColumnCountCheck: "it looks at no rows",
    FailedRows: "write it into the SELECT",
    SameRowCount: "the other table is counted whole",
}
"""Checks that cannot be judged by segment, and why; all but the last take no filter either."""

_ALWAYS_A_NUMBER = (ColumnCountCheck, ColumnStddev, DistinctCheck, Distribution, RowCountCheck)
_BOUNDS = ("at_least", "at_most", "more_than", "less_than", "equals", "warn_at_least", "warn_at_most")


def find_problems(declarations: Sequence[object]) -> tuple[tuple[Check, ...], list[Problem]]:
    """Read every declaration; a templated one is left for the time when it is rendered."""
    checks: list[Check] = []
    problems: list[Problem] = []
    seen: dict[str, str] = {}
    for place, declaration in enumerate(declarations):
        if not isinstance(declaration, Declaration) or declaration.kind not in READERS:
            kinds = ", ".join(READERS)
            problems.append(Problem("checks", f"[{place}]", declaration, f"checks made by airflow_dre.checks: {kinds}"))
            continue
        if declaration.templated:
            continue
        subject = f"checks[{place}] {declaration.kind}"
        arguments = Arguments(subject, declaration.arguments)
        check = READERS[declaration.kind](arguments)
        _refuse_scope(check, arguments)
        _refuse_words(check, arguments)
        arguments.finish()
        problems.extend(arguments.problems)
        if arguments.problems:
            continue
        if check.id in seen:
            problems.append(Problem(subject, "name", check.name, f"a name of its own: it asks the same as {seen[check.id]}"))
        seen.setdefault(check.id, subject)
        checks.append(check)
    return tuple(checks), problems


def _refuse_scope(check: Check, arguments: Arguments) -> None:
    """Note a filter or a segment that this kind of check cannot have."""
    why = _WHOLE_TABLE.get(type(check))
    if why is None:
        return
    if check.traits.by is not None:
        arguments.refuse("by", f"no by beside {check.kind}: {why}")
    if check.traits.where is not None and not isinstance(check, SameRowCount):
        arguments.refuse("where", f"no where beside {check.kind}: {why}")


def _refuse_words(check: Check, arguments: Arguments) -> None:
    """Note a bound, such as a percent or a date, with which a number cannot be compared."""
    if isinstance(check, _ALWAYS_A_NUMBER):
        for bound in _BOUNDS:
            if (value := arguments.given.get(bound)) is not None and as_number(value) is None:
                arguments.refuse(bound, "a number")


def parse_checks(declarations: Sequence[object]) -> tuple[Check, ...]:
    """Read every declaration of a suite.

    :raises DefinitionError: lists all problems: each names the check, the argument, the value and what is allowed.
    """
    checks, problems = find_problems(declarations)
    if problems:
        raise DefinitionError(problems)
    return checks
