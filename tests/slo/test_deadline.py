"""A table of states at deadlines, and wall-clock times across changes of clocks."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from airflow_dre.slo.deadline import (
    Deadline,
    DeadlineResult,
    RunMoments,
    States,
    describe_state,
    due_moment,
    judge_deadline,
    next_wall_clock,
    task_problem,
)

DUE = datetime(2026, 3, 1, 8, tzinfo=UTC)
LATER, EARLIER = DUE + timedelta(seconds=5), DUE - timedelta(minutes=1)
RUN = Deadline(name="deadline")
TASK = Deadline(name="after 2h", task="load")
STRICT = Deadline(name="after 2h", task="load", skipped_is_fine=False)


def tasks(*states: str | None, run: str = "running") -> States:
    """Return the states of the instances of a task."""
    names = ["load"] if len(states) == 1 else [f"load_{index}" for index in range(len(states))]
    return States(run=run, tasks=dict(zip(names, states, strict=True)))


@pytest.mark.parametrize(
    ("deadline", "states", "at", "reported", "result"),
    [
        pytest.param(TASK, tasks("success"), LATER, False, DeadlineResult.MET, id="a task in time"),
        pytest.param(TASK, tasks("success"), EARLIER, False, DeadlineResult.MET, id="a task in time, seen early"),
        pytest.param(TASK, tasks("running"), EARLIER, False, DeadlineResult.PENDING, id="a task that still has time"),
        pytest.param(TASK, tasks("running"), DUE, False, DeadlineResult.MISSED, id="a task that hangs"),
        pytest.param(TASK, tasks(None), LATER, False, DeadlineResult.MISSED, id="a task that never started"),
        pytest.param(TASK, tasks(None, run="queued"), LATER, False, DeadlineResult.MISSED, id="a run that never started"),
        pytest.param(TASK, tasks("scheduled"), LATER, False, DeadlineResult.MISSED, id="a task without a place in its pool"),
        pytest.param(TASK, tasks("up_for_retry"), LATER, False, DeadlineResult.MISSED, id="a task between two tries"),
        pytest.param(TASK, States(run="running"), LATER, False, DeadlineResult.MISSED, id="a run without such a task"),
        pytest.param(TASK, tasks("skipped"), LATER, False, DeadlineResult.MET, id="a task that was skipped"),
        pytest.param(STRICT, tasks("skipped"), LATER, False, DeadlineResult.MISSED, id="a skipped task where that is late"),
        pytest.param(STRICT, tasks("removed", "success"), LATER, False, DeadlineResult.MET, id="an instance that was removed"),
        pytest.param(TASK, tasks("skipped", run="failed"), LATER, False, DeadlineResult.MISSED, id="skipped since a person failed the run"),
        pytest.param(
            TASK, tasks("skipped", run="failed"), LATER, True, DeadlineResult.REPORTED, id="skipped, and the failed run is reported"
        ),
        pytest.param(TASK, tasks("failed"), LATER, False, DeadlineResult.MISSED, id="a failure that no incident reports"),
        pytest.param(TASK, tasks("failed"), LATER, True, DeadlineResult.REPORTED, id="a failure that an incident reports"),
        pytest.param(TASK, tasks("failed"), EARLIER, True, DeadlineResult.PENDING, id="a failure that may be cleared in time"),
        pytest.param(TASK, tasks("upstream_failed"), LATER, True, DeadlineResult.REPORTED, id="a reported failure before the task"),
        pytest.param(TASK, tasks("running"), LATER, True, DeadlineResult.MISSED, id="it hangs while another task is reported"),
        pytest.param(TASK, tasks("success", "success", "skipped"), LATER, False, DeadlineResult.MET, id="a mapped task in time"),
        pytest.param(TASK, tasks("success", "running", "success"), LATER, False, DeadlineResult.MISSED, id="one map index that hangs"),
        pytest.param(TASK, States(run=None), LATER, False, DeadlineResult.GONE, id="a run that was deleted"),
        pytest.param(TASK, States(run="running", others=("lod",)), LATER, False, DeadlineResult.NO_SUCH_TASK, id="a misspelled task"),
        pytest.param(
            TASK, States(run="failed", others=()), LATER, True, DeadlineResult.NO_SUCH_TASK, id="a misspelled task of a failed run"
        ),
        pytest.param(TASK, States(run="running", others=("lod",)), EARLIER, False, DeadlineResult.PENDING, id="a misspelled task before"),
        pytest.param(TASK, States(run="running"), LATER, False, DeadlineResult.MISSED, id="a task whose state Airflow did not say"),
        pytest.param(RUN, States(run="running"), LATER, False, DeadlineResult.MISSED, id="a run that takes too long"),
        pytest.param(RUN, States(run="queued"), LATER, True, DeadlineResult.MISSED, id="a run that was cleared after a failure"),
        pytest.param(
            RUN, States(run="failed", run_ended=EARLIER), LATER, True, DeadlineResult.REPORTED, id="a run whose failure is reported"
        ),
        pytest.param(RUN, States(run="failed", run_ended=EARLIER), LATER, False, DeadlineResult.MISSED, id="a run whose failure is not"),
        pytest.param(RUN, States(run="success", run_ended=EARLIER), LATER, False, DeadlineResult.MET, id="a run in time that Airflow kept"),
        pytest.param(RUN, States(run="success", run_ended=LATER), LATER, False, DeadlineResult.MISSED, id="a run that ended late"),
        pytest.param(RUN, States(run="success"), LATER, False, DeadlineResult.MISSED, id="a run that ended since Airflow called"),
    ],
)
def test_a_look_at_a_deadline(deadline: Deadline, states: States, at: datetime, reported: bool, result: DeadlineResult) -> None:
    assert judge_deadline(deadline, states, due=DUE, at=at, reported=reported) is result


START = DUE - timedelta(hours=2)
NO_INTERVAL = RunMoments(called_for=DUE)
INTERVAL = Deadline(name="d", early=True, after_interval=timedelta(hours=1))
CLOCK = Deadline(name="d", early=True, clock="09:30", time_zone="Europe/Berlin")
OF_RUN = RunMoments(called_for=DUE, started=START, run_after=START - timedelta(hours=1), interval_end=START - timedelta(hours=3))


@pytest.mark.parametrize(
    ("deadline", "run", "due"),
    [
        pytest.param(RUN, OF_RUN, DUE, id="the moment for which Airflow called"),
        pytest.param(Deadline(name="d", after_start=timedelta(hours=3)), OF_RUN, DUE + timedelta(hours=1), id="after the start"),
        pytest.param(Deadline(name="d", after_start=timedelta(hours=3)), RunMoments(called_for=DUE), None, id="a run that is queued"),
        pytest.param(INTERVAL, OF_RUN, START - timedelta(hours=2), id="after its interval"),
        pytest.param(CLOCK, OF_RUN, DUE + timedelta(minutes=30), id="a time of day"),
        pytest.param(INTERVAL, NO_INTERVAL, DUE + timedelta(hours=1), id="no interval"),
    ],
)
def test_the_due_moment(deadline: Deadline, run: RunMoments, due: datetime | None) -> None:
    assert due_moment(deadline, run) == due


def test_a_deadline_of_a_run_that_is_queued_is_pending() -> None:
    late = Deadline(name="after 2h", task="load", after_start=timedelta(hours=2))
    assert judge_deadline(late, tasks(None, run="queued"), due=None, at=LATER, reported=False) is DeadlineResult.PENDING


@pytest.mark.parametrize(
    ("deadline", "states", "text"),
    [
        (TASK, tasks("running"), "running"),
        (TASK, tasks("queued"), "not started"),
        (TASK, tasks("up_for_retry"), "waiting for its next try"),
        (TASK, tasks("success", "running", "running", "success"), "2 of 4 done, 2 running"),
        (TASK, tasks("success", "failed", None), "1 of 3 done, 1 failed"),
        (RUN, States(run="queued"), "not started"),
        (RUN, States(run="failed"), "failed"),
        (RUN, States(run="success"), "ended late"),
    ],
)
def test_the_states_in_words(deadline: Deadline, states: States, text: str) -> None:
    assert describe_state(deadline, states) == text


@pytest.mark.parametrize(
    ("known", "allowed"),
    [
        (("extract", "load"), "did you mean load? extract, load"),
        (("zip",), "zip"),
        (("group.loda", "load"), "did you mean group.loda? group.loda, load"),
        ((), "nothing: the Dag has no task"),
        ([f"t{number:02}" for number in range(25)], ", ".join(f"t{number:02}" for number in range(20)) + ", and 5 more"),
    ],
)
def test_an_unknown_task_is_named_with_those_that_exist(known: tuple[str, ...], allowed: str) -> None:
    problem = task_problem(Deadline(name="08:00 UTC", task="loda"), known)
    assert str(problem) == f"task_deadline 08:00 UTC: invalid task='loda'. Allowed: {allowed}"


@pytest.mark.parametrize(
    ("after", "clock", "zone", "moment"),
    [
        pytest.param("2026-03-01T06:59:59Z", "08:00", "Europe/Berlin", "2026-03-01T07:00:00Z", id="later the same day"),
        pytest.param("2026-03-01T07:00:00Z", "08:00", "Europe/Berlin", "2026-03-02T07:00:00Z", id="the moment itself is over"),
        pytest.param("2026-03-28T23:30:00Z", "02:30", "Europe/Berlin", "2026-03-29T01:00:00Z", id="a time that clocks skip in Berlin"),
        pytest.param("2026-03-08T05:00:00Z", "02:30", "America/New_York", "2026-03-08T07:00:00Z", id="a time that clocks skip in New York"),
        pytest.param("2026-10-24T23:00:00Z", "02:30", "Europe/Berlin", "2026-10-25T00:30:00Z", id="a time that occurs twice in Berlin"),
        pytest.param("2026-10-25T00:30:00Z", "02:30", "Europe/Berlin", "2026-10-26T01:30:00Z", id="its second occurrence does not count"),
        pytest.param("2026-10-03T15:00:00Z", "02:15", "Australia/Lord_Howe", "2026-10-03T15:30:00Z", id="half an hour is skipped"),
        pytest.param("2028-02-28T12:00:00Z", "08:00", "UTC", "2028-02-29T08:00:00Z", id="a leap day"),
        pytest.param("2026-12-31T20:00:00Z", "08:00", "Asia/Tokyo", "2026-12-31T23:00:00Z", id="a zone whose day is the next"),
        pytest.param("2026-06-01T00:00:00Z", "00:00", "Pacific/Kiritimati", "2026-06-01T10:00:00Z", id="midnight far in the east"),
    ],
)
def test_the_next_time_that_clocks_show(after: str, clock: str, zone: str, moment: str) -> None:
    found = next_wall_clock(datetime.fromisoformat(after), time.fromisoformat(clock), ZoneInfo(zone))
    assert found == datetime.fromisoformat(moment)
