"""The SLO that a Dag author declares."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow_dre.declaring.functions import REQUIRED, strict
from airflow_dre.declaring.made import remember_made

if TYPE_CHECKING:
    from airflow_dre.slo.alerts import BudgetAlert
    from airflow_dre.slo.burn_rate import BurnAlert
    from airflow_dre.slo.definition import SloDefinition
    from airflow_dre.slo.indicators import Measure


class SLO:
    """A service level objective: the share of events that must be good over a window of time.

    Pass it to :func:`airflow_dre.monitor.reliability_monitor`, which evaluates it. An alert opens an incident, which is resolved when no
    alert is due any more.

    :param name: unique, of at most 63 small letters, digits and dashes, for example ``"flights-ok"``.
    :param sli: the indicator: :func:`rows_passed`, :func:`checks_passed`, :func:`runs_passed`, :func:`fresh_slices` or
        :func:`dag_runs_succeeded`, or a composite of other SLOs, :func:`worst_of` or :func:`weighted`.
    :param target: the share of good events, more than 0 and less than 1, for example ``"99%"``. Omit it for :func:`worst_of`.
    :param window: a duration up to now, for example ``"30d"`` (default), or ``"day"``, ``"week"``, ``"month"``, ``"quarter"``, ``"year"``.
    :param time_zone: IANA name of the time zone of a calendar window, by default UTC.
    :param budgeting: ``"occurrences"`` (default): all events count alike. ``"time_slices"`` (default of :func:`fresh_slices`): each slice
        of time is good or bad as a whole. ``"ratio_time_slices"``: each slice counts as the share of its events that are good.
    :param slice: length of a slice in whole minutes, by default ``every``, or else 15 minutes.
    :param slice_target: share of the events of a slice that makes it good, by default all of them.
    :param missing: meaning of a slice without events: ``"bad"`` (default of :func:`fresh_slices`), ``"good"`` or ``"ignore"`` (default
        otherwise).
    :param every: time between two events, for example ``"1d"`` for a daily check: windows of alerts hold at least 1 and 3 of them. By
        default it is read off the events. Required where missing events count.
    :param min_events: events in the long window of an alert below which a burn rate is chance, by default 10. Then what is left of the
        budget decides.
    :param alerts: ``"workbook"`` (default): the burn rates of Google's SRE Workbook. ``"budget"``: 50, 25 and 0 % of the budget are left.
        ``"none"``, or a list of these words, :func:`burn_alert` and :func:`budget_alert`.
    :param routes: names of routes of ``[dre] routes`` that are notified.
    :param description: a sentence for people.
    :param owner: who is responsible.
    :param runbook: an ``http(s)`` address of the steps to take.
    :raises airflow_dre.errors.DefinitionError: lists every argument that is not what it must be.
    """

    @strict
    def __init__(
        self,
        name: str = REQUIRED,
        *,
        sli: Measure = REQUIRED,
        target: str | float | None = None,
        window: str | timedelta = "30d",
        time_zone: str | None = None,
        budgeting: str | None = None,
        slice: str | timedelta | None = None,  # noqa: A002
        slice_target: str | float | None = None,
        missing: str | None = None,
        every: str | timedelta | None = None,
        min_events: int | None = None,
        alerts: str | BurnAlert | BudgetAlert | Iterable[str | BurnAlert | BudgetAlert] = "workbook",
        routes: str | Iterable[str] = (),
        description: str | None = None,
        owner: str | None = None,
        runbook: str | None = None,
    ) -> None:
        given: dict[str, Any] = {name: value for name, value in locals().items() if name != "self"}
        given = {name: None if value is REQUIRED else value for name, value in given.items()}
        from airflow_dre.slo.burn_rate import LEAST_EVENTS
        from airflow_dre.slo.definition import read_definition

        given["min_events"] = LEAST_EVENTS if min_events is None else min_events
        self.definition = read_definition(f"SLO {given['name'] or ''}".rstrip(), given)
        remember_made(self)

    @classmethod
    def of(cls, definition: SloDefinition) -> SLO:
        """Return the SLO of a definition that a file holds."""
        found = cls.__new__(cls)
        found.definition = definition
        return found

    @property
    def name(self) -> str:
        """Its name."""
        return self.definition.name

    def __repr__(self) -> str:
        return f"SLO({self.name!r})"
