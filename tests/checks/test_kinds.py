"""Every kind of check is complete: a test names the file in which a part is missing."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from airflow_dre import checks as public
from airflow_dre.checks import metrics, rules
from airflow_dre.checks.check import Check
from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.checks.declared.registry import CHECK_KINDS
from airflow_dre.checks.kinds.rows import RowCheck
from airflow_dre.checks.rule import Rule
from airflow_dre.partitions.merging import Unmergeable, state_spec_of
from airflow_dre.sql.expressions import expression
from airflow_dre.sql.predicates import violation_of
from airflow_dre.sql.queries import query_of
from tests.checks.test_laws import EVERY_KIND

ROOT = Path(__file__).parents[2]
EXAMPLES = {declaration.kind: declaration for declaration in EVERY_KIND}


def missing_parts(kind: str, example: Declaration | None) -> list[str]:
    """Return the files that lack a part of a kind of check, each with the part.

    :param example: a declaration of the kind; None: it is missing.
    """
    parts = [
        (kind in CHECK_KINDS, "airflow_dre/checks/declared/row_builders.py or builders.py: the reader of its arguments"),
        (
            kind in public.__all__,
            "airflow_dre/checks/__init__.py: its name, after its function in checks/declared/functions.py or measures.py",
        ),
        ((ROOT / "docs" / "checks" / f"{kind}.md").is_file(), f"docs/checks/{kind}.md: its page"),
        (f"(checks/{kind}.md)" in text("docs/checks.md"), "docs/checks.md: its line"),
        (example is not None, "tests/checks/test_laws.py: its example in EVERY_KIND"),
    ]
    if kind in CHECK_KINDS and example is not None:
        (check,) = parse_checks([example])
        parts += _parts_of(check)
    return [part for is_there, part in parts if not is_there]


def text(path: str) -> str:
    """Return the text of a file of the repository."""
    return (ROOT / path).read_text()


def _parts_of(check: Check) -> list[tuple[bool, str]]:
    rule = check.rule if isinstance(check, RowCheck) else None
    return [
        (rule is None or type(rule).row_reason is not Rule.row_reason, "airflow_dre/checks/rules.py: row_reason, why a row breaks it"),
        (rule is None or _is_registered(violation_of, rule), "airflow_dre/sql/predicates.py: the SQL of its rule"),
        *((_has_sql(metric), f"airflow_dre/sql/expressions.py or queries.py: the SQL of {metric}") for metric in check.metrics()),
        *((_merges_or_not(metric), f"airflow_dre/checks/metrics.py: merge or unmergeable of {metric}") for metric in check.metrics()),
    ]


def _is_registered(function: object, value: object) -> bool:
    return getattr(function, "dispatch")(type(value)) is not getattr(function, "dispatch")(object)  # noqa: B009


def _has_sql(metric: metrics.Metric) -> bool:
    known = {
        metrics.LastPassed,
        metrics.DuplicateCount,
        metrics.DistinctCount,
        metrics.MostCommon,
    }  # the store, and key_groups and most_common
    return type(metric) in known or _is_registered(expression, metric) or _is_registered(query_of, metric)


def _merges_or_not(metric: metrics.Metric) -> bool:
    spec = state_spec_of(metric, None) if metric.reads_rows else None
    return not isinstance(spec, Unmergeable) or spec.reason not in ("", metrics.Metric.unmergeable)


@pytest.mark.parametrize("kind", sorted({*CHECK_KINDS, *EXAMPLES}))
def test_a_kind_is_complete(kind: str) -> None:
    assert missing_parts(kind, EXAMPLES.get(kind)) == []


def test_what_a_new_kind_lacks_is_named() -> None:
    lacks = missing_parts("sounds_like", None)
    assert [part.partition(":")[0] for part in lacks] == [
        "airflow_dre/checks/declared/row_builders.py or builders.py",
        "airflow_dre/checks/__init__.py",
        "docs/checks/sounds_like.md",
        "docs/checks.md",
        "tests/checks/test_laws.py",
    ]


class Palindrome(rules.ColumnRule):
    """A rule that nothing else knows yet."""


def test_what_a_new_rule_lacks_is_named() -> None:
    lacks = [part for is_there, part in _parts_of(RowCheck(rule=Palindrome(column="a"))) if not is_there]
    assert [part.partition(":")[0] for part in lacks] == ["airflow_dre/checks/rules.py", "airflow_dre/sql/predicates.py"]


def test_knowledge_of_one_kind_is_on_the_kind() -> None:
    """Only the modules that render SQL may test which rule, metric or check they have."""
    named = {kind.__name__ for kind in _subclasses(metrics.Metric) | _subclasses(Rule) | _subclasses(Check)} - SHARED
    found = {
        path.relative_to(ROOT).as_posix()
        for path in sorted((ROOT / "airflow_dre").rglob("*.py"))
        if "node_modules" not in path.parts and "sql" not in path.parts and named & _tested_classes(ast.parse(path.read_text()))
    }
    assert found == set(MAY_ASK)


SHARED = {"PerSegment", "ColumnMetric", "LimitedCheck", "MetricCheck", "RowCheck", "Rule"}
"""Bases and wrappers, of which a new kind is one or inside one."""
MAY_ASK = {
    "airflow_dre/checks/segments.py": "second rounds, which count violations of a rule of each segment",
    "airflow_dre/services/quality/answers.py": "answers the metric that reads earlier results",
}


def _subclasses(kind: type) -> set[type]:
    direct: set[type] = set(kind.__subclasses__())
    return direct.union(*map(_subclasses, direct))


def _tested_classes(tree: ast.AST) -> set[str]:
    """Return the names of the classes that a module tests values for, and of the keys of its tables."""
    found: list[ast.expr] = []
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="isinstance"), args=[_, kinds]):
                found += kinds.elts if isinstance(kinds, ast.Tuple) else [kinds]
            case ast.MatchClass(cls=kind):
                found.append(kind)
            case ast.Dict(keys=keys):
                found += [key for key in keys if key is not None]
            case ast.Compare(left=ast.Call(func=ast.Name(id="type")), comparators=kinds):
                found += kinds
            case ast.FunctionDef(args=ast.arguments(args=[ast.arg(annotation=ast.expr() as kind), *_]), decorator_list=[*decorators]):
                found += [kind for decorator in decorators if isinstance(decorator, ast.Attribute) and decorator.attr == "register"]
    return {name.attr if isinstance(name, ast.Attribute) else name.id for name in found if isinstance(name, (ast.Attribute, ast.Name))}
