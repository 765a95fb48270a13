"""Situations that signals meet, made in memory."""

from __future__ import annotations

from datetime import datetime

from airflow_dre.incidents.decide import Change, decide
from airflow_dre.incidents.recoveries import Recovery
from airflow_dre.incidents.signals import Signal
from airflow_dre.incidents.situation import CauseState, Counted, LiveIncident, Situation, Surroundings


def meeting(
    signal: Signal,
    live: LiveIncident | None = None,
    *,
    known: bool = False,
    recovered_at: datetime | None = None,
    state: CauseState | None = None,
    around: Surroundings | None = None,
) -> Situation:
    """Return a situation with one cause, that of the signal.

    :param live: the live incident of the cause.
    :param known: whether this very occurrence was counted before, with the live incident or with a resolved one.
    :param recovered_at: a moment at which the cause was healthy.
    :param state: what is known of the cause, instead of the above.
    :param around: what is known of the run and the Dag.
    """
    counted = Counted(at=signal.at, incident_id=live.id if live is not None else 99) if known else None
    recoveries = () if recovered_at is None else (Recovery(at=recovered_at),)
    state = state or CauseState(live=live, counted=counted, recoveries=recoveries)
    return Situation(surroundings=around or Surroundings(), causes={signal.cause.fingerprint: state})


def decide_one(signal: Signal, live: LiveIncident | None = None, *, known: bool = False, recovered_at: datetime | None = None) -> Change:
    """Return the change of a signal that concerns its own cause alone."""
    (change,) = [
        change
        for change in decide(signal, meeting(signal, live, known=known, recovered_at=recovered_at))
        if change.signal.cause == signal.cause
    ]
    return change
