"""Definitions of service level objectives, read from the arguments of ``SLO`` or from a document that holds the same arguments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction

from airflow_dre.declaring.names import find_name_problems
from airflow_dre.declaring.slips import one_of
from airflow_dre.errors import DefinitionError, Problem
from airflow_dre.slo.alerts import SHARE_ALLOWED, Alerts, read_alerts_argument, read_share
from airflow_dre.slo.burn_rate import LEAST_EVENTS
from airflow_dre.slo.indicators import EventKind, Indicator, Measure, Weighted, Worst
from airflow_dre.slo.objective import Budgeting, Missing, Objective
from airflow_dre.slo.window import MINUTE, UNITS, Window
from airflow_dre.values.calendar import Unit
from airflow_dre.values.instants import DURATION_ALLOWED, read_duration, read_zone, zone_allowed

BUDGETINGS = {"occurrences": Budgeting.OCCURRENCES, "time_slices": Budgeting.TIMESLICES, "ratio_time_slices": Budgeting.RATIO_TIMESLICES}
NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
NAME_ALLOWED = "at most 63 small letters, digits and dashes, which begin and end with a letter or digit"
WINDOW_ALLOWED = "a duration such as '30d', or day, week, month, quarter or year"
TARGET_ALLOWED = "a percentage such as '99.9%', or a number between 0 and 1"
FULL_TARGET = (
    "less than 100 %: an objective of 100 % has no error budget, so that one bad event would spend it infinitely fast; "
    "write for example '99.9%'"
)
DEFAULT_SLICE = timedelta(minutes=15)
_DAY = timedelta(days=1)
LONGEST_WINDOW = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class SloDefinition:
    """A service level objective as it was declared."""

    name: str
    sli: Measure
    objective: Objective
    window: Window
    slice: timedelta
    """Length of a slice of time, in whole minutes."""
    every: timedelta | None = None
    """Time between two events. None: it is read off the events."""
    min_events: int = LEAST_EVENTS
    alerts: Alerts = field(default_factory=Alerts)
    routes: tuple[str, ...] = ()
    description: str | None = None
    owner: str | None = None
    runbook: str | None = None

    def reach(self, at: datetime) -> datetime:
        """Return the moment from which the events of the window and of the alerts are needed."""
        longest = max((alert.long for alert in self.alerts.burn), default=timedelta(0))
        return min(self.window.bounds(at)[0], at - max(longest, 3 * (self.every or _DAY)))

    @property
    def components(self) -> tuple[str, ...]:
        """Names of the SLOs that a composite is made of."""
        match self.sli:
            case Worst():
                return self.sli.names
            case Weighted():
                return tuple(name for name, _ in self.sli.weights)
            case _:
                return ()


def read_definition(subject: str, given: Mapping[str, object]) -> SloDefinition:
    """Read the arguments of an SLO.

    :param given: arguments by name, as ``SLO`` takes them; None means the default.
    :raises DefinitionError: lists every argument that is not what it must be.
    """
    problems: list[Problem] = []
    name, sli = given.get("name"), given.get("sli")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        problems.append(Problem(subject, "name", name, NAME_ALLOWED))
    if not isinstance(sli, (Indicator, Worst, Weighted)):
        problems.append(Problem(subject, "sli", sli, "an indicator such as rows_passed('flights'), or worst_of(...) or weighted(...)"))
        sli = None
    window = _read_window(subject, given, problems)
    every = _read_minutes(subject, "every", given.get("every"), problems)
    width = _read_minutes(subject, "slice", given.get("slice"), problems)
    objective = _read_objective(subject, given, sli, problems)
    if objective is not None and objective.missing is not Missing.IGNORE and width is None and every is None and not _is_sliced(sli):
        problems.append(Problem(subject, "every", None, "the time between two events, so that a missing one is noticed, for example '1d'"))
    events = given.get("min_events", LEAST_EVENTS)
    if isinstance(events, bool) or not isinstance(events, int) or events < 1:
        problems.append(Problem(subject, "min_events", events, "a whole number from 1"))
        events = LEAST_EVENTS
    alerts, more = read_alerts_argument(subject, given.get("alerts", "workbook"))
    problems += more + _find_text_problems(subject, given)
    routes = given.get("routes") or ()
    listed = (routes,) if isinstance(routes, str) else tuple(routes) if isinstance(routes, Iterable) else ()
    if not all(isinstance(route, str) and route.strip() for route in listed) or isinstance(routes, Mapping):
        problems.append(Problem(subject, "routes", routes, "names of routes"))
    if problems or window is None or objective is None or sli is None:
        raise DefinitionError(problems)
    return SloDefinition(
        name=str(name),
        sli=sli,
        objective=objective,
        window=window,
        slice=width or every or (DEFAULT_SLICE if objective.budgeting is not Budgeting.OCCURRENCES else MINUTE),
        every=every,
        min_events=events,
        alerts=alerts,
        routes=tuple(str(route) for route in listed),
        **{key: None if given.get(key) is None else str(given[key]) for key in ("description", "owner", "runbook")},
    )


def _is_sliced(sli: Measure | None) -> bool:
    """Return whether time passes for an indicator without events: its slices have a length of their own."""
    return not isinstance(sli, Indicator) or sli.counts is EventKind.FRESH


def _read_window(subject: str, given: Mapping[str, object], problems: list[Problem]) -> Window | None:
    value, zone = given.get("window") or "30d", given.get("time_zone")
    units = [unit.value for unit in UNITS]
    if zone is not None and read_zone(zone) is None:
        problems.append(Problem(subject, "time_zone", zone, zone_allowed(zone)))
        return None
    if isinstance(value, str) and value in units:
        return Window(unit=Unit(value), time_zone="UTC" if zone is None else str(zone))
    duration = read_duration(value)
    if duration is None or duration > LONGEST_WINDOW or duration % MINUTE:
        problems.append(Problem(subject, "window", value, f"{WINDOW_ALLOWED}; a duration is at most 366 days and of whole minutes"))
        return None
    if zone is not None:
        problems.append(
            Problem(subject, "time_zone", zone, "nothing beside a duration: only day, week, month, quarter and year have a time zone")
        )
    return Window(duration=duration)


def _read_minutes(subject: str, argument: str, value: object, problems: list[Problem]) -> timedelta | None:
    if value is None:
        return None
    duration = read_duration(value)
    if duration is None or duration % MINUTE:
        problems.append(Problem(subject, argument, value, f"{DURATION_ALLOWED}, of whole minutes"))
        return None
    return duration


def _read_objective(subject: str, given: Mapping[str, object], sli: Measure | None, problems: list[Problem]) -> Objective | None:
    target = _read_target(subject, given.get("target"), sli, problems)
    sliced = isinstance(sli, Indicator) and sli.counts is EventKind.FRESH
    word = given.get("budgeting") or ("time_slices" if sliced else "occurrences")
    spelled = {**BUDGETINGS, **{method.value: method for method in Budgeting}}
    budgeting = spelled.get(word) if isinstance(word, str) else None
    if budgeting is None:
        problems.append(Problem(subject, "budgeting", word, one_of(word, list(BUDGETINGS))))
    default = sli.counts.missing if isinstance(sli, Indicator) else Missing.IGNORE
    missing = given.get("missing") or default.value
    if missing not in [each.value for each in Missing]:
        problems.append(Problem(subject, "missing", missing, one_of(missing, [each.value for each in Missing])))
        missing = default.value
    share = given.get("slice_target")
    slice_target = None if share is None else read_share(share)
    if share is not None and (slice_target is None or not 0 < slice_target <= 1):
        problems.append(Problem(subject, "slice_target", share, f"{SHARE_ALLOWED}, more than 0"))
    elif share is not None and budgeting is not Budgeting.TIMESLICES:
        problems.append(
            Problem(subject, "slice_target", share, "nothing beside this budgeting: only time_slices has a target for each slice")
        )
    if target is None or budgeting is None:
        return None
    return Objective(target=target, budgeting=budgeting, slice_target=slice_target, missing=Missing(str(missing)))


def _read_target(subject: str, value: object, sli: Measure | None, problems: list[Problem]) -> Fraction | None:
    if isinstance(sli, Worst):
        if value is not None:
            problems.append(Problem(subject, "target", value, "nothing beside worst_of(...): each SLO has its own target"))
        return Fraction(1, 2)  # which nothing reads: the budgets of the components count
    share = read_share(value)
    if share is not None and share == 1:
        problems.append(Problem(subject, "target", value, FULL_TARGET))
    elif share is None or not 0 < share < 1:
        problems.append(Problem(subject, "target", value, TARGET_ALLOWED))
    else:
        return share
    return None


def _find_text_problems(subject: str, given: Mapping[str, object]) -> list[Problem]:
    texts = {name: given.get(name) for name in ("description", "owner", "runbook")}
    problems = [Problem(subject, name, text, "text") for name, text in texts.items() if text is not None and not isinstance(text, str)]
    return problems + find_name_problems(subject, texts, 1000)
