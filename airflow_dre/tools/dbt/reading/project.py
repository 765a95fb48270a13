"""Checks from the generic tests of a dbt ``schema.yml``, or one error that lists every test without a native form."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from difflib import get_close_matches

from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.checks.declared.parse import check_declarations
from airflow_dre.errors import DefinitionError, Problem
from airflow_dre.tools.dbt.reading.arguments import Counts, DbtArguments, DbtSetting, Translated, reference_in
from airflow_dre.tools.dbt.reading.document import DbtTable, Test, read_tables, read_test
from airflow_dre.tools.dbt.reading.expectations import EXPECTATIONS
from airflow_dre.tools.dbt.reading.tests import NOT_NATIVE, TESTS
from airflow_dre.tools.dbt.reading.thresholds import ALLOWED, USUAL, most_accepted
from airflow_dre.tools.translation import Refused, check

TRANSLATIONS = {**TESTS, **EXPECTATIONS}
UNSUPPORTED = ("error", "skip")
_HARMLESS = ("description", "meta", "tags")


def read_dbt(
    properties: object,
    *,
    model: str | None = None,
    source: str | None = None,
    in_schema: str | None = None,
    tables: Mapping[str, str] | None = None,
    unsupported: str = "error",
) -> list[Declaration]:
    """Return the checks of one table of the document, in its order, each with the tag ``dbt:<test>``.

    :raises DefinitionError: the document cannot be read, or lists every test that has no native form.
    """
    if unsupported not in UNSUPPORTED:
        raise DefinitionError([Problem("from_dbt", "unsupported", unsupported, " or ".join(UNSUPPORTED))])
    known = read_tables(properties)
    setting = DbtSetting(known=known, tables=tables or {}, schema=in_schema)
    problems: list[Problem] = []
    found: list[Declaration] = []
    seen: dict[str, int] = {}
    table = _chosen(known, model, source)
    for column, written in table.written:
        test = read_test(table, column, written)
        if test.config.get("enabled") is False:
            continue
        try:
            parts = _translated(test, setting)
        except Refused as refused:
            problems.append(Problem(test.subject, refused.argument, refused.value, refused.allowed))
            continue
        checked = [_named(part, test, len(parts) > 1, seen) for part in parts]
        wrong = [problem for _, problems_of_part in checked for problem in problems_of_part]
        problems += wrong
        found += [] if wrong else [part for part, _ in checked]
    if problems and unsupported == "error":
        raise DefinitionError(problems)
    for problem in problems:
        warnings.warn(f"from_dbt skips this test: {problem}", stacklevel=3)
    return found


def _chosen(known: Mapping[str, DbtTable], model: str | None, source: str | None) -> DbtTable:
    """Return the table that the caller chose."""
    names = ", ".join(known) or "none, since the document has no model, seed, snapshot or source"
    wanted = model if source is None else source
    if wanted is None and len(known) == 1:
        return next(iter(known.values()))
    if wanted is None or (model is not None and source is not None):
        raise DefinitionError([Problem("from_dbt", "model", wanted, f"exactly one of model= and source=, one of {names}")])
    if wanted not in known or ("source" in known[wanted].content) != (source is not None):
        near = get_close_matches(wanted, known, 1)
        hint = f"did you mean {near[0]}? " if near else ""
        argument = "model" if source is None else "source"
        raise DefinitionError([Problem("from_dbt", argument, wanted, f"{hint}One of {names}" if known else names)])
    return known[wanted]


def _translated(test: Test, setting: DbtSetting) -> list[Declaration]:
    translate = TRANSLATIONS.get(test.kind)
    if translate is None:
        raise Refused("test", test.kind, _why_not(test.kind))
    for name, value in {**test.arguments, **test.config}.items():
        if name not in _HARMLESS and _has_jinja(value) and reference_in(value) is None:
            raise Refused(name, value, "a value without Jinja, which only dbt renders")
    arguments = DbtArguments(test, setting)
    translated = translate(arguments)
    arguments.finish()
    options = _options(test)
    limited = _limited(test, translated)
    return [_with_options(part, {**options, **more}, test) for part, more in limited]


def _has_jinja(value: object) -> bool:
    return any(mark in repr(value) for mark in ("{{", "{%"))


def _why_not(kind: str) -> str:
    if kind in NOT_NATIVE:
        return f"a test with a native form: {NOT_NATIVE[kind]}. DbtResultsOperator records what dbt finds"
    near = get_close_matches(kind, TRANSLATIONS, 1, 0.8)
    hint = f"did you mean {near[0]}? " if near else ""
    return f"{hint}A test with a native form; for others, those of the project among them, DbtResultsOperator records what dbt finds"


def _options(test: Test) -> dict[str, object]:
    where = test.config.get("where")
    if where is not None and not isinstance(where, str):
        raise Refused("where", where, "a SQL condition")
    if (calculated := test.config.get("fail_calc", "count(*)")) != "count(*)":
        raise Refused("fail_calc", calculated, "count(*)")
    found = {"where": where, "description": test.description, "owner": test.owner, "tags": [*test.tags, f"dbt:{test.kind}"]}
    return {name: value for name, value in found.items() if value is not None}


def _limited(test: Test, translated: Translated) -> list[tuple[Declaration, dict[str, object]]]:
    """Return the parts with ``severity``, ``warn_if`` and ``error_if``. A failure precedes a warning, and a lenient test only warns."""
    severity = str(test.config.get("severity", "error")).lower()
    if severity not in ("error", "warn"):
        raise Refused("severity", test.config["severity"], "error or warn")
    warn, fail = (_most(test, name) for name in ("warn_if", "error_if"))
    lenient: dict[str, object] = {"severity": "warn"} if severity == "warn" else {}
    most, earlier = (warn, None) if lenient else (fail, warn if warn < fail else None)
    if (most, earlier) == (0, None):
        return [(part, lenient) for part in translated.parts]
    if "limit" in test.config:
        raise Refused("limit", test.config["limit"], "no limit, which warn_if and error_if do not take: failures above it are not counted")
    if translated.counts is Counts.ONCE:
        if most and earlier == 0:
            return [(part, {"severity": "warn"}) for part in translated.parts]
        raise Refused("error_if", test.config.get("error_if"), "'!= 0': this test has one failure or none")
    bounds: dict[str, object] = {"fail_above": most, **({} if earlier is None else {"warn_above": earlier})}
    if translated.counts is Counts.ROWS and len(translated.parts) == 1:
        return [(translated.parts[0], {**lenient, **bounds})]
    if translated.of_values is None:
        raise Refused("error_if", test.config.get("error_if"), "'!= 0': dbt counts different values here, and our check counts rows")
    number = check("metric_sql", sql=translated.of_values, at_most=most, name=f"{test.kind}({test.column})")
    if earlier is not None:
        number.arguments["warn_at_most"] = earlier
    return [(number, lenient)]


def _most(test: Test, name: str) -> int:
    condition = test.config.get(name, USUAL)
    most = most_accepted(condition) if isinstance(condition, str) else None
    if most is None:
        raise Refused(name, condition, ALLOWED)
    return most


def _with_options(part: Declaration, options: Mapping[str, object], test: Test) -> Declaration:
    """Return the part with its options. Of two conditions, both must hold for a row to be checked."""
    own, given = part.arguments.get("where"), options.get("where")
    where = f"({own}) AND ({given})" if own is not None and given is not None else given if own is None else own
    name = part.arguments.get("name") if test.name is None else test.name
    return Declaration(part.kind, {**part.arguments, **options, "where": where, "name": name}, final=True)


def _named(part: Declaration, test: Test, several: bool, seen: dict[str, int]) -> tuple[Declaration, list[Problem]]:
    """Return the part with a unique name, and its problems, as problems of the test."""
    checks, problems = check_declarations([part])
    if problems or not checks:
        return part, [Problem(test.subject, problem.argument, problem.value, problem.allowed) for problem in problems]
    name = f"{checks[0].name}: {checks[0].default_name}" if several and test.name is not None else checks[0].name
    count = seen[name] = seen.get(name, 0) + 1
    if count > 1:
        name = f"{name} ({count})"
    if name == checks[0].default_name:
        return part, []
    return Declaration(part.kind, {**part.arguments, "name": name}, final=True), []
