"""Identities, keys, reasons and waits, for all names that people use."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_dre.incidents.decide import Action, decide
from airflow_dre.incidents.identity import Cause, CauseKind, DataCause, PipelineCause, Promise
from airflow_dre.incidents.retry import FIRST_WAIT, LONGEST_WAIT, next_wait
from airflow_dre.incidents.signals import Event, Origin, Severity, Signal
from airflow_dre.incidents.situation import KnownIncident, LiveIncident, Surroundings
from tests.incidents.situations import decide_one, meeting

T = datetime(2026, 1, 1, 12, tzinfo=UTC)
PIPELINE = PipelineCause(dag_id="d", task_id="t")
tricky = st.text(alphabet="aÿ\x00\x1f|/.:\xff\ufeff ", max_size=4)
"""Names full of delimiters."""
origins = st.builds(
    Origin,
    dag_id=tricky,
    run_id=tricky,
    task_id=tricky,
    map_index=st.integers(-1, 12),
    try_number=st.integers(1, 12),
)
data_causes = st.builds(DataCause, namespace=tricky, name=tricky, suite=tricky, promise=st.sampled_from(Promise))
pipeline_causes = st.builds(PipelineCause, dag_id=tricky, task_id=tricky, deadline=tricky)
causes = st.one_of(data_causes, pipeline_causes)
lives = st.builds(
    LiveIncident,
    severity=st.sampled_from(Severity),
    routes=st.frozensets(st.sampled_from("abc")),
    last_problem_at=st.datetimes(datetime(2026, 1, 1), datetime(2026, 1, 3), timezones=st.just(UTC)),
)
signals = st.builds(
    Signal,
    cause=causes,
    event=st.sampled_from(Event),
    at=st.datetimes(datetime(2026, 1, 1), datetime(2026, 1, 3), timezones=st.just(UTC)),
    title=st.just("what happened"),
    origin=origins,
    severity=st.none() | st.sampled_from(Severity),
    routes=st.lists(st.sampled_from("abc"), unique=True).map(tuple),
    occurrence_id=tricky,
)


def signal(**changes: Any) -> Signal:
    """Return a failed task, with changes."""
    origin = Origin(dag_id="d", run_id="r", task_id="t", map_index=-1, try_number=1)
    values: dict[str, Any] = {"cause": PIPELINE, "event": Event.TASK_FAILED, "at": T, "title": "t failed", "origin": origin} | changes
    return Signal(**values)


@given(causes, causes)
def test_a_fingerprint_is_the_cause_and_nothing_else(one: Cause, other: Cause) -> None:
    assert (one.fingerprint == other.fingerprint) is (one == other)
    assert len(one.fingerprint) == 64


@pytest.mark.parametrize(
    ("cause", "fingerprint", "kind"),
    [
        (DataCause(namespace="n", name="d", suite="s"), "a8ca80c0ec65456444c29fc7b100f08e1c08fcc7eaeb562d8ccdcbe5acc1307b", CauseKind.DATA),
        (PipelineCause(dag_id="d", task_id="t"), "24ecdaadab0be2f13616dc6be0d0057daaa433434ff74089a84410a9447051f3", CauseKind.PIPELINE),
    ],
)
def test_a_fingerprint_is_the_same_in_every_release(cause: Cause, fingerprint: str, kind: CauseKind) -> None:
    assert cause.fingerprint == fingerprint
    assert cause.kind is kind


@given(signals, signals)
def test_a_key_is_the_occurrence_and_nothing_else(one: Signal, other: Signal) -> None:
    def occurrence(fact: Signal) -> tuple[object, ...]:
        return fact.cause, fact.event, fact.origin, fact.occurrence_id

    assert (one.key == other.key) is (occurrence(one) == occurrence(other))


@given(origins, origins)
def test_no_name_of_a_run_can_pass_for_another(one: Origin, other: Origin) -> None:
    assert (signal(origin=one).key == signal(origin=other).key) is (one == other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param({"run_id": "aÿb", "task_id": "c"}, {"run_id": "a", "task_id": "bÿc"}, id="a letter is no delimiter"),
        pytest.param({"run_id": "a", "task_id": ""}, {"run_id": "", "task_id": "a"}, id="an empty part has its place"),
        pytest.param({"map_index": 1, "try_number": 11}, {"map_index": 11, "try_number": 1}, id="numbers do not run together"),
    ],
)
def test_parts_of_a_key_are_told_apart(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert signal(origin=Origin(**one)).key != signal(origin=Origin(**other)).key


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        pytest.param({"title": "reported by the listener", "detail": "x"}, True, id="other words"),
        pytest.param({"at": T + timedelta(minutes=5)}, True, id="reported later"),
        pytest.param({"severity": Severity.CRITICAL, "routes": ("a",)}, True, id="with an opinion and routes"),
        pytest.param({"event": Event.DEADLINE_MISSED}, False, id="another event"),
        pytest.param({"occurrence_id": "2026-01-01"}, False, id="another occurrence"),
        pytest.param({"cause": PipelineCause(dag_id="d")}, False, id="another cause"),
    ],
)
def test_messengers_of_one_occurrence_agree(changes: dict[str, Any], same: bool) -> None:
    assert (signal(**changes).key == signal().key) is same


@pytest.mark.parametrize("event", Event)
def test_an_event_is_a_problem_or_ends_one(event: Event) -> None:
    about = signal(event=event, cause=DataCause(namespace="n", name="d", suite="s"))
    opens = decide_one(about).action is Action.OPEN
    ends = decide_one(about, LIVE).action is Action.RESOLVE
    assert opens is not ends
    assert event.firing is opens


def test_severities_are_ranked() -> None:
    assert [level.rank for level in (Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL)] == [0, 1, 2, 3]


LIVE = LiveIncident(severity=Severity.HIGH, routes=frozenset({"b", "a"}), last_problem_at=T)


@pytest.mark.parametrize(
    ("fact", "live", "known", "recovered_at", "action", "reason"),
    [
        pytest.param(signal(), None, False, None, "open", "first problem of this cause", id="first"),
        pytest.param(signal(), None, False, T - timedelta(seconds=1), "open", "first problem of this cause", id="after a recovery"),
        pytest.param(
            signal(), None, True, None, "ignore", "this occurrence was counted and its incident is resolved", id="known, resolved"
        ),
        pytest.param(signal(), None, False, T, "ignore", "a newer recovery is known", id="recovered at that moment"),
        pytest.param(signal(), LIVE, False, T + timedelta(hours=1), "add", "the incident of this cause is live", id="live"),
        pytest.param(signal(), LIVE, True, None, "note", "this occurrence is counted already", id="live and known"),
        pytest.param(
            signal(event=Event.TASK_SUCCEEDED), LIVE, False, None, "resolve", "t failed", id="recovered: the reason is what happened"
        ),
        pytest.param(
            signal(event=Event.TASK_SUCCEEDED, at=T - timedelta(seconds=1)),
            LIVE,
            False,
            None,
            "ignore",
            "a newer problem is known",
            id="late",
        ),
        pytest.param(signal(event=Event.TASK_SUCCEEDED), None, False, None, "ignore", "nothing to resolve", id="nothing live"),
    ],
)
def test_a_decision_says_why(
    fact: Signal, live: LiveIncident | None, known: bool, recovered_at: datetime | None, action: str, reason: str
) -> None:
    decision = decide_one(fact, live, known=known, recovered_at=recovered_at)
    assert (decision.action, decision.because) == (action, reason)


@given(fact=signals, live=st.none() | lives, known=st.booleans(), recovered=st.none() | st.just(T))
def test_decisions_keep_these_laws(fact: Signal, live: LiveIncident | None, known: bool, recovered: datetime | None) -> None:
    of_dag = () if live is None else (KnownIncident(id=live.id, cause=fact.cause),)
    situation = meeting(fact, live, known=known, recovered_at=recovered, around=Surroundings(live_of_dag=of_dag))
    assert decide(fact, situation) == decide(fact, situation)
    targets = [change for change in decide(fact, situation) if change.action is not Action.REMEMBER]
    if live is None and fact.event is Event.RUN_SUCCEEDED and isinstance(fact.cause, PipelineCause):
        assert targets == []  # it ends incidents of its Dag, and has none of its own
        return
    (decision,) = targets
    if live is None:
        assert decision.action in (Action.OPEN, Action.IGNORE)
    else:
        assert decision.action is not Action.OPEN
        assert decision.severity.rank >= live.severity.rank
    if known:
        assert decision.action not in (Action.OPEN, Action.REPEAT)
    if not fact.event.firing:
        assert decision.action in (Action.RESOLVE, Action.IGNORE)
    if decision.action is Action.IGNORE:
        assert decision.notify == ()
    elif decision.action is Action.RESOLVE:
        assert live is not None
        assert decision.notify == tuple(sorted(live.routes))
    else:
        assert set(decision.notify) == set(fact.routes) - (live.routes if live is not None else set())


@pytest.mark.parametrize(
    ("attempts", "asked", "seconds"),
    [
        (1, None, 10),
        (2, None, 20),
        (3, None, 40),
        (7, None, 640),
        (8, None, 900),
        (10_000, None, 900),
        (1, 5, 10),
        (1, 60, 60),
        (3, 40, 40),
        (9, 3600, 3600),
    ],
)
def test_waits(attempts: int, asked: int | None, seconds: int) -> None:
    assert next_wait(attempts, None if asked is None else timedelta(seconds=asked)) == timedelta(seconds=seconds)


@pytest.mark.parametrize("attempts", range(1, 30))
def test_a_wait_without_a_wish_of_the_receiver_stays_within_its_bounds(attempts: int) -> None:
    assert FIRST_WAIT <= next_wait(attempts, None) <= LONGEST_WAIT
