"""Any order and repetition of problems and recoveries ends in what the facts imply, decided without a store."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_dre.incidents.decide import Action, decide
from airflow_dre.incidents.identity import PipelineCause
from airflow_dre.incidents.recoveries import Recovery, is_anew, is_covered, settles, with_slice
from airflow_dre.incidents.signals import Event, Origin, Severity, Signal
from airflow_dre.incidents.situation import CauseState, Counted, LiveIncident
from airflow_dre.incidents.slices import Broken, Slice, add_broken, remove_healthy
from tests.incidents.situations import decide_one, meeting

T = datetime(2026, 1, 1, tzinfo=UTC)
days = st.none() | st.integers(1, 3).map(lambda day: T + timedelta(days=day))
slices = st.builds(Slice, interval_end=days, partition_key=st.none() | st.sampled_from("ab"))
moments = st.integers(0, 20).map(lambda hour: T + timedelta(hours=hour))
brokens = st.builds(Broken, slice=slices, at=moments)


def fact(event: Event, part: Slice, at: datetime, *, run: str = "r", attempt: int = 1) -> Signal:
    """Return the signal of a messenger about task ``load``."""
    origin = Origin(dag_id="d", run_id=run, task_id="load", map_index=-1, try_number=attempt)
    return Signal(cause=PipelineCause(dag_id="d", task_id="load"), event=event, at=at, title="load", origin=origin, slice=part)


@dataclass
class Memory:
    """One cause, kept in memory as the store keeps it."""

    live: LiveIncident | None = None
    counted: dict[str, Counted] = field(default_factory=dict)
    recoveries: list[Recovery] = field(default_factory=list)
    opened: int = 0

    def hear(self, signal: Signal) -> None:
        """Take a signal."""
        counted = self.counted.get(signal.key)
        state = CauseState(live=self.live, counted=counted, recoveries=tuple(self.recoveries) if signal.event.firing else ())
        (change,) = decide(signal, meeting(signal, state=state))
        if change.action is Action.OPEN:
            self.opened += 1
            self.live = LiveIncident(
                id=self.opened, severity=change.severity, routes=frozenset(), last_problem_at=signal.at, broken=change.broken
            )
        elif change.action is Action.RESOLVE:
            self.live = None
        elif change.action is not Action.IGNORE and self.live is not None:
            last = change.last_problem_at or self.live.last_problem_at
            self.live = replace(self.live, severity=change.severity, last_problem_at=last, broken=change.broken)
        if not signal.event.firing:
            self.recoveries.append(Recovery(at=signal.at, slice=signal.slice, origin=signal.origin))
        if change.keeps and (signal.event.firing or change.incident_id is not None):
            incident_id = self.opened if change.action is Action.OPEN else change.incident_id
            self.counted[signal.key] = Counted(at=signal.at, incident_id=incident_id)


@given(
    history=st.lists(st.tuples(st.booleans(), slices), min_size=1, max_size=8),
    data=st.data(),
)
def test_what_is_live_in_the_end_is_what_no_recovery_has_reached(history: list[tuple[bool, Slice]], data: st.DataObject) -> None:
    facts = [
        fact(Event.TASK_FAILED if broken else Event.TASK_SUCCEEDED, part, T + timedelta(hours=hour), run=f"r{hour}", attempt=hour)
        for hour, (broken, part) in enumerate(history)
    ]
    memory = Memory()
    order = data.draw(st.permutations(facts))
    for told in [*order, *data.draw(st.lists(st.sampled_from(facts), max_size=4))]:
        memory.hear(told)
    ends = [one for one in facts if not one.event.firing]
    left = [one for one in facts if one.event.firing and not any(end.at > one.at and end.slice.reaches(one.slice) for end in ends)]
    assert (memory.live is not None) is bool(left)


@given(st.lists(brokens, max_size=5).map(tuple), slices, moments, slices, moments)
def test_a_problem_that_is_left_out_ends_whenever_another_ends(
    entries: tuple[Broken, ...], part: Slice, at: datetime, healthy: Slice, then: datetime
) -> None:
    kept: tuple[Broken, ...] = ()
    for entry in (*entries, Broken(slice=part, at=at)):
        kept = add_broken(kept, entry.slice, entry.at)
    everything = (*entries, Broken(slice=part, at=at))
    assert bool(remove_healthy(kept, healthy, then)) is bool(remove_healthy(everything, healthy, then))


@given(slices, moments, slices, moments, slices, moments)
def test_a_recovery_that_is_forgotten_settled_nothing_alone(
    a: Slice, at_a: datetime, b: Slice, at_b: datetime, c: Slice, at: datetime
) -> None:
    older, newer = Recovery(at=at_a, slice=a), Recovery(at=at_b, slice=b)
    problem = fact(Event.TASK_FAILED, c, at)
    if is_covered(older, newer) and settles(older, problem):
        assert settles(newer, problem)


@given(slices, slices)
def test_slices_of_one_partition_are_in_order(one: Slice, other: Slice) -> None:
    assert one.reaches(one)
    assert Slice().reaches(one) and one.reaches(Slice())
    if one.partition_key == other.partition_key:
        assert one.reaches(other) or other.reaches(one)


DAY = Slice(interval_start=T, interval_end=T + timedelta(days=1))
HOUR = Slice(interval_start=T + timedelta(hours=14), interval_end=T + timedelta(hours=15))


@pytest.mark.parametrize(
    ("recovery", "problem", "reaches"),
    [
        pytest.param(DAY, HOUR, True, id="a day outweighs an hour within it"),
        pytest.param(HOUR, DAY, False, id="an hour means nothing for its day"),
        pytest.param(replace(DAY, partition_key="a"), replace(DAY, partition_key="b"), False, id="another partition"),
        pytest.param(Slice(), replace(DAY, partition_key="a"), True, id="a manual run without a logical date"),
        pytest.param(DAY, Slice(), True, id="a problem of such a run"),
    ],
)
def test_what_a_slice_says_about_another(recovery: Slice, problem: Slice, reaches: bool) -> None:
    assert recovery.reaches(problem) is reaches


def test_a_title_names_a_partition_always_and_an_interval_in_a_backfill() -> None:
    newer = Slice(interval_start=T + timedelta(days=1), interval_end=T + timedelta(days=2))
    problem = fact(Event.TASK_FAILED, DAY, T)
    assert with_slice(problem, [DAY, HOUR, Slice()]) == "load"
    assert with_slice(problem, [newer]) == "load (data interval 2026-01-01 00:00 to 2026-01-02 00:00 UTC)"
    assert with_slice(msgspec.structs.replace(problem, slice=Slice(partition_key="de")), []) == "load (partition de)"


def test_a_task_that_is_failed_although_its_run_succeeded_is_not_settled_by_it() -> None:
    run = Origin(dag_id="d", run_id="r")
    problem = fact(Event.TASK_FAILED, Slice(), T)
    assert settles(Recovery(at=T, origin=run), problem)
    assert not settles(Recovery(at=T, origin=run, still_failed=("load",)), problem)
    assert settles(Recovery(at=T, origin=replace(run, run_id="r2"), still_failed=("load",)), problem)


def test_an_occurrence_happens_anew_only_after_its_own_run_ended_well() -> None:
    run = Origin(dag_id="d", run_id="r")
    problem = fact(Event.TASK_FAILED, Slice(), T + timedelta(hours=2))
    between = T + timedelta(hours=1)
    assert is_anew(problem, T, [Recovery(at=between, origin=run)])
    assert not is_anew(problem, T, [Recovery(at=between, origin=replace(run, run_id="r2"))])
    assert not is_anew(problem, between, [Recovery(at=between, origin=run)])


NOTIFIED = LiveIncident(severity=Severity.MEDIUM, routes=frozenset({"a"}), last_problem_at=T, parts=frozenset({"unique(id)"}))


@pytest.mark.parametrize(
    ("parts", "severity", "hours", "known", "update"),
    [
        pytest.param(("unique(id)",), None, 1, False, (), id="the same check again"),
        pytest.param(("not_null(id)",), None, 1, False, ("a",), id="another check"),
        pytest.param(("unique(id)",), Severity.HIGH, 1, False, ("a",), id="a severity that rose"),
        pytest.param(("unique(id)",), Severity.LOW, 1, False, (), id="a severity that fell"),
        pytest.param(("not_null(id)",), None, -1, False, (), id="another check in news that come late"),
        pytest.param(("not_null(id)",), None, 1, True, (), id="what was counted before"),
        pytest.param(("unique(id)",), Severity.HIGH, 1, True, ("a",), id="another messenger that knows how severe it is"),
    ],
)
def test_who_was_told_hears_of_a_rise_once(
    parts: tuple[str, ...], severity: Severity | None, hours: int, known: bool, update: tuple[str, ...]
) -> None:
    told = msgspec.structs.replace(fact(Event.CHECKS_FAILED, Slice(), T + timedelta(hours=hours)), parts=parts, severity=severity)
    decision = decide_one(told, NOTIFIED, known=known)
    assert decision.update == update
    after = replace(NOTIFIED, severity=decision.severity, parts=decision.parts)
    again = msgspec.structs.replace(told, at=told.at + timedelta(hours=2), origin=Origin(run_id="again"))
    if decision.renews:
        assert decide_one(again, after).update == ()
