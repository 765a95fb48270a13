"""The one decision about incidents, as a table; identities, keys and waits as laws."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_dre.incidents.decide import Live, decide
from airflow_dre.incidents.identity import DataCause, PipelineCause
from airflow_dre.incidents.retry import next_wait
from airflow_dre.incidents.signals import Event, Origin, Severity, Signal

T = datetime(2026, 1, 1, 12, tzinfo=UTC)
CAUSE = DataCause(namespace="postgres://db:5432", name="shop.public.orders", suite="orders")
LIVE = Live(severity=Severity.MEDIUM, routes=frozenset({"oncall"}), last_problem_at=T)


def signal(event: Event, *, hours: int = 0, severity: Severity | None = None, routes: tuple[str, ...] = (), **origin: object) -> Signal:
    """Return a signal some hours after T."""
    return Signal(
        cause=CAUSE,
        event=event,
        at=T + timedelta(hours=hours),
        title="t",
        severity=severity,
        routes=routes,
        origin=Origin(**origin),
    )


@pytest.mark.parametrize(
    ("fact", "live", "known", "recovered_at", "action", "tell", "severity"),
    [
        pytest.param(signal(Event.CHECKS_FAILED, routes=("a",)), None, False, None, "open", ("a",), "medium", id="a first problem opens"),
        pytest.param(signal(Event.STALE, severity=Severity.HIGH), None, False, None, "open", (), "high", id="with the severity it brings"),
        pytest.param(
            signal(Event.CHECKS_FAILED), None, True, None, "ignore", (), "medium", id="an occurrence counted before opens nothing"
        ),
        pytest.param(
            signal(Event.CHECKS_FAILED), None, False, T, "ignore", (), "medium", id="a late problem does not contradict a recovery"
        ),
        pytest.param(signal(Event.CHECKS_FAILED, hours=1), None, False, T, "open", (), "medium", id="a problem after a recovery opens"),
        pytest.param(signal(Event.CHECKS_FAILED, hours=1), LIVE, False, None, "add", (), "medium", id="a second problem adds"),
        pytest.param(
            signal(Event.TASK_FAILED, routes=("oncall", "b")), LIVE, True, None, "note", ("b",), "medium", id="only new routes hear"
        ),
        pytest.param(signal(Event.TASK_FAILED, severity=Severity.CRITICAL), LIVE, True, None, "note", (), "critical", id="severity rises"),
        pytest.param(signal(Event.TASK_FAILED, severity=Severity.LOW), LIVE, False, None, "add", (), "medium", id="and never falls"),
        pytest.param(signal(Event.CHECKS_PASSED, hours=1), LIVE, False, None, "resolve", ("oncall",), "medium", id="a recovery resolves"),
        pytest.param(signal(Event.CHECKS_PASSED), LIVE, False, None, "resolve", ("oncall",), "medium", id="also at the same moment"),
        pytest.param(signal(Event.CHECKS_PASSED, hours=-1), LIVE, False, None, "ignore", (), "medium", id="a late recovery does not"),
        pytest.param(signal(Event.CHECKS_PASSED), None, False, None, "ignore", (), "medium", id="nothing to resolve"),
    ],
)
def test_decisions(
    fact: Signal, live: Live | None, known: bool, recovered_at: datetime | None, action: str, tell: tuple[str, ...], severity: str
) -> None:
    decision = decide(fact, live, known=known, recovered_at=recovered_at)
    assert (decision.action, decision.tell, decision.severity) == (action, tell, severity)
    assert decision.reason


@given(st.tuples(st.text(), st.text(), st.text()), st.tuples(st.text(), st.text(), st.text()))
def test_different_causes_have_different_fingerprints(one: tuple[str, str, str], other: tuple[str, str, str]) -> None:
    def cause(parts: tuple[str, str, str]) -> DataCause:
        return DataCause(namespace=parts[0], name=parts[1], suite=parts[2])

    assert (cause(one).fingerprint == cause(other).fingerprint) == (one == other)


def test_a_task_is_not_its_dag_nor_a_deadline_of_it() -> None:
    causes = [PipelineCause(dag_id="d"), PipelineCause(dag_id="d", task_id="t"), PipelineCause(dag_id="d", deadline="t")]
    assert len({cause.fingerprint for cause in causes}) == 3


def test_every_messenger_of_one_occurrence_has_the_same_key() -> None:
    here = {"dag_id": "d", "run_id": "r", "task_id": "t", "map_index": -1, "try_number": 1}
    by_callback = signal(Event.TASK_FAILED, severity=Severity.HIGH, routes=("a",), **here)
    by_listener = signal(Event.TASK_FAILED, hours=2, **here)
    assert by_callback.key == by_listener.key
    for other in ({"try_number": 2}, {"map_index": 0}, {"run_id": "r2"}, {"task_id": "u"}):
        assert signal(Event.TASK_FAILED, **{**here, **other}).key != by_callback.key


@given(st.integers(1, 10_000), st.one_of(st.none(), st.timedeltas(timedelta(0), timedelta(hours=3))))
def test_waits_grow_are_bounded_and_never_shorter_than_asked(attempts: int, asked: timedelta | None) -> None:
    wait = next_wait(attempts, asked)
    assert timedelta(seconds=10) <= wait <= max(timedelta(minutes=15), asked or timedelta(0))
    assert asked is None or wait >= asked
    assert next_wait(attempts, None) <= next_wait(attempts + 1, None)
