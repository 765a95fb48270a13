"""Each way to fail ends as exactly one live incident with the right cause.

All runs start together, so that the scenarios cost the time of the slowest one.
"""

from __future__ import annotations

import time
from typing import Any

import pytest

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]


def wait(until: Any, seconds: float, what: str) -> None:
    """Poll until something is true."""
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, f"waited {seconds:.0f} s in vain for {what}"
        time.sleep(0.5)


STARTED = [
    "killed",
    "killed_and_told",
    "bad_data",
    "bad_mapped",
    "flaky",
    "by_hand",
    "late",
    "no_warehouse",
    *[f"waits_{mode}_{table}" for mode in ("poke", "reschedule", "deferrable") for table in ("good", "old")],
]


@pytest.fixture(scope="session")
def runs(stack: Any) -> dict[str, str]:
    """One run of each Dag; ``by_hand`` is marked failed as soon as its task runs."""
    started = {dag_id: stack.trigger(dag_id) for dag_id in STARTED}
    wait(lambda: stack.tasks("by_hand", started["by_hand"])["sleep"]["state"] == "running", 180, "the task of by_hand to run")
    stack.call("PATCH", f"api/v2/dags/by_hand/dagRuns/{started['by_hand']}", json={"state": "failed"}).raise_for_status()
    return started


def the_incident(stack: Any, condition: str, seconds: float = 120) -> Any:
    """The one live incident that meets a condition, after a moment in which a second one could have opened."""
    wait(lambda: stack.incidents(condition), seconds, f"an incident where {condition}")
    time.sleep(3)
    found = stack.incidents(condition)
    assert len(found) == 1, [tuple(row) for row in found]
    return found[0]


def test_bad_data_is_one_incident_of_the_dataset_and_is_not_retried(stack: Any, runs: dict[str, str]) -> None:
    assert stack.finish("bad_data", runs["bad_data"]) == "failed"
    wait(lambda: stack.told_about("orders"), 60, "the message")
    row = the_incident(stack, "dag_id = 'bad_data'")
    assert (row["kind"], row["event"], row["suite"], row["occurrences"], row["severity"]) == ("data", "checks_failed", "orders", 1, "high")
    assert row["name"] == "main.orders"
    assert stack.tasks("bad_data", runs["bad_data"])["check"]["try_number"] == 1
    time.sleep(8)  # the Dag's own callback runs in the Dag processor, seconds later
    assert len(stack.incidents("dag_id = 'bad_data'")) == 1
    assert stack.told_about("main.orders") == ["firing"]


def test_good_data_resolves_it_and_the_people_hear(stack: Any, runs: dict[str, str]) -> None:
    stack.finish("bad_data", runs["bad_data"])
    stack.warehouse("UPDATE orders SET amount = 20 WHERE amount IS NULL")
    assert stack.finish("bad_data", stack.trigger("bad_data")) == "success"
    wait(lambda: stack.told_about("main.orders") == ["firing", "resolved"], 60, "the second message")
    assert [row["status"] for row in stack.incidents("dag_id = 'bad_data'")] == ["resolved"]


@pytest.mark.parametrize("dag_id", ["killed", "killed_and_told"])
def test_a_killed_task_is_one_incident_though_no_task_callback_ran(stack: Any, runs: dict[str, str], dag_id: str) -> None:
    assert stack.finish(dag_id, runs[dag_id]) == "failed"
    row = the_incident(stack, f"dag_id = '{dag_id}'")
    assert (row["kind"], row["event"], row["task_id"], row["occurrences"], row["status"]) == ("pipeline", "task_failed", "load", 1, "open")
    if dag_id == "killed_and_told":
        wait(lambda: stack.told_about("killed_and_told"), 60, "the message of the Dag's callback")
        assert stack.told_about("killed_and_told") == ["firing"]
        assert len(stack.incidents("dag_id = 'killed_and_told'")) == 1


def test_a_run_that_a_person_marked_failed_is_one_incident_of_the_dag(stack: Any, runs: dict[str, str]) -> None:
    row = the_incident(stack, "dag_id = 'by_hand'")
    assert (row["kind"], row["event"], row["task_id"], row["occurrences"]) == ("pipeline", "run_failed", None, 1)
    assert "by hand" in row["title"]


def test_a_flaky_task_is_one_incident_when_its_retries_are_used_up(stack: Any, runs: dict[str, str]) -> None:
    assert stack.finish("flaky", runs["flaky"]) == "failed"
    row = the_incident(stack, "dag_id = 'flaky'")
    assert (row["event"], row["task_id"], row["occurrences"], row["try_number"]) == ("task_failed", "sometimes", 1, 2)
    events = stack.rows(f"SELECT detail FROM dre_incident_event WHERE incident_id = {row['id']}")
    assert any("{{ conn.warehouse.host }}" in event["detail"] for event in events), "text of a failure is never rendered"


def test_a_missed_deadline_is_one_incident_until_the_run_succeeds(stack: Any, runs: dict[str, str]) -> None:
    row = the_incident(stack, "dag_id = 'late'")
    assert (row["kind"], row["event"], row["deadline"], row["occurrences"]) == ("pipeline", "deadline_missed", "noon", 1)
    assert stack.finish("late", runs["late"]) == "success"
    wait(lambda: stack.incidents("dag_id = 'late'")[0]["status"] == "resolved", 30, "the incident to be resolved")


def test_a_table_goes_stale_while_its_dag_is_paused_and_calls_back_once(stack: Any) -> None:
    row = the_incident(stack, "suite = 'stale hourly'", 180)
    assert (row["kind"], row["event"], row["name"], row["severity"]) == ("data", "stale", "main.stale", "high")
    looks = "SELECT COUNT(*) AS n FROM dre_sla WHERE state = 'missed' AND evaluated_at > since"
    wait(lambda: stack.rows(looks)[0]["n"] == 1, 90, "a second look")
    (row,) = stack.incidents("suite = 'stale hourly'")
    assert (row["status"], row["occurrences"]) == ("open", 1)
    assert stack.told_about("stale hourly") == ["firing"]
    stack.warehouse("UPDATE stale SET created_at = datetime('now')")
    wait(lambda: stack.told_about("stale hourly") == ["firing", "resolved"], 90, "the SLA to be met again")
    assert [row["status"] for row in stack.incidents("suite = 'stale hourly'")] == ["resolved"]


def test_an_unreachable_warehouse_is_retried_and_is_a_problem_of_the_task(stack: Any, runs: dict[str, str]) -> None:
    assert stack.finish("no_warehouse", runs["no_warehouse"]) == "failed"
    assert stack.tasks("no_warehouse", runs["no_warehouse"])["check"]["try_number"] == 2
    row = the_incident(stack, "dag_id = 'no_warehouse'")
    assert (row["kind"], row["event"], row["occurrences"]) == ("pipeline", "task_failed", 1)
    assert "hunter2" not in str([tuple(event) for event in stack.rows("SELECT * FROM dre_incident_event")])


def test_a_mapped_check_has_results_and_an_incident_of_its_own(stack: Any, runs: dict[str, str]) -> None:
    assert stack.finish("bad_mapped", runs["bad_mapped"]) == "failed"
    row = the_incident(stack, "dag_id = 'bad_mapped'")
    assert (row["kind"], row["name"], row["occurrences"]) == ("data", "main.bad", 1)
    for index, outcome in ((0, "passed"), (1, "failed")):
        query = {"dag_id": "bad_mapped", "run_id": runs["bad_mapped"], "task_id": "check", "map_index": index}
        found = stack.call("GET", "dre/api/task-results", params=query).json()
        assert [run["run"]["outcome"] for run in found["runs"]] == [outcome]


def test_every_mode_of_the_sensor_gives_the_same_outcome(stack: Any, runs: dict[str, str]) -> None:
    values = []
    for mode in ("poke", "reschedule", "deferrable"):
        fresh, old = f"waits_{mode}_good", f"waits_{mode}_old"
        assert stack.finish(fresh, runs[fresh]) == "success", mode
        assert stack.finish(old, runs[old]) == "failed", mode
        path = f"api/v2/dags/{fresh}/dagRuns/{runs[fresh]}/taskInstances/wait/xcomEntries/return_value"
        values.append(stack.call("GET", path).json()["value"])
    assert values[0] == values[1] == values[2]
    assert "main.good" in str(values[0])


def test_a_receiver_that_answers_500_hears_later_from_the_monitor(stack: Any, runs: dict[str, str]) -> None:
    stack.finish("flaky", runs["flaky"])
    stack.refusals.append(500)
    stack.warehouse("UPDATE orders SET amount = NULL WHERE id = 2")
    before = stack.told_about("main.orders").count("firing")
    assert stack.finish("bad_data", stack.trigger("bad_data")) == "failed"
    wait(lambda: stack.told_about("main.orders").count("firing") == before + 1, 90, "the monitor to send it again")
    waiting = stack.rows("SELECT attempts FROM dre_outbox WHERE attempts > 1 AND status = 'sent'")
    assert waiting
