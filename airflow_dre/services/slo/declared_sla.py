"""An SLA as its author declares it: in a Dag file, in a YAML file or as the store keeps it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from unicodedata import category

from airflow_dre.checks.kinds.freshness import FUTURE_TOLERANCE
from airflow_dre.declaring.calls import unknown_problems
from airflow_dre.declaring.slips import nearest
from airflow_dre.errors import DefinitionError, Problem
from airflow_dre.incidents.notify_options import NotifyOptions, read_notify_options
from airflow_dre.services.slo import targets
from airflow_dre.services.slo.targets import Target, read_target
from airflow_dre.slo.arguments import PROMISE_ARGUMENTS, as_plain, read_promise
from airflow_dre.slo.promise import FreshnessPromise
from airflow_dre.values.instants import DURATION_ALLOWED, read_duration
from airflow_dre.values.text_limits import escaped

LONGEST_NAME = 246
"""Most characters of the name of an SLA: its task id has four more, and at most 250."""
CALLBACKS = ("on_warn", "on_miss", "on_recover", "on_unknown")
SLA_ARGUMENTS = tuple(dict.fromkeys(("name", *targets.ARGUMENTS, "future_tolerance", *PROMISE_ARGUMENTS, *CALLBACKS, "unknown_after")))
"""The keys of an SLA in a YAML file, which are the arguments of ``FreshnessSLA``."""
INCIDENT_ALLOWED = "the arguments of open_incident, for example {routes: [oncall], severity: high}, or a list of such"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredSla:
    """An SLA without the callables that only its Dag file has."""

    name: str
    target: Target
    promise: FreshnessPromise
    future_tolerance: timedelta
    unknown_after: int
    on_warn: tuple[NotifyOptions, ...]
    """The incidents that its callbacks open, as data."""
    on_miss: tuple[NotifyOptions, ...]
    on_unknown: tuple[NotifyOptions, ...]
    arguments: Mapping[str, object]
    """The arguments as values that JSON can hold. :func:`read_declared_sla` makes an equal SLA of them."""


def read_declared_sla(given: Mapping[str, object]) -> DeclaredSla:
    """Read an SLA from its arguments, in which None counts as not given.

    A character of the name that moves the direction of a text is escaped, since the name is shown on pages and in messages.

    :raises DefinitionError: lists every argument that is unknown or not what it must be.
    """
    named = {name: value for name, value in given.items() if value is not None}
    name = named.get("name", "")
    subject = f"FreshnessSLA {name}" if isinstance(name, str) else "FreshnessSLA"
    unknown = {key: value for key, value in named.items() if key not in SLA_ARGUMENTS}
    meant = {near: value for key, value in unknown.items() if (near := nearest(key, SLA_ARGUMENTS)) is not None}
    named = {**meant, **named}  # so that a misspelled argument is not missed, too
    reader = _Reader(subject, named)
    notices = {argument: reader.notices(argument) for argument in CALLBACKS}
    unknown_after = reader.unknown_after()
    reader.refuse(*unknown_problems(subject, unknown, SLA_ARGUMENTS))
    reader.refuse(*find_sla_name_problems(name))
    target, promise, tolerance = reader.target(), reader.promise(), reader.tolerance()
    if named.get("on_warn") and named.get("warn_before") is None:
        reader.refuse(Problem(subject, "on_warn", named["on_warn"], "no on_warn without warn_before"))
    if notices["on_recover"]:
        reader.refuse(Problem(subject, "on_recover", named["on_recover"], "no open_incident: the incident is resolved by itself"))
    if reader.problems or target is None or promise is None:
        raise DefinitionError(reader.problems)
    named["name"] = escaped(str(name))
    return DeclaredSla(
        name=escaped(str(name)),
        target=target,
        promise=promise,
        future_tolerance=tolerance,
        unknown_after=unknown_after,
        on_warn=notices["on_warn"],
        on_miss=notices["on_miss"],
        on_unknown=notices["on_miss"] if named.get("on_unknown") is None else notices["on_unknown"],
        arguments={key: _plain(key, value) for key, value in named.items()},
    )


def find_sla_name_problems(name: object) -> list[Problem]:
    """Return why ``name`` cannot be the name of an SLA, which becomes part of a task id."""
    if not isinstance(name, str) or not name.strip():
        return [Problem("FreshnessSLA", "name", name, "text that is not empty")]
    if len(escaped(name)) > LONGEST_NAME:
        return [Problem("FreshnessSLA", "name", name, f"at most {LONGEST_NAME} characters; it has {len(escaped(name))}")]
    if any(category(character) in ("Cc", "Cs") for character in name):
        return [Problem("FreshnessSLA", "name", name, "text without control characters and halves of surrogate pairs")]
    return []


def notice_arguments(options: NotifyOptions) -> dict[str, object]:
    """Return the arguments of ``open_incident`` that make such options."""
    given: dict[str, object] = {"routes": list(options.routes)}
    return given if options.severity is None else {**given, "severity": options.severity.value}


def _plain(name: str, value: object) -> object:
    return as_plain(targets.plain_argument(name, value))


class _Reader:
    """The arguments, and the problems found among them."""

    def __init__(self, subject: str, given: Mapping[str, object]) -> None:
        self.subject = subject
        self.given = given
        self.problems: list[Problem] = []

    def refuse(self, *problems: Problem) -> None:
        self.problems += [problem for problem in problems if problem not in self.problems]

    def target(self) -> Target | None:
        given = self.given
        if given.get("table") is None and any(given.get(name) is not None for name in ("file", "asset", "dag")):
            given = {name: value for name, value in given.items() if name != "time_zone"}  # it is that of the due moments
        try:
            return read_target(self.subject, given)
        except DefinitionError as error:
            self.refuse(*error.problems)
            return None

    def promise(self) -> FreshnessPromise | None:
        try:
            return read_promise(self.subject, self.given)
        except DefinitionError as error:
            self.refuse(*error.problems)
            return None

    def tolerance(self) -> timedelta:
        value = self.given.get("future_tolerance")
        tolerance = FUTURE_TOLERANCE if value is None else read_duration(value)
        if tolerance is None:
            self.refuse(Problem(self.subject, "future_tolerance", value, DURATION_ALLOWED))
        return tolerance or FUTURE_TOLERANCE

    def unknown_after(self) -> int:
        value = self.given.get("unknown_after", 1)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            self.refuse(Problem(self.subject, "unknown_after", value, "a number of looks, at least 1"))
            return 1
        return value

    def notices(self, argument: str) -> tuple[NotifyOptions, ...]:
        """Return the incidents that an argument declares as data."""
        value = self.given.get(argument)
        several = list(value) if isinstance(value, Sequence) and not isinstance(value, str) else [] if value is None else [value]
        found = []
        for one in several:
            if not isinstance(one, Mapping):
                self.refuse(Problem(self.subject, argument, one, INCIDENT_ALLOWED))
                continue
            self.refuse(
                *unknown_problems(f"{self.subject} {argument}", {k: v for k, v in one.items() if k not in _OF_INCIDENTS}, _OF_INCIDENTS)
            )
            try:
                routes, severity = one.get("routes", ()), one.get("severity", "medium")
                subject = f"{self.subject} {argument}"
                found.append(read_notify_options(subject, routes=routes, severity=severity, severity_argument="severity"))
            except DefinitionError as error:
                self.refuse(*error.problems)
        return tuple(found)


_OF_INCIDENTS = ("severity", "routes")
