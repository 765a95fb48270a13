"""A deadline of a task is missed once, or not at all, whatever became of the task."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from typing import Any

import pytest

from tests.stack.conftest import wait

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]


def outcomes(stack: Any, dag_id: str) -> dict[str, str]:
    """Return the results of the deadlines of a Dag that are over, by name."""
    with contextlib.closing(sqlite3.connect(stack.home / "airflow.db", timeout=30)) as connection:
        found = connection.execute(
            "SELECT a.name, c.output FROM deadline d JOIN callback c ON c.id = d.callback_id"
            " JOIN deadline_alert a ON a.id = d.deadline_alert_id JOIN dag_run r ON r.id = d.dagrun_id"
            " WHERE r.dag_id = ? AND c.state = 'success'",
            (dag_id,),
        )
        return {name: str(output) for name, output in found}


def wait_and_release(stack: Any) -> None:
    """Wait until the deadlines of the tasks that hang are over, then let them go on."""
    wait(lambda: len(outcomes(stack, "due")) == 3 and outcomes(stack, "due_killed"), 300, "the deadlines to be over")
    (stack.home / "release").touch()


def paged(stack: Any) -> list[dict[str, Any]]:
    """Return the calls of the callables."""
    file = stack.home / "paged.txt"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def test_a_task_that_hangs_and_one_that_never_started_miss_their_deadlines_once(stack: Any, runs: dict[str, str]) -> None:
    wait_and_release(stack)
    assert outcomes(stack, "due") == {"hangs: soon": "missed", "waits: soon": "missed", "quick: later": "met"}
    (row,) = stack.incidents("dag_id = 'due'")
    assert (row["event"], row["task_id"], row["deadline"], row["occurrences"]) == ("deadline_missed", "hangs", "soon", 1)
    assert "Task due.hangs missed its deadline soon: running, due at " in row["title"]
    assert stack.finish("due", runs["due"]) == "success"
    wait(lambda: stack.incidents("dag_id = 'due'")[0]["status"] == "resolved", 30, "the incident to be resolved")
    wait(lambda: stack.told_about("due.hangs missed") == ["firing", "resolved"], 60, "both messages, in order")
    (call,) = [call for call in paged(stack) if call.get("task") == "hangs"]
    assert (call["state"], call["run"]) == ("running", runs["due"])
    assert call["late"] >= 0
    (old,) = [call for call in paged(stack) if call.get("dag") == "due"]
    assert old["tasks"] == ["waits"]
    assert old["blocking"]["waits"] is None
    assert "quick" not in old["blocking"]
    assert [call for call in paged(stack) if call.get("task") == "quick"] == []


def test_a_killed_task_misses_its_deadline_once_and_recovers_with_its_next_try(stack: Any, runs: dict[str, str]) -> None:
    wait_and_release(stack)
    assert outcomes(stack, "due_killed") == {"load: soon": "missed"}
    assert stack.finish("due_killed", runs["due_killed"]) == "success"
    wait(lambda: [row["status"] for row in stack.incidents("dag_id = 'due_killed'")] == ["resolved"], 30, "one incident, resolved")
    wait(lambda: stack.told_about("due_killed.load missed") == ["firing", "resolved"], 60, "both messages, in order")
    (call,) = [call for call in paged(stack) if call.get("run") == runs["due_killed"]]
    assert call["state"] in ("waiting for its next try", "not started", "running")


def test_a_run_that_a_person_failed_is_not_reported_again_by_its_deadlines(stack: Any, runs: dict[str, str]) -> None:
    wait(lambda: len(outcomes(stack, "failed_early")) == 2, 300, "two deadlines to be over")
    assert outcomes(stack, "failed_early")["sleeps: soon"] == "reported"
    assert [row["event"] for row in stack.incidents("dag_id = 'failed_early'")] == ["run_failed"]
    assert [call for call in paged(stack) if call.get("run") == runs["failed_early"]] == []
