"""Each way to fail ends as exactly one live incident with the right cause.

All runs start together (fixture ``runs``), so that the scenarios cost the time of the slowest one.
"""

from __future__ import annotations

import time
from typing import Any

import pytest

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]
MODES = ("poke", "reschedule", "deferrable")
SEVERITIES = ("low", "medium", "high", "critical")


def wait(until: Any, seconds: float, what: str) -> None:
    """Poll until something is true."""
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, f"waited {seconds:.0f} s for {what}"
        time.sleep(0.5)


def the_incident(stack: Any, condition: str, seconds: float = 120) -> Any:
    """Return the one incident that meets a condition, ever, after a moment in which a second one could have opened."""
    wait(lambda: stack.incidents(condition), seconds, f"an incident where {condition}")
    time.sleep(3)
    found = stack.incidents(condition)
    assert len(found) == 1, [tuple(row) for row in found]
    return found[0]


def calls_of(stack: Any, sla: str) -> list[str]:
    """Return the calls of the callbacks of an SLA, in order."""
    file = stack.home / f"calls of {sla}.txt"
    return file.read_text().splitlines() if file.exists() else []


def wait_for_calls(stack: Any, sla: str, *expected: str) -> None:
    """Wait for the first calls about an SLA, and assert that there were no others before or between them.

    Whether a miss was found late counts only where a late one is expected: on a busy machine the monitor itself may look so late.
    """

    def kinds() -> list[str]:
        called = calls_of(stack, sla)
        return called if any(call.endswith(" late") for call in expected) else [call.removesuffix(" late") for call in called]

    wait(lambda: len(kinds()) >= len(expected), 240, f"{len(expected)} calls about {sla}")
    assert kinds()[: len(expected)] == [*expected]


def still_one(stack: Any, condition: str, text: str, route: str = "oncall") -> None:
    """Assert that no callback, which runs in the Dag processor seconds later, opens or notifies a second time."""
    wait(lambda: stack.told_about(text, route), 90, f"a message about {text}")
    time.sleep(8)
    (row,) = stack.incidents(condition)
    assert (row["status"], row["occurrences"]) == ("open", 1)
    told = stack.messages_about(text, route)
    assert {message["status"] for message in told} == {"firing"}
    severities = [message["commonLabels"]["severity"] for message in told]
    assert severities == sorted(set(severities), key=SEVERITIES.index), "a further message reports that the severity rose, and nothing else"


def test_bad_data_is_one_incident_of_the_dataset_and_is_not_retried(stack: Any, runs: dict[str, str]) -> None:
    assert stack.finish("bad_data", runs["bad_data"]) == "failed"
    row = the_incident(stack, "dag_id = 'bad_data'")
    assert (row["kind"], row["event"], row["suite"], row["severity"]) == ("data", "checks_failed", "orders", "high")
    assert row["name"] == "main.orders"
    assert stack.tasks("bad_data", runs["bad_data"])["check"]["try_number"] == 1
    still_one(stack, "dag_id = 'bad_data'", "main.orders")


def test_good_data_resolves_it_and_the_people_hear(stack: Any, runs: dict[str, str]) -> None:
    stack.finish("bad_data", runs["bad_data"])
    stack.warehouse("UPDATE orders SET amount = 20 WHERE amount IS NULL")
    assert stack.finish("bad_data", stack.trigger("bad_data")) == "success"
    wait(lambda: stack.told_about("main.orders") == ["firing", "resolved"], 60, "the second message")
    assert [row["status"] for row in stack.incidents("dag_id = 'bad_data'")] == ["resolved"]


def test_a_killed_task_is_one_incident_though_no_callback_exists(stack: Any, runs: dict[str, str]) -> None:
    assert stack.finish("killed", runs["killed"]) == "failed"
    row = the_incident(stack, "dag_id = 'killed'")
    assert (row["kind"], row["event"], row["task_id"]) == ("pipeline", "task_failed", "load")
    still_one(stack, "dag_id = 'killed'", '"dag_id": "killed"', route="audit")


@pytest.mark.parametrize("dag_id", ["killed_and_told", "worker_lost"])
def test_a_killed_task_is_one_incident_though_its_callbacks_run_never_or_twice(stack: Any, runs: dict[str, str], dag_id: str) -> None:
    assert stack.finish(dag_id, runs[dag_id]) == "failed"
    row = the_incident(stack, f"dag_id = '{dag_id}'")
    assert (row["kind"], row["event"], row["task_id"]) == ("pipeline", "task_failed", "load")
    still_one(stack, f"dag_id = '{dag_id}'", dag_id)


def test_a_run_that_a_person_marked_failed_is_one_incident_of_the_dag(stack: Any, runs: dict[str, str]) -> None:
    row = the_incident(stack, "dag_id = 'by_hand'")
    assert (row["kind"], row["event"], row["task_id"]) == ("pipeline", "run_failed", None)
    assert "by hand" in row["title"]
    still_one(stack, "dag_id = 'by_hand'", "by_hand", route="audit")
    assert stack.told_about("by_hand") in ([], ["firing"]), "Airflow calls the Dag's callback only where the scheduler looks in between"


def test_a_flaky_task_is_one_incident_when_its_retries_are_used_up(stack: Any, runs: dict[str, str]) -> None:
    assert stack.finish("flaky", runs["flaky"]) == "failed"
    row = the_incident(stack, "dag_id = 'flaky'")
    assert (row["event"], row["task_id"], row["try_number"]) == ("task_failed", "sometimes", 2), "the first try opened nothing"
    events = stack.rows(f"SELECT detail FROM dre_incident_event WHERE incident_id = {row['id']}")
    assert any("{{ conn.warehouse.host }}" in event["detail"] for event in events), "text of a failure is never rendered"
    still_one(stack, "dag_id = 'flaky'", "flaky")
    assert stack.finish("flaky", stack.trigger("flaky", well=True)) == "success"
    wait(lambda: stack.told_about("flaky") == ["firing", "resolved"], 60, "the message that it is over")
    assert [row["status"] for row in stack.incidents("dag_id = 'flaky'")] == ["resolved"]


def test_a_missed_deadline_is_one_incident_until_the_run_succeeds(stack: Any, runs: dict[str, str]) -> None:
    row = the_incident(stack, "dag_id = 'late'")
    assert (row["kind"], row["event"], row["deadline"], row["occurrences"]) == ("pipeline", "deadline_missed", "noon", 1)
    assert stack.finish("late", runs["late"]) == "success"
    wait(lambda: stack.incidents("dag_id = 'late'")[0]["status"] == "resolved", 30, "the incident to be resolved")
    wait(lambda: stack.told_about("missed its deadline noon") == ["firing", "resolved"], 60, "both messages, in order")


def test_a_table_goes_stale_while_its_dag_is_paused_and_calls_back_once(stack: Any) -> None:
    assert stack.insist("GET", "api/v2/dags/fills_stale")["is_paused"] is True
    row = the_incident(stack, "suite = 'stale hourly'", 180)
    assert (row["kind"], row["event"], row["name"], row["severity"]) == ("data", "stale", "main.stale", "high")
    looks = f"SELECT COUNT(*) AS n FROM dre_monitor WHERE looked_at > '{row['last_problem_at']}'"
    wait(lambda: stack.rows(looks)[0]["n"] == 1, 90, "a second look")
    wait_for_calls(stack, "stale hourly", "miss")
    (row,) = stack.incidents("suite = 'stale hourly'")
    assert (row["status"], row["occurrences"]) == ("open", 1)
    assert stack.told_about("stale hourly") == ["firing"]
    stack.warehouse("UPDATE stale SET created_at = datetime('now')")
    wait(lambda: stack.told_about("stale hourly") == ["firing", "resolved"], 90, "the SLA to be met again")
    assert [row["status"] for row in stack.incidents("suite = 'stale hourly'")] == ["resolved"]
    wait_for_calls(stack, "stale hourly", "miss", "recover")
    assert stack.insist("GET", "api/v2/dags/fills_stale/dagRuns")["total_entries"] == 0


def test_a_dag_that_never_starts_is_one_miss_until_a_run_succeeds(stack: Any) -> None:
    row = the_incident(stack, "suite = 'never starts'", 180)
    assert (row["kind"], row["event"], row["name"]) == ("data", "stale", "never_starts")
    wait_for_calls(stack, "never starts", "miss")
    stack.insist("PATCH", "api/v2/dags/never_starts", json={"is_paused": False})
    assert stack.finish("never_starts", stack.trigger("never_starts")) == "success"
    wait_for_calls(stack, "never starts", "miss", "recover")


def test_a_monitor_that_was_stopped_finds_a_miss_late_and_reports_it_once(stack: Any) -> None:
    wait(lambda: stack.rows("SELECT * FROM dre_sla WHERE sla = 'kept back'"), 120, "the first look")
    stack.insist("PATCH", "api/v2/dags/reliability_monitor", json={"is_paused": True})
    for run in stack.insist("GET", "api/v2/dags/reliability_monitor/dagRuns?limit=100")["dag_runs"]:
        if run["state"] in ("running", "queued"):
            stack.insist("PATCH", f"api/v2/dags/reliability_monitor/dagRuns/{run['dag_run_id']}", json={"state": "failed"})
    wait(lambda: _stands_still(stack), 60, "the monitor to stop")
    stack.warehouse("UPDATE kept_back SET created_at = datetime('now', '-59 minutes', '-57 seconds')")
    time.sleep(20)
    assert stack.incidents("suite = 'kept back'") == []
    stack.insist("PATCH", "api/v2/dags/reliability_monitor", json={"is_paused": False})
    row = the_incident(stack, "suite = 'kept back'", 180)
    assert row["title"].endswith(", found late")
    wait_for_calls(stack, "kept back", "miss late")
    assert len(stack.rows("SELECT * FROM dre_monitor_gap")) >= 1
    stack.warehouse("UPDATE kept_back SET created_at = datetime('now')")
    wait_for_calls(stack, "kept back", "miss late", "recover")
    assert [(row["status"], row["occurrences"]) for row in stack.incidents("suite = 'kept back'")] == [("resolved", 1)]


def _stands_still(stack: Any) -> bool:
    """Return whether the monitor has not looked for three seconds."""
    before = stack.rows("SELECT looked_at FROM dre_monitor")[0]["looked_at"]
    time.sleep(3)
    return bool(stack.rows("SELECT looked_at FROM dre_monitor")[0]["looked_at"] == before)


def test_a_monitor_whose_triggerer_is_killed_finds_one_miss_and_calls_once(stack: Any) -> None:
    wait(lambda: stack.rows("SELECT * FROM dre_sla WHERE sla = 'outlived'"), 120, "the first look")
    stack.warehouse("UPDATE outlived SET created_at = datetime('now', '-59 minutes', '-56 seconds')")
    killed = stack.kill("triggerer")
    assert stack.incidents("suite = 'outlived'") == [], "the miss is due while no triggerer runs"
    wait(lambda: stack.pid("triggerer") != killed, 30, "another triggerer")
    row = the_incident(stack, "suite = 'outlived'", 180)
    assert (row["kind"], row["event"], row["name"]) == ("data", "stale", "main.outlived")
    wait_for_calls(stack, "outlived", "miss")
    stack.warehouse("UPDATE outlived SET created_at = datetime('now')")
    wait_for_calls(stack, "outlived", "miss", "recover")
    assert [(row["status"], row["occurrences"]) for row in stack.incidents("suite = 'outlived'")] == [("resolved", 1)]


def test_the_monitor_costs_few_runs_and_is_on_the_list(stack: Any) -> None:
    found = stack.insist("GET", "dre/api/overview")["monitors"]
    assert [(monitor["dag_id"], monitor["overdue"], monitor["why_overdue"]) for monitor in found] == [("reliability_monitor", False, None)]
    costs = stack.rows("SELECT SUM(looks) AS looks, SUM(wakes) AS wakes, COUNT(*) AS runs FROM dre_monitor_run")[0]
    assert costs["looks"] > costs["wakes"] >= costs["runs"]


def test_an_unreachable_warehouse_is_retried_and_is_a_problem_of_the_task(stack: Any, runs: dict[str, str]) -> None:
    assert stack.finish("no_warehouse", runs["no_warehouse"]) == "failed"
    assert stack.tasks("no_warehouse", runs["no_warehouse"])["check"]["try_number"] == 2
    row = the_incident(stack, "dag_id = 'no_warehouse'")
    assert (row["kind"], row["event"], row["occurrences"]) == ("pipeline", "task_failed", 1)
    assert "hunter2" not in str([tuple(event) for event in stack.rows("SELECT * FROM dre_incident_event")])


def test_a_mapped_check_has_results_and_an_incident_of_its_own(stack: Any, runs: dict[str, str]) -> None:
    assert stack.finish("bad_mapped", runs["bad_mapped"]) == "failed"
    row = the_incident(stack, "dag_id = 'bad_mapped'")
    assert (row["kind"], row["name"], row["map_index"], row["occurrences"]) == ("data", "main.bad", 1, 1)
    for index, outcome in ((0, "passed"), (1, "failed")):
        query = {"dag_id": "bad_mapped", "run_id": runs["bad_mapped"], "task_id": "check", "map_index": index}
        found = stack.call("GET", "dre/api/task-results", params=query).json()
        assert [run["run"]["outcome"] for run in found["runs"]] == [outcome]


def test_every_mode_of_the_sensor_gives_the_same_outcome(stack: Any, runs: dict[str, str]) -> None:
    waits = [f"waits_{mode}" for mode in MODES]
    wait(
        lambda: all(stack.in_state(dag_id, runs[dag_id], "soft", "skipped") for dag_id in waits),
        120,
        "the sensors whose time is over",
    )
    before = {dag_id: stack.tasks(dag_id, runs[dag_id])["soon"]["state"] for dag_id in waits}
    assert set(before.values()) <= {"running", "up_for_reschedule", "deferred", "queued", "scheduled"}, "none took the old table for fresh"
    stack.warehouse("UPDATE soon SET created_at = datetime('now')")
    ends, values = [], []
    for dag_id in waits:
        assert stack.finish(dag_id, runs[dag_id]) == "failed"
        tasks = stack.tasks(dag_id, runs[dag_id])
        ends.append({name: (ti["state"], ti["try_number"]) for name, ti in tasks.items()})
        values.append([stack.returned(dag_id, runs[dag_id], name) for name in ("good", "soon")])
    states = {name: state for name, (state, _) in ends[0].items()}
    assert states == {"good": "success", "soon": "success", "old": "failed", "soft": "skipped", "wrong": "failed"}
    assert ends[0]["old"][1] == 1, "a sensor that waited long enough does not start again"
    assert ends[0] == ends[1] == ends[2]
    assert values[0] == values[1] == values[2]
    assert "main.good" in str(values[0])


def test_a_receiver_that_answers_500_hears_later_from_the_monitor_and_in_order(stack: Any) -> None:
    stack.refusals.append("main.bounced")
    assert stack.finish("bounced", stack.trigger("bounced")) == "failed"
    wait(lambda: not stack.refusals, 30, "the first attempt")
    assert stack.told_about("main.bounced") == []
    stack.warehouse("UPDATE bounced SET amount = 20 WHERE amount IS NULL")
    assert stack.finish("bounced", stack.trigger("bounced")) == "success"
    wait(lambda: stack.told_about("main.bounced") == ["firing", "resolved"], 90, "the monitor to send both")
    (row,) = stack.incidents("dag_id = 'bounced'")
    sent = stack.rows(f"SELECT event, attempts, status FROM dre_outbox WHERE incident_id = {row['id']} AND route = 'oncall' ORDER BY id")
    assert [(message["event"], message["status"]) for message in sent] == [("opened", "sent"), ("resolved", "sent")]
    assert sent[0]["attempts"] == 2
