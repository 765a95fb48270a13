"""Names of the package: two public things never share one."""

from __future__ import annotations

import ast
from collections import defaultdict
from fnmatch import fnmatch
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "airflow_dre"


def modules() -> dict[str, ast.Module]:
    """Return the parsed modules of the package by path.

    Left out are the schemas of the API, which are named as the API names its data, and migrations, whose functions Alembic names.
    """
    found = {path.relative_to(PACKAGE).as_posix(): path for path in PACKAGE.rglob("*.py") if "node_modules" not in path.parts}
    exempt = [name for name in found if fnmatch(name, "api/*schemas.py") or fnmatch(name, "store/migrations/versions/*.py")]
    return {name: ast.parse(path.read_text()) for name, path in found.items() if name not in exempt}


def shared_names(kinds: type[ast.stmt] | tuple[type[ast.stmt], ...]) -> dict[str, list[str]]:
    """Return the public names that top-level definitions of several modules share, with the modules."""
    homes: defaultdict[str, set[str]] = defaultdict(set)
    for module, tree in modules().items():
        for node in tree.body:
            if isinstance(node, kinds) and isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
                homes[node.name].add(module)  # one, however many overloads it has
    return {name: sorted(found) for name, found in homes.items() if len(found) > 1 and not name.startswith("_")}


def test_two_public_classes_never_share_a_name() -> None:
    assert shared_names(ast.ClassDef) == {}


def test_two_public_functions_never_share_a_name() -> None:
    assert shared_names((ast.FunctionDef, ast.AsyncFunctionDef)) == {}
