"""Routes about incidents."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Path, Query

from airflow_dre.api.access import ReadableDep, SameOrigin, UserDep, may_resolve
from airflow_dre.api.incidents import presenters, schemas
from airflow_dre.services.access import DagScope
from airflow_dre.services.incidents.act import resolve_manually as resolve_incident
from airflow_dre.services.incidents.reading import IncidentPage, list_incidents, read_incident

router = APIRouter(prefix="/api")
IncidentId = Annotated[int, Path(ge=1, le=2**63 - 1)]


@router.get("/incidents")
def incidents(
    readable: ReadableDep,
    status: Literal["live", "resolved", "all"] = "live",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0,
) -> schemas.IncidentList:
    """Return one page of incidents, newest first."""
    found, total = list_incidents(readable, status=status, limit=limit, offset=offset)
    return schemas.IncidentList(incidents=[presenters.present_incident(one) for one in found], total=total)


@router.get("/incidents/{incident_id}")
def incident(incident_id: IncidentId, readable: ReadableDep, user: UserDep) -> schemas.IncidentDetail:
    """Return one incident with its story."""
    page = _find(incident_id, readable)
    return presenters.present_incident_page(page, may_resolve=page.is_live and may_resolve(user, page.reporters))


@router.post("/incidents/{incident_id}/resolve", dependencies=[SameOrigin])
def resolve(incident_id: IncidentId, request: schemas.ResolveRequest, readable: ReadableDep, user: UserDep) -> schemas.IncidentDetail:
    """Resolve an incident by hand and notify those who were notified of it."""
    if not may_resolve(user, _find(incident_id, readable).reporters):
        raise HTTPException(403, "Resolving it needs the right to edit a Dag that reports it")
    if not resolve_incident(incident_id, actor=user.get_name(), note=request.note):
        raise HTTPException(409, "The incident is resolved already")
    return incident(incident_id, readable, user)


def _find(incident_id: int, readable: DagScope) -> IncidentPage:
    """Return an incident that may be read.

    :raises HTTPException: 404, the same for an incident that does not exist and for one that may not be read.
    """
    page = read_incident(incident_id, readable)
    if page is None:
        raise HTTPException(404, "No such incident, or none that you may read")
    return page
