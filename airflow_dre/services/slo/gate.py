"""The gate of an objective: risky work waits while the budget is spent, unless a person overrides it for a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from fractions import Fraction

from airflow_dre.errors import DefinitionError
from airflow_dre.services.slo.measuring import read_objectives
from airflow_dre.services.slo.objectives import count_new_results
from airflow_dre.services.slo.words import describe_evaluation, percent
from airflow_dre.services.wiring import Wiring
from airflow_dre.slo.evaluation import Unmeasurable
from airflow_dre.store.records import StoredOverride
from airflow_dre.store.slos import add_override, end_overrides, find_slo, read_overrides, read_slos

LONGEST_OVERRIDE = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class GateVerdict:
    """The decision of a gate."""

    is_open: bool
    reason: str
    left: float | None
    """Share of the budget that is left. None where it is not known."""
    override: StoredOverride | None = None
    """The override that opened it."""


def judge_gate(wiring: Wiring, name: str, at: datetime, *, below: Fraction = Fraction(0), if_unknown: str = "open") -> GateVerdict:
    """Decide whether risky work may go on.

    :param name: name of the objective.
    :param below: the gate closes when no more than this share of the budget is left.
    :param if_unknown: ``open`` or ``closed`` where the budget cannot be measured.
    :raises DefinitionError: no objective has this name.
    :raises airflow_dre.errors.StoreError: the store is down.
    """
    database = wiring.open_store().database
    count_new_results(wiring)
    with database.read() as connection:
        stored = read_slos(connection)
        override = read_overrides(connection, at, name).get(name)
        _refuse_unknown(name, [row.name for row in stored])
        objectives = read_objectives(connection, stored, at)
    try:
        found = objectives.evaluate(name, at)
    except Unmeasurable as error:
        return GateVerdict(is_open=if_unknown == "open", reason=f"SLO {name} cannot be measured: {error}", left=None, override=override)
    words = f"SLO {name}: {describe_evaluation(found)}"
    left = float(found.remaining)
    if found.attained is None or found.remaining > below:
        return GateVerdict(is_open=True, reason=words, left=left)
    if override is not None:
        until = f"{override.expires_at:%Y-%m-%d %H:%M} UTC"
        reason = f"{words}; overridden by {override.actor} until {until}: {override.reason}"
        return GateVerdict(is_open=True, reason=reason, left=left, override=override)
    limit = "" if below == 0 else f", and the gate closes at {percent(below)}"
    return GateVerdict(is_open=False, reason=f"{words}{limit}", left=left)


def override_gate(wiring: Wiring, name: str, *, reason: str, actor: str, at: datetime, lasts: timedelta) -> datetime:
    """Let risky work go on although the budget is spent, and return when that ends.

    :raises DefinitionError: no objective has this name, the reason is empty, or it lasts longer than 30 days.
    :raises airflow_dre.errors.StoreError: the store is down.
    """
    if not reason.strip():
        raise DefinitionError.about("override", "reason", reason, "text that is not empty: it is shown to everybody who asks why")
    if lasts > LONGEST_OVERRIDE:
        raise DefinitionError.about("override", "for", str(lasts), "at most 30 days")
    database, expires_at = wiring.open_store().database, at + lasts
    with database.write() as connection:
        _refuse_unknown(name, [row.name for row in read_slos(connection)])
        end_overrides(connection, name, at)
        add_override(connection, name, reason=reason, actor=actor, at=at, expires_at=expires_at)
    return expires_at


def revoke_override(wiring: Wiring, name: str, at: datetime) -> int:
    """End the overrides of an objective, and return how many were in force.

    :raises DefinitionError: no objective has this name.
    :raises airflow_dre.errors.StoreError: the store is down.
    """
    with wiring.open_store().database.write() as connection:
        if find_slo(connection, name) is None:
            _refuse_unknown(name, [row.name for row in read_slos(connection)])
        return end_overrides(connection, name, at)


def _refuse_unknown(name: str, names: list[str]) -> None:
    if name not in names:
        near = get_close_matches(name, names, 1)
        known = ", ".join(names[:10]) or "none; reliability_monitor(slos=[...]) declares them"
        raise DefinitionError.about("SLO", "name", name, f"{f'did you mean {near[0]}? ' if near else ''}The SLOs in the store: {known}")
