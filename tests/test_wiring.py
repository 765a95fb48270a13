"""Settings are read by ``services.wiring`` alone, once for each use case and never at import."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "airflow_dre"
HOMES = {"config.py", "services/wiring.py"}
READERS = {"read_settings", "read_wiring", "open_configured_store"}
"""Functions that read the settings, the last two by way of the first."""


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Yield the modules that mention one of the readers, parsed, by path."""
    for path in sorted(PACKAGE.rglob("*.py")):
        text = "" if "node_modules" in path.parts else path.read_text()
        if any(name in text for name in READERS):
            yield path.relative_to(PACKAGE).as_posix(), ast.parse(text)


def names_in(nodes: Iterator[ast.AST]) -> set[str]:
    """Return the names that are read, taken from an object, imported or defined as functions."""
    found = set()
    for node in nodes:
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name) | ast.FunctionDef(name=name):
                found.add(name)
    return found


def at_import(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the calls that run when a module is imported, which those in the bodies of functions do not."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            outer = [*node.decorator_list, *node.args.defaults, *(default for default in node.args.kw_defaults if default)]
            for part in outer:
                yield from (inner.func for inner in ast.walk(part) if isinstance(inner, ast.Call))
        elif not isinstance(node, ast.Lambda):
            if isinstance(node, ast.Call):
                yield node.func
            yield from at_import(node)


def test_only_the_wiring_reads_the_settings() -> None:
    assert {name for name, tree in modules() if "read_settings" in names_in(ast.walk(tree))} == HOMES


def test_no_module_reads_the_settings_when_it_is_imported() -> None:
    assert [name for name, tree in modules() if READERS & names_in(at_import(tree))] == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("settings = read_settings()", {"read_settings"}),
        ("class A:\n    settings = config.read_settings()", {"read_settings"}),
        ("def f(settings=read_settings()):\n    pass", {"read_settings"}),
        ("def f():\n    return read_settings()", set()),
        ("f = lambda: read_settings()", set()),
    ],
    ids=["module", "class", "default", "function", "lambda"],
)
def test_what_is_called_at_import_is_found(text: str, names: set[str]) -> None:
    assert names_in(at_import(ast.parse(text))) == names
