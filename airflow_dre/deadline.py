"""Deadlines of runs and tasks: alerts of Airflow that query the states before they report."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow_dre.declaring.functions import strict

if TYPE_CHECKING:
    from airflow.sdk.definitions.deadline import DeadlineAlert


@strict
def dag_deadline(
    interval: timedelta | str,
    *,
    name: str = "deadline",
    reference: Any = None,
    severity: str = "high",
    routes: Iterable[str] = (),
) -> DeadlineAlert:
    """Return a deadline for each run of a Dag, wired to an incident: ``DAG(..., deadline=dag_deadline("2h"))``.

    The alert runs in the triggerer, and asks for the state of the run first. A run that failed before, and whose failure an incident
    reports, is not reported again. The incident is resolved when a run of the Dag succeeds. A deadline exists only for a run that exists;
    for a table that must be fresh even if no run ever started use :class:`~airflow_dre.sla.FreshnessSLA`.

    :param interval: time after the reference by which the run must have succeeded, for example ``"2h"`` or a timedelta.
    :param name: name of the deadline, unique within the Dag.
    :param reference: a ``DeadlineReference``. The default is the moment at which the run was queued, which every run has, also one without
        a logical date.
    :param severity: severity of the incident: ``low``, ``medium``, ``high`` or ``critical``.
    :param routes: names of routes of ``[dre] routes`` that are notified.
    :raises airflow_dre.errors.DefinitionError: an argument is not what it must be.
    """
    from airflow.sdk.definitions.callback import AsyncCallback
    from airflow.sdk.definitions.deadline import BaseDeadlineReference, DeadlineAlert

    from airflow_dre.declaring.names import find_name_problems
    from airflow_dre.errors import DefinitionError, Problem
    from airflow_dre.notifications import OpenIncident
    from airflow_dre.triggers.references import RunQueued
    from airflow_dre.values.instants import DURATION_ALLOWED, read_duration

    problems: list[Problem] = []
    duration = read_duration(interval)
    if duration is None:
        problems = [Problem("dag_deadline", "interval", interval, DURATION_ALLOWED)]
    if not isinstance(name, str) or not name.strip():
        problems.append(Problem("dag_deadline", "name", name, "text that is not empty"))
    problems += find_name_problems("dag_deadline", {"name": name})
    if reference is not None and not isinstance(reference, BaseDeadlineReference):
        problems.append(Problem("dag_deadline", "reference", reference, "a reference such as DeadlineReference.DAGRUN_QUEUED_AT"))
    if problems or duration is None:
        raise DefinitionError(problems)
    notifier = OpenIncident(severity=severity, routes=routes, deadline=name)  # refuses mistakes here, where the Dag author sees them
    arguments = {"severity": severity, "routes": list(notifier.routes), "deadline": name}
    return DeadlineAlert(
        reference=RunQueued() if reference is None else reference,
        interval=duration,
        callback=AsyncCallback(OpenIncident, kwargs=arguments),
        name=name,
    )
