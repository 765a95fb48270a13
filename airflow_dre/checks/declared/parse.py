"""Declarations become checks, or one error that lists everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from airflow_dre.checks.check import Check
from airflow_dre.checks.declared.arguments import Arguments
from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.checks.declared.kind import CheckKind
from airflow_dre.checks.declared.registry import CHECK_KINDS, GROUP, find_kind
from airflow_dre.checks.declared.same_names import distinguish_names
from airflow_dre.declaring.functions import REQUIRED
from airflow_dre.declaring.slips import nearest
from airflow_dre.errors import DefinitionError, PlugInError, Problem
from airflow_dre.plug_ins import describe_plug_in, foreign_reason
from airflow_dre.values.numbers import as_number

_IMPORTERS = ("from_column_mapping", "from_dbt", "from_gx")
_BOUNDS = ("at_least", "at_most", "more_than", "less_than", "equals", "warn_at_least", "warn_at_most")


def read_declarations(given: object, subject: str) -> tuple[list[Declaration], list[Problem]]:
    """Return the checks of an author, and the problems of the list itself.

    Single checks are read by :func:`check_declarations`. Any iterable of checks is accepted, a generator included.
    """
    if given is REQUIRED:
        return [], [Problem(subject, "checks", None, "a list of checks, for example checks=[not_null('id')]: this argument is required")]
    if isinstance(given, Declaration):
        return [], [Problem(subject, "checks", given, f"a list of checks: write checks=[{given.kind}(...)]")]
    if given is None or isinstance(given, (str, bytes, Mapping)) or not isinstance(given, Iterable):
        return [], [Problem(subject, "checks", given, _bare(given) or "a list of checks, for example checks=[not_null('id')]")]
    return list(given), []


def _bare(given: object) -> str | None:
    """Return how to write a check whose brackets were forgotten, or None where it is something else."""
    name = getattr(given, "__name__", None)
    return f"{name}(...) with its arguments in brackets" if callable(given) and (name in CHECK_KINDS or name in _IMPORTERS) else None


def _allowed_instead(given: object) -> str:
    kinds = ", ".join(CHECK_KINDS)
    if isinstance(given, (list, tuple)) and given and all(isinstance(each, Declaration) for each in given):
        return "single checks: write *from_gx(...) or * before any other list in the list"
    near = None if given in list(CHECK_KINDS) else nearest(given, CHECK_KINDS)
    hint = f"; did you mean {near}(...)?" if near else ""
    return _bare(given) or f"checks made by airflow_dre.checks: {kinds}{hint}"


def _kind_of(declaration: object) -> CheckKind | str:
    """Return the kind of a declaration, or what is allowed in its place."""
    try:
        kind = find_kind(declaration.kind) if isinstance(declaration, Declaration) else None
    except PlugInError as broken:
        return f"a kind of check that loads; {broken}"
    return kind or _allowed_instead(declaration)


def check_declarations(declarations: Sequence[object]) -> tuple[tuple[Check, ...], list[Problem]]:
    """Read every declaration, except templated ones, which are read once they are rendered."""
    checks: list[Check] = []
    problems: list[Problem] = []
    seen: dict[str, str] = {}
    for place, declaration in enumerate(declarations):
        kind = _kind_of(declaration)
        if isinstance(kind, str) or not isinstance(declaration, Declaration):
            problems.append(Problem("checks", f"[{place}]", declaration, str(kind)))
            continue
        if declaration.templated:
            continue
        subject = f"checks[{place}] {declaration.kind}"
        arguments = Arguments(subject, declaration.arguments, by_kind=declaration.by_kind)
        try:
            check = _read_check(kind, arguments) if declaration.kind in CHECK_KINDS else _read_foreign_check(kind, declaration, arguments)
        except PlugInError as broken:
            problems += [*arguments.problems, Problem("checks", f"[{place}]", declaration, f"a kind of check that works; {broken}")]
            continue
        problems.extend(arguments.problems)
        if arguments.problems:
            continue
        if check.id in seen:
            problems.append(Problem(subject, "name", check.name, f"a unique name: this check is identical to {seen[check.id]}"))
        seen.setdefault(check.id, subject)
        checks.append(check)
    return distinguish_names(checks), problems


def _read_check(kind: CheckKind, arguments: Arguments) -> Check:
    """Read the arguments of a declaration, and note what is wrong with them."""
    check = kind.read(arguments)
    _refuse_scope(check, arguments)
    _refuse_words(check, arguments)
    arguments.finish()
    return check


def _read_foreign_check(kind: CheckKind, declaration: Declaration, arguments: Arguments) -> Check:
    """Read a check of another package as :func:`_read_check` does.

    :raises PlugInError: the kind raised an error, or it made no check that can be identified.
    """
    try:
        check = _read_check(kind, arguments)
        if not isinstance(check, Check):
            raise TypeError(f"it is no Check, but of type {type(check).__name__}")
        if not arguments.problems:
            _ = check.id, check.name
    except Exception as error:  # a kind of somebody else may raise anything
        raise PlugInError(f"{describe_plug_in(GROUP, declaration.kind)} raised {foreign_reason(error)}") from error
    return check


def _refuse_scope(check: Check, arguments: Arguments) -> None:
    """Note a filter or a segment that this kind of check cannot have."""
    if check.refuses_by and check.options.by is not None:
        arguments.refuse("by", f"no by together with {check.kind}: {check.refuses_by}")
    if check.refuses_where and check.options.where is not None:
        arguments.refuse("where", f"no where together with {check.kind}: {check.refuses_where}")


def _refuse_words(check: Check, arguments: Arguments) -> None:
    """Note a bound, such as a percent or a date, with which a number cannot be compared."""
    if check.bounds_are_numbers:
        for bound in _BOUNDS:
            if (value := arguments.given.get(bound)) is not None and as_number(value) is None:
                arguments.refuse(bound, "a number")


def parse_checks(declarations: Sequence[object]) -> tuple[Check, ...]:
    """Read every declaration of a suite.

    :raises DefinitionError: lists all problems: each names the check, the argument, the value and what is allowed.
    """
    checks, problems = check_declarations(declarations)
    if problems:
        raise DefinitionError(problems)
    return checks
