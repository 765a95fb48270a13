"""Routes about SLAs and the history of their promises."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query
from pydantic import AwareDatetime

from airflow_dre.api.access import ReadableDep
from airflow_dre.api.requests import Name
from airflow_dre.api.slo import presenters, schemas
from airflow_dre.clock import now
from airflow_dre.services.slo.pages import list_slas, read_history, read_sla
from airflow_dre.values.instants import read_zone, zone_allowed

router = APIRouter(prefix="/api")
Fingerprint = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
USUAL_HISTORY = timedelta(days=35)
"""Length of a history whose beginning is not given: five weeks, which hold a whole month."""
LONGEST_HISTORY = timedelta(days=800)
_UNREADABLE = "No such SLA, or none that you may read"


@router.get("/slas")
def slas(readable: ReadableDep) -> schemas.SlaList:
    """Return every SLA, missed ones first."""
    return schemas.SlaList(slas=[presenters.present_listed_sla(found.state, found.failing, found.due) for found in list_slas(readable)])


@router.get("/slas/{fingerprint}")
def sla(fingerprint: Fingerprint, readable: ReadableDep) -> schemas.SlaDetail:
    """Return one SLA with its latest calls."""
    page = read_sla(fingerprint, readable)
    if page is None:
        raise HTTPException(404, _UNREADABLE)
    return presenters.present_sla_page(page)


@router.get("/slas/{fingerprint}/history")
def sla_history(
    fingerprint: Fingerprint,
    readable: ReadableDep,
    begin: Annotated[AwareDatetime | None, Query()] = None,
    end: Annotated[AwareDatetime | None, Query()] = None,
    time_zone: Annotated[Name, Query()] = "UTC",
) -> schemas.SlaHistory:
    """Return the states of an SLA between two moments, and its attainment by week and month.

    ``end`` is now unless it is given, and ``begin`` is 35 days before it. The weeks and months are those of ``time_zone``.
    """
    zone = read_zone(time_zone)
    if zone is None:
        raise HTTPException(422, f"time_zone must be {zone_allowed(time_zone)}")
    first, last = _range(begin, end)
    found = read_history(fingerprint, readable, first, last, zone)
    if found is None:
        raise HTTPException(404, _UNREADABLE)
    return presenters.present_history(found, time_zone)


def _range(begin: datetime | None, end: datetime | None) -> tuple[datetime, datetime]:
    """Return the beginning and the end of a history.

    :raises HTTPException: 422 where the end is not after the beginning, or the history is longer than 800 days.
    """
    last = now() if end is None else end
    try:
        first = last - USUAL_HISTORY if begin is None else begin
        length = last - first
    except OverflowError:
        raise HTTPException(422, "begin and end must be moments after the year 1") from None
    if not timedelta(0) < length <= LONGEST_HISTORY:
        raise HTTPException(422, f"end must be after begin, by at most {LONGEST_HISTORY.days} days")
    return first, last
