"""Alerts of objectives: on the rate at which a budget is spent, and on what is left of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction

from airflow_dre.declaring.functions import strict
from airflow_dre.declaring.slips import one_of
from airflow_dre.errors import DefinitionError, Problem
from airflow_dre.slo.budget import MARKS
from airflow_dre.slo.burn_rate import BurnAlert, workbook_alerts
from airflow_dre.slo.window import MINUTE
from airflow_dre.values.instants import DURATION_ALLOWED, read_duration

SEVERITIES = ("low", "medium", "high", "critical")
SETS = ("workbook", "budget", "none")
"""Names of sets of alerts."""
SHARE_ALLOWED = "a percentage such as '5%' or a number from 0 to 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetAlert:
    """An alert on what is left of a budget."""

    name: str
    severity: str
    left: Fraction
    """Share of the budget: the alert is due when no more is left."""


MARK_ALERTS = tuple(
    BudgetAlert(name=f"budget_{int(mark * 100)}", severity=severity, left=mark)
    for mark, severity in zip(MARKS, ("low", "medium", "high"), strict=True)
)
"""The alerts at 50, 25 and 0 percent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """The alerts of an objective."""

    burn: tuple[BurnAlert, ...] = ()
    budget: tuple[BudgetAlert, ...] = ()
    fallback: tuple[BudgetAlert, ...] = field(default=())
    """Alerts that are judged only while the long windows have too few events for a burn rate."""


def alerts_of_set(word: str) -> Alerts:
    """Return the alerts of a word of :data:`SETS`."""
    if word == "workbook":
        return Alerts(burn=workbook_alerts(), fallback=MARK_ALERTS)
    return Alerts(budget=MARK_ALERTS) if word == "budget" else Alerts()


@strict
def burn_alert(name: str, *, long: str | timedelta, short: str | timedelta, budget: str | float, severity: str = "high") -> BurnAlert:
    """Return an alert on the rate at which a budget is spent.

    :param name: name of the alert, unique within the SLO.
    :param long: the long window, for example ``"6h"``.
    :param short: the short window, which ends the alert soon after the problem, for example ``"30m"``.
    :param budget: share of the budget that is spent when the alert is due, for example ``"5%"``.
    :param severity: severity of the incident: ``low``, ``medium``, ``high`` or ``critical``.
    :raises airflow_dre.errors.DefinitionError: lists every argument that is not what it must be.
    """
    subject, durations = f"burn_alert {name}", {"long": read_duration(long), "short": read_duration(short)}
    problems = [
        Problem(subject, "long" if which == "long" else "short", given, DURATION_ALLOWED)
        for which, given in (("long", long), ("short", short))
        if durations[which] is None
    ]
    problems += [
        Problem(subject, which, given, f"{DURATION_ALLOWED}, of whole minutes")
        for which, given in (("long", long), ("short", short))
        if (length := durations[which]) is not None and length % MINUTE
    ]
    longest, shortest = durations["long"], durations["short"]
    if longest is not None and shortest is not None and shortest >= longest:
        problems.append(Problem(subject, "short", short, "a duration shorter than `long`"))
    share = read_share(budget)
    if share is None or not 0 < share <= 1:
        problems.append(Problem(subject, "budget", budget, f"{SHARE_ALLOWED}, more than 0"))
    problems += _find_alert_problems(subject, name, severity)
    if problems or longest is None or shortest is None or share is None:
        raise DefinitionError(problems)
    return BurnAlert(name=name, severity=severity, long=longest, short=shortest, budget=share)


@strict
def budget_alert(left: str | float, *, severity: str = "medium", name: str | None = None) -> BudgetAlert:
    """Return an alert that is due when no more than a share of the budget is left.

    :param left: share of the budget, for example ``"25%"``.
    :param severity: severity of the incident: ``low``, ``medium``, ``high`` or ``critical``.
    :param name: name of the alert, unique within the SLO; the default is ``budget_25`` for ``"25%"``.
    :raises airflow_dre.errors.DefinitionError: lists every argument that is not what it must be.
    """
    share, problems = read_share(left), []
    if share is None or not 0 <= share < 1:
        problems.append(Problem("budget_alert", "left", left, f"{SHARE_ALLOWED}, less than 1"))
        share = Fraction(0)
    named = f"budget_{float(share * 100):g}" if name is None else name
    problems += _find_alert_problems("budget_alert", named, severity)
    if problems:
        raise DefinitionError(problems)
    return BudgetAlert(name=named, severity=severity, left=share)


def read_alerts_argument(subject: str, given: object) -> tuple[Alerts, list[Problem]]:
    """Return the alerts of an objective, given as words and alerts, and what is wrong with them."""
    allowed = f"{', '.join(map(repr, SETS))}, or a list of burn_alert(...) and budget_alert(...)"
    entries = list(given) if isinstance(given, Iterable) and not isinstance(given, (str, Mapping)) else [given]
    burn: list[BurnAlert] = []
    budget: list[BudgetAlert] = []
    fallback: tuple[BudgetAlert, ...] = ()
    problems = []
    for entry in entries:
        if isinstance(entry, BurnAlert):
            burn.append(entry)
        elif isinstance(entry, BudgetAlert):
            budget.append(entry)
        elif isinstance(entry, str) and entry in SETS:
            known = alerts_of_set(entry)
            burn, budget, fallback = [*burn, *known.burn], [*budget, *known.budget], fallback + known.fallback
        else:
            problems.append(Problem(subject, "alerts", entry, one_of(entry, SETS) if isinstance(entry, str) else allowed))
    names = [*[alert.name for alert in burn], *[alert.name for alert in budget]]
    problems += [Problem(subject, "alerts", name, "alerts with different names") for name in dict.fromkeys(names) if names.count(name) > 1]
    kept = tuple(alert for alert in fallback if alert.name not in names)
    return Alerts(burn=tuple(burn), budget=tuple(budget), fallback=kept), problems


def read_share(value: object) -> Fraction | None:
    """Return ``'5%'``, ``0.05`` or a number as text as an exact share, or None for anything else."""
    if isinstance(value, Fraction):
        return value
    text = str(value).strip() if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""
    percent = text.endswith("%")
    try:
        number = Fraction(text.removesuffix("%").strip())
    except (ValueError, ZeroDivisionError):
        return None
    return number / 100 if percent else number


def _find_alert_problems(subject: str, name: object, severity: object) -> list[Problem]:
    problems = [] if isinstance(name, str) and name.strip() else [Problem(subject, "name", name, "text that is not empty")]
    return problems if severity in SEVERITIES else [*problems, Problem(subject, "severity", severity, one_of(severity, SEVERITIES))]
