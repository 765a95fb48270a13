"""The tree of exceptions, their messages, and their way between processes."""

from __future__ import annotations

import copy
import inspect
import pickle
import re

import pytest

from airflow_dre import errors
from airflow_dre.errors import (
    DefinitionError,
    DreError,
    FilesUnreachable,
    GateError,
    PlugInError,
    Problem,
    QuarantineError,
    QueryFailed,
    StatementTimeout,
    StoreBusy,
    StoreError,
    StoreMisaddressed,
    StoreNotMigrated,
    StoreRefused,
    StoreTooNew,
    StoreUnreachable,
    TypesChanged,
    WarehouseError,
    WarehouseUnreachable,
    WriteConflict,
)

THRESHOLD = Problem("checks[2] not_null", "fail_above", "5 %%", "a count or a percent")
TABLE = Problem("suite", "table", None, "a name")

TREE: dict[type[Exception], type[Exception]] = {
    DreError: Exception,
    DefinitionError: DreError,
    PlugInError: DreError,
    TypesChanged: DreError,
    WarehouseError: DreError,
    WarehouseUnreachable: WarehouseError,
    FilesUnreachable: WarehouseUnreachable,
    QueryFailed: WarehouseError,
    StatementTimeout: QueryFailed,
    WriteConflict: QueryFailed,
    StoreError: DreError,
    StoreUnreachable: StoreError,
    StoreBusy: StoreUnreachable,
    StoreMisaddressed: StoreError,
    StoreNotMigrated: StoreError,
    StoreTooNew: StoreError,
    StoreRefused: StoreError,
    QuarantineError: DreError,
    GateError: DreError,
}
EXAMPLES = [DefinitionError([THRESHOLD, TABLE]), *(kind("no such column: zz") for kind in TREE if kind is not DefinitionError)]


def test_the_tree_is_the_one_that_is_drawn() -> None:
    found = {kind: kind.__base__ for kind in vars(errors).values() if inspect.isclass(kind) and issubclass(kind, Exception)}
    assert found == TREE
    names = "|".join(kind.__name__ for kind in TREE)
    drawn = re.findall(rf"^    ((?:│|├|└|─| )*)({names})\b", errors.__doc__ or "", re.MULTILINE)
    last_at: dict[int, str] = {}
    parents = {}
    for lines, name in drawn:
        parents[name] = next((last_at[depth] for depth in sorted(last_at, reverse=True) if depth < len(lines)), "Exception")
        last_at = {depth: known for depth, known in last_at.items() if depth < len(lines)} | {len(lines): name}
    assert parents == {kind.__name__: base.__name__ for kind, base in TREE.items()}


@pytest.mark.parametrize(
    ("problem", "message"),
    [
        pytest.param(
            THRESHOLD, "checks[2] not_null: invalid fail_above='5 %%'. Allowed: a count or a percent", id="what, which, and what is allowed"
        ),
        pytest.param(TABLE, "suite: invalid table=None. Allowed: a name", id="a value that is missing"),
        pytest.param(
            Problem("suite", "table", 'x"; DROP TABLE y --\n', "a name"),
            "suite: invalid table='x\"; DROP TABLE y --\\n'. Allowed: a name",
            id="an odd value stays on one line",
        ),
    ],
)
def test_a_problem_says_what_is_wrong_and_what_is_allowed(problem: Problem, message: str) -> None:
    assert str(problem) == message


@pytest.mark.parametrize(
    ("problems", "message"),
    [
        pytest.param([TABLE], f"1 problem in the definition:\n- {TABLE}", id="one problem"),
        pytest.param([THRESHOLD, TABLE], f"2 problems in the definition:\n- {THRESHOLD}\n- {TABLE}", id="two problems, in their order"),
    ],
)
def test_a_definition_error_tells_every_problem(problems: list[Problem], message: str) -> None:
    error = DefinitionError(iter(problems))
    assert str(error) == message
    assert error.problems == tuple(problems)


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize(
    "way", [lambda error: pickle.loads(pickle.dumps(error)), copy.copy, copy.deepcopy], ids=["pickle", "copy", "deepcopy"]
)
def test_an_error_survives_the_way_between_processes(error: DreError, way: object) -> None:
    assert callable(way)
    other = way(error)
    assert type(other) is type(error)
    assert str(other) == str(error)
    assert getattr(other, "problems", None) == getattr(error, "problems", None)


@pytest.mark.parametrize("kind", TREE, ids=lambda kind: kind.__name__)
def test_every_error_says_in_its_docstring_what_it_means(kind: type[Exception]) -> None:
    assert re.match(r"[A-Z].*\.", kind.__dict__["__doc__"] or "", re.DOTALL)
