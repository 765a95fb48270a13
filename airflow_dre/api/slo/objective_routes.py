"""Routes about objectives."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path

from airflow_dre.api.access import ReadableDep, SameOrigin, UserDep, may_change
from airflow_dre.api.slo import objective_presenters as presenters
from airflow_dre.api.slo import objective_schemas as schemas
from airflow_dre.clock import now
from airflow_dre.services.slo.gate import override_gate, revoke_override
from airflow_dre.services.slo.reporting import read_report, read_reports
from airflow_dre.services.wiring import read_wiring

router = APIRouter(prefix="/api")
SloName = Annotated[str, Path(pattern="^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
_NONE = "No such SLO, or none that you may read"


@router.get("/slos")
def slos(readable: ReadableDep) -> schemas.SloList:
    """Return every SLO with what it attained and what is left of its budget, the least first."""
    return presenters.present_slos(read_reports(readable, now()))


@router.get("/slos/{name}")
def slo(name: SloName, readable: ReadableDep, user: UserDep) -> schemas.SloDetail:
    """Return one SLO with the history of its budget."""
    found = read_report(name, readable, now())
    if found is None:
        raise HTTPException(404, _NONE)
    report, history = found
    return presenters.present_slo_page(report, history, may_override=may_change(user, report.stored.dag_id))


@router.post("/slos/{name}/override", dependencies=[SameOrigin])
def override(name: SloName, request: schemas.OverrideRequest, readable: ReadableDep, user: UserDep) -> schemas.SloDetail:
    """Let gates of an SLO pass for a time although its budget is spent."""
    _require_change(name, readable, user)
    if not request.reason.strip():
        raise HTTPException(422, "The reason is empty")
    override_gate(read_wiring(), name, reason=request.reason, actor=user.get_name(), at=now(), lasts=timedelta(hours=request.hours))
    return slo(name, readable, user)


@router.post("/slos/{name}/revoke", dependencies=[SameOrigin])
def revoke(name: SloName, readable: ReadableDep, user: UserDep) -> schemas.SloDetail:
    """End the override that is in force."""
    _require_change(name, readable, user)
    revoke_override(read_wiring(), name, now())
    return slo(name, readable, user)


def _require_change(name: str, readable: ReadableDep, user: UserDep) -> None:
    """Refuse a user who may not change an SLO.

    :raises HTTPException: 404 for one that may not be read, 403 for one that may not be changed.
    """
    found = read_report(name, readable, now())
    if found is None:
        raise HTTPException(404, _NONE)
    if not may_change(user, found[0].stored.dag_id):
        raise HTTPException(403, "An override needs the right to edit the Dag that declares the SLO")
