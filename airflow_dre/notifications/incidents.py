"""Notifiers for ``on_failure_callback`` and ``on_success_callback`` of tasks and Dags, for Deadline Alerts and for SLAs.

Nothing here is templated: text of a failure, which may come out of the data, must never be rendered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseNotifier

from airflow_dre.declaring.calls import unknown_problems
from airflow_dre.declaring.functions import callback_factory, strict
from airflow_dre.errors import DefinitionError

if TYPE_CHECKING:
    from airflow.sdk import Context

CALLBACK_SECONDS = 120.0
"""How long a callback in the triggerer may take. What it records is kept within seconds, or waits in the spool."""


class Verbatim(BaseNotifier):
    """A notifier that renders nothing, also where Airflow hands it a Dag without a template environment."""

    template_fields: Sequence[str] = ()

    def render_template_fields(self, context: Context, jinja_env: Any = None) -> None:
        """Leave everything as it is."""


def known_arguments(kind: type, more: dict[str, Any], *names: str) -> dict[str, Any]:
    """Return the arguments of Airflow's notifier.

    :raises airflow_dre.errors.DefinitionError: there are others.
    """
    unknown = {name: value for name, value in more.items() if name != "context"}
    if unknown:
        raise DefinitionError(unknown_problems(kind.__name__, unknown, names))
    return more


class OpenIncident(Verbatim):
    """Record what a failure callback was called for. The cause gets one live incident, however many messengers report it.

    A task that failed because its checks failed adds to the incident of the dataset. See :func:`open_incident`.

    :param severity: ``low``, ``medium`` (default), ``high`` or ``critical``; an incident keeps the highest it was given.
    :param routes: names of routes of ``[dre] routes`` that are notified.
    :param deadline: name of the deadline, where it is the callback of a Deadline Alert.
    :raises airflow_dre.errors.DefinitionError: the severity or the routes are not what they must be.
    """

    @strict
    def __init__(self, *, severity: str = "medium", routes: Iterable[str] = (), deadline: str = "", **kwargs: Any) -> None:
        super().__init__(**known_arguments(type(self), kwargs, "severity", "routes", "deadline"))
        from airflow_dre.declaring.names import find_name_problems
        from airflow_dre.incidents.notify_options import read_notify_options

        self.notify_options = read_notify_options("open_incident", routes=routes, severity=severity, severity_argument="severity")
        if too_long := find_name_problems("open_incident", {"deadline": deadline}):
            raise DefinitionError(too_long)
        self.severity = severity
        self.routes = self.notify_options.routes
        self.deadline = deadline

    def notify(self, context: Context) -> None:
        """Record the problem. It is safe to call twice.

        Messages are sent where that holds nothing else up, and left to the monitor elsewhere.
        """
        from airflow_dre.incidents.notify_options import NotifyOptions
        from airflow_dre.incidents.signals import Severity
        from airflow_dre.services.incidents.callbacks import record_problem

        options = NotifyOptions(severity=Severity(self.severity), routes=self.routes)
        record_problem(context, options, deadline=self.deadline)

    async def async_notify(self, context: Context) -> None:
        """Do the same in the triggerer, without blocking it and without the threads that others wait for.

        A deadline that is over is reported where the states of the run and of its incidents show that it was missed.
        """
        if context.get("deadline") is not None and await self._is_settled(context):
            return
        await _in_the_triggerer(lambda: self.notify(context))

    async def _is_settled(self, context: Context) -> bool:
        """Return whether the run of a deadline needs no report: it succeeded in time, or its failure is reported already."""
        from importlib import import_module

        from airflow_dre.services.asking import ask

        await ask("airflow-dre's own modules", CALLBACK_SECONDS, lambda: import_module("airflow_dre.services.slo.deadlines"))
        from airflow_dre.clock import now
        from airflow_dre.services.slo.deadlines import run_in, watch_deadline
        from airflow_dre.slo.deadline import Alert, Deadline, DeadlineResult

        alert = Alert(deadline=Deadline(name=self.deadline))
        return (await watch_deadline(run_in(context, now()), alert)).result is not DeadlineResult.MISSED


async def _in_the_triggerer(call: Callable[[], None]) -> None:
    from airflow_dre.services.asking import ask

    await ask("the results store, asked by callbacks,", CALLBACK_SECONDS, call)


class ResolveIncident(Verbatim):
    """Record what a success callback was called for: the live incident of the task, or of the Dag, is resolved.

    An incident about data is resolved by its checks when they pass, never by a task that merely ended well.
    """

    @strict
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**known_arguments(type(self), kwargs))

    def notify(self, context: Context) -> None:
        """Record the recovery. It is safe to call twice."""
        from airflow_dre.services.incidents.callbacks import record_recovery

        record_recovery(context)

    async def async_notify(self, context: Context) -> None:
        """Do the same in the triggerer, without blocking it and without the threads that others wait for."""
        await _in_the_triggerer(lambda: self.notify(context))


@callback_factory
def open_incident(*, severity: str = "medium", routes: Iterable[str] = ()) -> OpenIncident:
    """Return a callback that opens an incident, or adds to the live one of the same cause.

    Use it as ``on_failure_callback`` of a task or a Dag, or in ``on_miss`` of a :class:`airflow_dre.sla.FreshnessSLA`.

    :param severity: ``low``, ``medium`` (default), ``high`` or ``critical``.
    :param routes: names of routes of ``[dre] routes`` that are notified.
    :raises airflow_dre.errors.DefinitionError: the severity or the routes are not what they must be.
    """
    return OpenIncident(severity=severity, routes=routes)


@callback_factory
def resolve_incident() -> ResolveIncident:
    """Return a callback that resolves the live incident of a task or a Dag. Use it as ``on_success_callback``."""
    return ResolveIncident()
