"""Use cases of Airflow's callbacks: problems and recoveries of tasks, runs, deadlines and SLAs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow_dre.clock import now
from airflow_dre.incidents.notify_options import NotifyOptions
from airflow_dre.incidents.signals import Signal
from airflow_dre.services.incidents.contexts import problem_in, recovery_in
from airflow_dre.services.incidents.delivery import deliver
from airflow_dre.services.incidents.places import why_not_send
from airflow_dre.services.wiring import read_wiring
from airflow_dre.store.records import Delivery


def record_problem(context: Mapping[str, Any], options: NotifyOptions, *, deadline: str = "") -> None:
    """Record the problem that a failure callback was called for, and send messages where that holds nothing else up.

    :param context: of a task callback, a Dag callback, a Deadline Alert or an SLA.
    :param options: severity and routes of the callback.
    :param deadline: name of the deadline, for a Deadline Alert.
    """
    _record(problem_in(dict(context), now(), options, deadline=deadline), context)


def record_recovery(context: Mapping[str, Any]) -> None:
    """Record the recovery that a success callback was called for, and send messages where that holds nothing else up."""
    _record(recovery_in(dict(context), now()), context)


def _record(signal: Signal, context: Mapping[str, Any]) -> None:
    deliver(Delivery(signals=(signal,)), read_wiring().settings, send=why_not_send(context) is None)
