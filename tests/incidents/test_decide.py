"""The one decision about incidents as a table of cases, and laws of identities, keys and waits."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_dre.incidents.decide import Action, decide
from airflow_dre.incidents.explanation import Explanation, explain
from airflow_dre.incidents.identity import Cause, DataCause, PipelineCause, Promise
from airflow_dre.incidents.reasons import Reason, UpdateReason
from airflow_dre.incidents.recoveries import Recovery
from airflow_dre.incidents.retry import GIVE_UP_AFTER, next_wait
from airflow_dre.incidents.signals import Event, Origin, Severity, Signal
from airflow_dre.incidents.situation import (
    CauseState,
    Counted,
    EarlierEnd,
    FailedTask,
    KnownIncident,
    LiveIncident,
    MeasuredSuite,
    ReportedCause,
    SiblingReport,
    Situation,
    Surroundings,
    WatchedSla,
)
from airflow_dre.incidents.slices import Broken, Slice

T = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ORDERS = DataCause(namespace="postgres://db:5432", name="shop.public.orders", suite="orders")
ITEMS = DataCause(namespace="postgres://db:5432", name="shop.public.items", suite="items")
FRESH = DataCause(namespace="postgres://db:5432", name="shop.public.orders", suite="fresh", promise=Promise.SLA)
DAG = PipelineCause(dag_id="d")
LOAD = PipelineCause(dag_id="d", task_id="load")
CLEAN = PipelineCause(dag_id="d", task_id="clean")
TASK = Origin(dag_id="d", run_id="r1", task_id="load", map_index=-1, try_number=1)
RUN = Origin(dag_id="d", run_id="r1")
MONDAY, TUESDAY = (Slice(interval_start=T + day * 24 * HOUR, interval_end=T + (day + 1) * 24 * HOUR) for day in (0, 1))
NL, DE = Slice(partition_key="nl"), Slice(partition_key="de")
LIVE = LiveIncident(id=7, severity=Severity.MEDIUM, routes=frozenset({"oncall"}), last_problem_at=T, event=Event.CHECKS_FAILED)


def failed(cause: Cause = ORDERS, hours: float = 1, **more: Any) -> Signal:
    """Return a problem of data, a task or a run."""
    whole = isinstance(cause, PipelineCause) and not cause.task_id
    event = Event.CHECKS_FAILED if isinstance(cause, DataCause) else Event.RUN_FAILED if whole else Event.TASK_FAILED
    defaults: dict[str, Any] = {
        "cause": cause,
        "event": event,
        "at": T + hours * HOUR,
        "title": "it failed",
        "origin": RUN if whole else TASK,
    }
    return Signal(**(defaults | more))


def passed(cause: Cause = ORDERS, hours: float = 1, **more: Any) -> Signal:
    """Return a recovery of data, a task or a run."""
    whole = isinstance(cause, PipelineCause) and not cause.task_id
    event = Event.CHECKS_PASSED if isinstance(cause, DataCause) else Event.RUN_SUCCEEDED if whole else Event.TASK_SUCCEEDED
    return failed(cause, hours, **({"event": event, "title": "it passed"} | more))


def is_live(**changes: Any) -> CauseState:
    """Return a cause with a live incident."""
    return CauseState(live=replace(LIVE, **changes))


def counted(state: CauseState, *, incident_id: int | None = 7, at: datetime = T + HOUR) -> CauseState:
    """Return a cause of which the occurrence is counted."""
    return replace(state, counted=Counted(at=at, incident_id=incident_id))


def recovered(hours: float, **more: Any) -> CauseState:
    """Return a cause that was healthy at some time."""
    return CauseState(recoveries=(Recovery(at=T + hours * HOUR, **more),))


@dataclass(frozen=True, kw_only=True)
class Does:
    """Expected change of one cause."""

    action: Action
    reason: Reason
    to: Cause = ORDERS
    notify: tuple[str, ...] = ()
    update: tuple[str, ...] = ()
    why_update: UpdateReason | None = None
    more: dict[str, Any] = field(default_factory=dict)
    """Further attributes of the change."""


def opens(**more: Any) -> Does:
    """Return the expectation of an incident that opens."""
    return Does(action=Action.OPEN, reason=Reason.FIRST, **more)


def repeats(reason: Reason = Reason.LIVE, **more: Any) -> Does:
    """Return the expectation of one more occurrence."""
    return Does(action=Action.REPEAT, reason=reason, **more)


def updates(reason: Reason = Reason.COUNTED, **more: Any) -> Does:
    """Return the expectation of an update."""
    return Does(action=Action.UPDATE, reason=reason, **more)


def resolves(**more: Any) -> Does:
    """Return the expectation of an incident that is resolved, of which its route hears."""
    return Does(action=Action.RESOLVE, reason=Reason.RECOVERED, **({"notify": ("oncall",)} | more))


def ignores(reason: Reason, **more: Any) -> Does:
    """Return the expectation of a signal that changes nothing."""
    return Does(action=Action.IGNORE, reason=reason, **more)


def remembers(reason: Reason, **more: Any) -> Does:
    """Return the expectation of a signal that concerns no incident."""
    return Does(action=Action.REMEMBER, reason=reason, **({"to": DAG} | more))


def case(sentence: str, signal: Signal, *expected: Does, around: Surroundings | None = None, **states: CauseState) -> Any:
    """Return a case: what a signal does to each cause, where each cause is in a state."""
    names: dict[str, Cause] = {"orders": ORDERS, "items": ITEMS, "fresh": FRESH, "dag": DAG, "load": LOAD, "clean": CLEAN}
    situation = Situation(surroundings=around or Surroundings(), causes={names[name].fingerprint: state for name, state in states.items()})
    return pytest.param(signal, situation, expected, id=sentence)


WARNED = replace(LIVE, event=Event.CHECKS_WARNED)
WITH_PARTS = {"parts": frozenset({"unique(id)"})}
BY_DAY = {"broken": (Broken(slice=MONDAY, at=T), Broken(slice=TUESDAY, at=T))}
BY_COUNTRY = {"broken": (Broken(slice=NL, at=T), Broken(slice=DE, at=T))}
OF_DAG = Surroundings(live_of_dag=(KnownIncident(id=1, cause=DAG), KnownIncident(id=2, cause=LOAD), KnownIncident(id=3, cause=CLEAN)))
FAILED_HERE = replace(OF_DAG, failed_tasks=(FailedTask(task_id="load", incident_id=2),))
OWN = Recovery(at=T + HOUR / 2, origin=RUN)

CASES = [
    # A first problem
    case("a first problem opens an incident and notifies its routes", failed(routes=("a", "b")), opens(notify=("a", "b"))),
    case("an incident opens with medium severity", failed(), opens(more={"severity": Severity.MEDIUM})),
    case("or with the severity that its signal has", failed(severity=Severity.HIGH), opens(more={"severity": Severity.HIGH})),
    case("a problem that a newer recovery settled opens nothing", failed(), ignores(Reason.RECOVERED_SINCE), orders=recovered(2)),
    case("so does a recovery at the same moment", failed(), ignores(Reason.RECOVERED_SINCE), orders=recovered(1)),
    case("a problem after a recovery opens an incident", failed(), opens(), orders=recovered(0)),
    case("a recovery of another partition settles nothing", failed(slice=NL), opens(), orders=recovered(2, slice=DE)),
    case("a recovery of an older interval settles nothing", failed(slice=TUESDAY), opens(), orders=recovered(2, slice=MONDAY)),
    case(
        "a recovery of a newer interval settles a problem",
        failed(slice=MONDAY),
        ignores(Reason.RECOVERED_SINCE),
        orders=recovered(2, slice=TUESDAY),
    ),
    case("a recovery of another map index settles nothing", failed(), opens(), orders=recovered(2, origin=replace(TASK, map_index=3))),
    case(
        "a task that is failed although its run succeeded is not settled by it",
        failed(LOAD),
        opens(to=LOAD),
        load=recovered(2, origin=RUN, still_failed=("load",)),
    ),
    case(
        "an occurrence that was counted before opens nothing", failed(), ignores(Reason.COUNTED_AND_RESOLVED), orders=counted(CauseState())
    ),
    case(
        "an occurrence of an earlier incident concerns the live one in no way",
        failed(routes=("a",)),
        ignores(Reason.COUNTED_AND_RESOLVED),
        orders=counted(is_live(), incident_id=3),
    ),
    case(
        "a run that ended well and failed again is a new occurrence",
        failed(DAG, 1),
        opens(to=DAG),
        dag=CauseState(counted=Counted(at=T), recoveries=(OWN,)),
    ),
    case("a title names the partition", failed(slice=NL), opens(more={"titled": "it failed (partition nl)"})),
    case(
        "a title names the interval where a newer one is known",
        failed(slice=MONDAY),
        repeats(more={"titled": "it failed (data interval 2026-01-01 12:00 to 2026-01-02 12:00 UTC)"}),
        orders=is_live(broken=(Broken(slice=TUESDAY, at=T),)),
    ),
    # One more problem of a live incident
    case("a second problem adds an occurrence", failed(), repeats(more={"renews": True, "last_problem_at": T + HOUR}), orders=is_live()),
    case("routes that know the incident hear nothing", failed(routes=("oncall",)), repeats(), orders=is_live()),
    case("a new route hears", failed(routes=("oncall", "b")), repeats(notify=("b",), more={"routes": ("b", "oncall")}), orders=is_live()),
    case(
        "a route that no message reached hears again",
        failed(routes=("oncall",)),
        repeats(notify=("oncall",)),
        orders=is_live(undelivered=frozenset({"oncall"})),
    ),
    case("the severity never falls", failed(severity=Severity.LOW), repeats(more={"severity": Severity.MEDIUM}), orders=is_live()),
    case(
        "routes hear of a severity that rises",
        failed(severity=Severity.CRITICAL),
        repeats(update=("oncall",), why_update=UpdateReason.SEVERITY_ROSE, more={"severity": Severity.CRITICAL}),
        orders=is_live(),
    ),
    case(
        "routes hear of another broken check",
        failed(parts=("not_null(id)",)),
        repeats(update=("oncall",), why_update=UpdateReason.ANOTHER_BROKEN, more={"parts": frozenset({"unique(id)", "not_null(id)"})}),
        orders=is_live(**WITH_PARTS),
    ),
    case("and not of the same check", failed(parts=("unique(id)",)), repeats(), orders=is_live(**WITH_PARTS)),
    case("nor where the broken checks are not known", failed(parts=("not_null(id)",)), repeats(), orders=is_live()),
    case(
        "routes hear of a warning that became a failure",
        failed(),
        repeats(update=("oncall",), why_update=UpdateReason.FAILS_NOW),
        orders=CauseState(live=WARNED),
    ),
    case(
        "an older problem renews neither title nor checks",
        failed(hours=-1, parts=("not_null(id)",)),
        repeats(more={"renews": False, "last_problem_at": T, "parts": frozenset({"unique(id)"})}),
        orders=is_live(**WITH_PARTS),
    ),
    case(
        "an older problem that is settled leaves the broken slices",
        failed(hours=-1, slice=NL),
        repeats(more={"broken": (Broken(slice=DE, at=T),)}),
        orders=replace(is_live(broken=(Broken(slice=DE, at=T),)), recoveries=(Recovery(at=T),)),
    ),
    # One more report of the same occurrence
    case("a report of a counted occurrence counts nothing", failed(), updates(more={"keeps": False}), orders=counted(is_live())),
    case("it notifies routes that are new", failed(routes=("b",)), updates(notify=("b",)), orders=counted(is_live())),
    case(
        "it raises the severity",
        failed(severity=Severity.HIGH),
        updates(update=("oncall",), why_update=UpdateReason.SEVERITY_ROSE),
        orders=counted(is_live()),
    ),
    case(
        "it brings the explanation from first hand",
        failed(explanation=explain(["because"])),
        updates(more={"explains": True}),
        orders=counted(is_live()),
    ),
    case(
        "and keeps the one that is known from first hand",
        failed(explanation=explain(["because"])),
        updates(more={"explains": False}),
        orders=counted(is_live(explained=True)),
    ),
    case(
        "each evaluation of an SLA renews the moment of its problem",
        failed(FRESH, event=Event.STALE),
        updates(to=FRESH, more={"renews": True, "last_problem_at": T + HOUR}),
        fresh=counted(is_live()),
    ),
    # Recoveries
    case("a recovery resolves the incident and notifies its routes", passed(), resolves(), orders=is_live()),
    case("also at the moment of the last problem", passed(hours=0), resolves(), orders=is_live()),
    case("a recovery where nothing is live changes nothing", passed(), ignores(Reason.NOTHING_LIVE)),
    case("a recovery that comes late does not resolve", passed(hours=-1), ignores(Reason.NEWER_PROBLEM), orders=is_live()),
    case(
        "a recovery of another partition does not resolve",
        passed(slice=DE),
        ignores(Reason.OTHER_SLICE),
        orders=is_live(broken=(Broken(slice=NL, at=T),)),
    ),
    case(
        "a recovery of one of two partitions leaves the other",
        passed(slice=DE),
        updates(Reason.STILL_BROKEN, more={"broken": (Broken(slice=NL, at=T),), "because": "still broken: partition nl"}),
        orders=is_live(**BY_COUNTRY),
    ),
    case("a recovery of the newest interval ends the older ones", passed(slice=TUESDAY), resolves(), orders=is_live(**BY_DAY)),
    case(
        "a recovery of an older interval leaves the newer one",
        passed(slice=MONDAY),
        updates(Reason.STILL_BROKEN, more={"broken": (Broken(slice=TUESDAY, at=T),)}),
        orders=is_live(**BY_DAY),
    ),
    case(
        "a recovery of one map index leaves another that is broken",
        passed(),
        updates(Reason.OTHER_MAP_INDEX_BROKEN),
        orders=replace(is_live(), siblings=(SiblingReport(map_index=3, event=Event.CHECKS_FAILED),)),
    ),
    case(
        "the last report of a map index counts",
        passed(),
        resolves(),
        orders=replace(
            is_live(),
            siblings=(SiblingReport(map_index=3, event=Event.CHECKS_FAILED), SiblingReport(map_index=3, event=Event.CHECKS_PASSED)),
        ),
    ),
    case(
        "what is no longer watched is resolved whatever was broken",
        passed(event=Event.UNWATCHED),
        resolves(),
        orders=is_live(**BY_COUNTRY),
    ),
    case("the reason of a resolution is the title of its signal", passed(), resolves(more={"because": "it passed"}), orders=is_live()),
    # A task or a run, explained by its data, its task or its run
    case(
        "a task whose checks failed concerns their data, by fingerprint",
        failed(LOAD, routes=("b",)),
        *sorted([updates(to=ORDERS, notify=("b",)), updates(to=ITEMS, notify=("b",))], key=lambda does: does.to.fingerprint),
        around=Surroundings(
            suites=(MeasuredSuite(cause=ORDERS, broken=True, try_number=1), MeasuredSuite(cause=ITEMS, broken=True, try_number=1))
        ),
        orders=is_live(),
        items=is_live(),
    ),
    case(
        "an earlier try of its checks explains nothing",
        failed(LOAD, origin=replace(TASK, try_number=2)),
        opens(to=LOAD),
        around=Surroundings(suites=(MeasuredSuite(cause=ORDERS, broken=True, try_number=1),)),
        orders=is_live(),
    ),
    case(
        "the latest try explains where the try is not known",
        failed(LOAD, origin=replace(TASK, try_number=None)),
        updates(),
        around=Surroundings(
            suites=(MeasuredSuite(cause=ITEMS, broken=True, try_number=1), MeasuredSuite(cause=ORDERS, broken=True, try_number=2))
        ),
        orders=is_live(),
    ),
    case(
        "checks that passed explain nothing",
        failed(LOAD),
        opens(to=LOAD),
        around=Surroundings(suites=(MeasuredSuite(cause=ORDERS, broken=False, try_number=1),)),
    ),
    case(
        "a task that failed over warnings concerns their data",
        failed(LOAD),
        updates(),
        around=Surroundings(reported=(ReportedCause(cause=ORDERS, event=Event.CHECKS_WARNED),)),
        orders=is_live(),
    ),
    case(
        "a sensor that found data stale concerns the data",
        failed(LOAD),
        updates(to=FRESH),
        around=Surroundings(reported=(ReportedCause(cause=FRESH, event=Event.STALE),)),
        fresh=is_live(),
    ),
    case(
        "a task that cannot evaluate its SLA concerns the SLA",
        failed(LOAD),
        updates(to=FRESH),
        around=Surroundings(slas=(WatchedSla(cause=FRESH, known=False), WatchedSla(cause=ORDERS, known=True))),
        fresh=is_live(),
    ),
    case(
        "data that has recovered since explains the task still",
        failed(LOAD),
        ignores(Reason.COUNTED_AND_RESOLVED),
        around=Surroundings(suites=(MeasuredSuite(cause=ORDERS, broken=True, try_number=1),)),
    ),
    case(
        "a failed run concerns the incident of its failed task",
        failed(DAG),
        updates(to=LOAD),
        around=Surroundings(of_run=(KnownIncident(id=7, cause=LOAD),)),
        load=is_live(),
    ),
    case(
        "a failed task concerns the incident of its failed run",
        failed(LOAD),
        updates(to=DAG),
        around=Surroundings(of_run=(KnownIncident(id=7, cause=DAG),)),
        dag=is_live(),
    ),
    case(
        "a failed task is not explained by a run that is resolved",
        failed(LOAD),
        opens(to=LOAD),
        around=Surroundings(of_run=(KnownIncident(id=7, cause=DAG, live=False, resolved_at=T + 2 * HOUR),)),
    ),
    case(
        "a late report of a failed run concerns its task although that is resolved",
        failed(DAG),
        ignores(Reason.COUNTED_AND_RESOLVED, to=LOAD),
        around=Surroundings(of_run=(KnownIncident(id=7, cause=LOAD, live=False, resolved_at=T),)),
    ),
    case(
        "a run that ended after its task was resolved opens an incident",
        failed(DAG, occurrence_id="at one"),
        opens(to=DAG),
        around=Surroundings(of_run=(KnownIncident(id=7, cause=LOAD, live=False, resolved_at=T),)),
    ),
    # The end of a run, reported more than once
    case(
        "a run whose failure was reported with its moment counts nothing",
        failed(DAG),
        updates(to=DAG),
        around=Surroundings(earlier_ends=(EarlierEnd(key="other", at=T, incident_id=7),)),
        dag=is_live(),
    ),
    case(
        "a run that ended well since then failed again",
        failed(DAG),
        opens(to=DAG),
        around=Surroundings(earlier_ends=(EarlierEnd(key=failed(DAG).key, at=T, incident_id=7),), recoveries=(OWN,)),
    ),
    case(
        "a failure that is only remembered is not counted",
        failed(DAG),
        opens(to=DAG),
        around=Surroundings(earlier_ends=(EarlierEnd(key="other", at=T),)),
    ),
    case(
        "a remembered failure that ended well since then is",
        failed(DAG),
        ignores(Reason.COUNTED_AND_RESOLVED, to=DAG),
        around=Surroundings(earlier_ends=(EarlierEnd(key="other", at=T),), recoveries=(OWN,)),
    ),
    # A run or tasks that ended well
    case("a run that succeeded is remembered", passed(DAG), remembers(Reason.RUN_ENDED_WELL)),
    case(
        "a run that succeeded ends whatever was wrong with its Dag",
        passed(DAG),
        remembers(Reason.RUN_ENDED_WELL),
        resolves(to=DAG),
        resolves(to=LOAD),
        resolves(to=CLEAN),
        around=OF_DAG,
        dag=is_live(),
        load=is_live(),
        clean=is_live(),
    ),
    case(
        "except tasks that were reported as failed in this very run",
        passed(DAG),
        remembers(Reason.RUN_ENDED_WELL),
        resolves(to=DAG),
        resolves(to=CLEAN),
        around=FAILED_HERE,
        dag=is_live(),
        load=is_live(),
        clean=is_live(),
    ),
    case(
        "or those that the listener knows to be failed",
        passed(DAG, still_failed=("clean",)),
        remembers(Reason.RUN_ENDED_WELL),
        resolves(to=DAG),
        resolves(to=LOAD),
        around=FAILED_HERE,
        dag=is_live(),
        load=is_live(),
        clean=is_live(),
    ),
    case(
        "tasks that ended well in a failed run end their incidents",
        passed(DAG, event=Event.TASK_SUCCEEDED, tasks=("load", "other")),
        resolves(to=LOAD, more={"titled": "Task d.load succeeded"}),
        around=OF_DAG,
        load=is_live(),
    ),
    case("a failed run of a Dag that is not watched is only remembered", failed(DAG, opens=False), remembers(Reason.NOT_WATCHED)),
]


@pytest.mark.parametrize(("signal", "situation", "expected"), CASES)
def test_a_signal_changes(signal: Signal, situation: Situation, expected: tuple[Does, ...]) -> None:
    found = decide(signal, situation)
    assert [
        Does(
            action=change.action,
            reason=change.reason,
            to=change.signal.cause,
            notify=change.notify,
            update=change.update,
            why_update=change.update_reason,
            more={name: change.signal.title if name == "titled" else getattr(change, name) for name in does.more},
        )
        for change, does in zip(found, expected, strict=True)
    ] == list(expected)


def test_every_reason_is_reached_by_a_case() -> None:
    reached = {does.reason for one in CASES for does in one.values[2]}
    assert reached == set(Reason)
    assert {does.why_update for one in CASES for does in one.values[2]} - {None} == set(UpdateReason)
    assert {does.action for one in CASES for does in one.values[2]} == set(Action)


def test_an_incident_without_an_explanation_keeps_none() -> None:
    (change,) = decide(failed(explanation=Explanation()), Situation())
    assert not change.explains


@given(st.tuples(st.text(), st.text(), st.text()), st.tuples(st.text(), st.text(), st.text()))
def test_different_causes_have_different_fingerprints(one: tuple[str, str, str], other: tuple[str, str, str]) -> None:
    def cause(parts: tuple[str, str, str]) -> DataCause:
        return DataCause(namespace=parts[0], name=parts[1], suite=parts[2])

    assert (cause(one).fingerprint == cause(other).fingerprint) == (one == other)


def test_a_task_is_not_its_dag_nor_a_deadline_of_it() -> None:
    causes = [PipelineCause(dag_id="d"), PipelineCause(dag_id="d", task_id="t"), PipelineCause(dag_id="d", deadline="t")]
    assert len({cause.fingerprint for cause in causes}) == 3


def test_every_messenger_of_one_occurrence_has_the_same_key() -> None:
    by_callback = failed(LOAD, severity=Severity.HIGH, routes=("a",))
    by_listener = failed(LOAD, hours=2)
    assert by_callback.key == by_listener.key
    for other in ({"try_number": 2}, {"map_index": 0}, {"run_id": "r2"}, {"task_id": "u"}):
        assert failed(LOAD, origin=replace(TASK, **other)).key != by_callback.key


@given(st.integers(1, 10_000), st.one_of(st.none(), st.timedeltas(timedelta(0), GIVE_UP_AFTER)))
def test_waits_grow_are_bounded_and_never_shorter_than_asked(attempts: int, asked: timedelta | None) -> None:
    wait = next_wait(attempts, asked)
    assert timedelta(seconds=10) <= wait <= max(timedelta(minutes=15), asked or timedelta(0))
    assert asked is None or wait >= asked
    assert next_wait(attempts, None) <= next_wait(attempts + 1, None)


def test_no_wait_is_longer_than_messages_are_kept() -> None:
    assert next_wait(1, timedelta.max) == GIVE_UP_AFTER
    assert next_wait(1, timedelta.min) == timedelta(seconds=10)
