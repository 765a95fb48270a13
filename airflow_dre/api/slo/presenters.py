"""SLAs and monitors as answers of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_dre.api.presenters import present_dataset
from airflow_dre.api.slo import schemas
from airflow_dre.values.dataset import DatasetName

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from airflow_dre.services.slo.pages import Attainment, SlaHistory, SlaPage, StoredCall
    from airflow_dre.services.slo.reading import MonitorState, SlaState


def present_sla(found: SlaState) -> schemas.SlaSummary:
    """Return the state of an SLA."""
    sla = found.sla
    return schemas.SlaSummary(
        name=sla.sla,
        dataset=present_dataset(DatasetName(sla.namespace, sla.name)),
        state=found.state,
        since=sla.since,
        reason=found.reason,
        evaluated_at=found.evaluated_at,
        newest=sla.newest,
        max_age_seconds=sla.max_age_seconds,
        monitor=sla.dag_id,
        last_look=found.last_look,
        overdue=found.overdue,
    )


def present_monitor(found: MonitorState, why_overdue: str | None = None) -> schemas.MonitorSummary:
    """Return the state of a monitor.

    :param why_overdue: why monitors that are overdue do not look.
    """
    return schemas.MonitorSummary(
        dag_id=found.monitor.dag_id,
        last_look=found.monitor.looked_at,
        seconds_since=found.since_last_look.total_seconds(),
        due_at=found.monitor.due_at,
        interval_seconds=None if found.interval is None else found.interval.total_seconds(),
        overdue=found.overdue,
        slas=len(found.monitor.watches),
        look_seconds=found.monitor.look_seconds,
        problems=list(found.monitor.problems),
        why_overdue=why_overdue if found.overdue else None,
    )


def present_listed_sla(state: SlaState, failing: Iterable[StoredCall], due: Sequence[datetime]) -> schemas.Sla:
    """Return an SLA with its failing calls and the first of its next due moments."""
    sla = state.sla
    return schemas.Sla(
        **dict(present_sla(state)),
        fingerprint=sla.fingerprint,
        promise=sla.promise,
        declared_at=sla.declared_at,
        missed_since=sla.missed_since,
        next_due=due[0] if due else None,
        full_state="not_watched" if state.overdue else sla.state,
        failing_calls=[present_call(call) for call in failing],
    )


def present_sla_page(page: SlaPage) -> schemas.SlaDetail:
    """Return one SLA with its latest calls."""
    failing = [call for call in page.calls if call.error is not None]
    calls = [present_call(call) for call in page.calls]
    return schemas.SlaDetail(sla=present_listed_sla(page.state, failing, page.due), calls=calls, due=list(page.due))


def present_call(call: StoredCall) -> schemas.SlaCall:
    """Return a call about an SLA."""
    return schemas.SlaCall(
        kind=call.kind,
        callback=call.callback,
        status=call.status,
        attempts=call.attempts,
        created_at=call.created_at,
        next_attempt_at=call.not_before if call.status == "pending" else None,
        ended_at=call.ended_at,
        error=call.error,
    )


def present_history(found: SlaHistory, time_zone: str) -> schemas.SlaHistory:
    """Return the history of an SLA."""
    return schemas.SlaHistory(
        begin=found.begin,
        end=found.end,
        time_zone=time_zone,
        intervals=[
            schemas.SlaInterval(state=one.state, since=one.since, until=one.until, due=one.due, incident_id=one.incident_id)
            for one in found.intervals
        ],
        weeks=[_present_attainment(one) for one in found.weeks],
        months=[_present_attainment(one) for one in found.months],
        gaps=[schemas.Gap(monitor=gap.dag_id, since=gap.since, until=gap.until) for gap in found.gaps],
    )


def _present_attainment(found: Attainment) -> schemas.Attainment:
    return schemas.Attainment(
        first_day=found.first,
        met=found.met.total_seconds(),
        warned=found.warned.total_seconds(),
        missed=found.missed.total_seconds(),
        unknown=found.unknown.total_seconds(),
        not_watched=found.not_watched.total_seconds(),
        share=found.share,
    )
