"""Options that say who hears of a task's problems: routes, severity, and from which outcome on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from airflow_dre.declaring.names import find_name_problems
from airflow_dre.errors import DefinitionError, Problem
from airflow_dre.incidents.signals import Severity, Signal

SEVERITIES = tuple(level.value for level in Severity)
NOTIFY_ON = ("failed", "warned", "never")
ROUTES_ALLOWED = "names of routes"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyOptions:
    """Routes that hear of a problem, severity of its incident, and outcomes that are a problem."""

    routes: tuple[str, ...] = ()
    """Names of routes of ``[dre] routes``."""
    severity: Severity | None = None
    """Severity of the incident. None: ``medium``, or that of another reporter."""
    notify_on: str = "failed"
    """``failed``: failed and errored checks. ``warned``: warnings too. ``never``: no check opens an incident."""

    @property
    def warnings_count(self) -> bool:
        """True if warnings open an incident."""
        return self.notify_on == "warned"

    def joined_with(self, others: Iterable[NotifyOptions]) -> NotifyOptions:
        """Return these options with the routes of others added, and their highest severity where this one has no severity."""
        given = tuple(others)
        routes = tuple(dict.fromkeys((*self.routes, *(route for other in given for route in other.routes))))
        severities = [other.severity for other in given if other.severity is not None]
        highest = max(severities, key=lambda level: level.rank, default=None)
        return replace(self, routes=routes, severity=self.severity or highest)

    def address(self, signals: Iterable[Signal]) -> tuple[Signal, ...]:
        """Return the signals with these routes and this severity. Recoveries stay as they are, and ``never`` drops problems."""
        if self.notify_on == "never":
            return tuple(signal for signal in signals if not signal.event.firing)
        return tuple(self._addressed(signal) if signal.event.firing else signal for signal in signals)

    def _addressed(self, signal: Signal) -> Signal:
        routes = tuple(dict.fromkeys((*signal.routes, *self.routes)))
        return msgspec.structs.replace(signal, routes=routes, severity=self.severity or signal.severity)


def find_notify_problems(
    subject: str,
    *,
    routes: object = (),
    severity: object = None,
    notify_on: object = "failed",
    severity_argument: str = "incident_severity",
) -> list[Problem]:
    """Return everything that is wrong with the options of a task, a callback or a sensor.

    :param subject: object that messages name, for example ``QualityCheckOperator check``.
    :param routes: name of a route, or names of routes.
    :param severity: ``low``, ``medium``, ``high``, ``critical`` or None.
    :param notify_on: ``failed``, ``warned`` or ``never``.
    :param severity_argument: name of the argument that holds the severity.
    """
    problems = []
    if severity is not None and severity not in SEVERITIES:
        problems.append(Problem(subject, severity_argument, severity, _with_hint(severity, SEVERITIES)))
    names = (routes,) if isinstance(routes, str) else routes
    if isinstance(names, Mapping) or not isinstance(names, Iterable) or not all(isinstance(name, str) and name.strip() for name in names):
        shown = "(a mapping)" if isinstance(routes, Mapping) else routes  # which may hold addresses with tokens
        problems.append(Problem(subject, "routes", shown, ROUTES_ALLOWED))
    else:
        problems += [problem for name in names for problem in find_name_problems(subject, {"routes": name})]
    if notify_on not in NOTIFY_ON:
        problems.append(Problem(subject, "notify_on", notify_on, _with_hint(notify_on, NOTIFY_ON)))
    return problems


def read_notify_options(
    subject: str,
    *,
    routes: str | Iterable[str] = (),
    severity: str | None = None,
    notify_on: str = "failed",
    severity_argument: str = "incident_severity",
) -> NotifyOptions:
    """Return the options of a task, a callback or a sensor. The parameters are those of :func:`find_notify_problems`.

    :raises DefinitionError: lists every option that is wrong.
    """
    names = routes if isinstance(routes, (str, list, Mapping)) or not isinstance(routes, Iterable) else tuple(routes)
    problems = find_notify_problems(subject, routes=names, severity=severity, notify_on=notify_on, severity_argument=severity_argument)
    if problems:
        raise DefinitionError(problems)
    return NotifyOptions(
        routes=(names,) if isinstance(names, str) else tuple(names),
        severity=None if severity is None else Severity(severity),
        notify_on=notify_on,
    )


def options_of_callbacks(*callbacks: object) -> tuple[NotifyOptions, ...]:
    """Return the options of those failure callbacks of a task, and of its Dag, that open an incident.

    :param callbacks: each a callback, a sequence of callbacks, or None.
    """
    several = [one for given in callbacks for one in (given if isinstance(given, (list, tuple)) else (given,))]
    found = [getattr(callback, "notify_options", None) for callback in several]
    return tuple(options for options in found if isinstance(options, NotifyOptions))


def _with_hint(value: object, allowed: Sequence[str]) -> str:
    from difflib import get_close_matches  # a Dag without a slip does not pay for it

    listed = ", ".join(allowed)
    close = get_close_matches(value.lower(), allowed, n=1) if isinstance(value, str) else []
    return f"{listed} (did you mean {close[0]!r}?)" if close else listed
