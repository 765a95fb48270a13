"""Who may see and change what. Every route depends on a user; lists are filtered by the Dags that the user may read."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity, DagDetails
from airflow.api_fastapi.core_api.security import GetUserDep, get_user
from fastapi import Depends, HTTPException, Request

from airflow_dre.store.views import Readable

UserDep = GetUserDep
require_user = Depends(get_user)


def readable_dags(user: UserDep) -> Readable:
    """The Dags that the user may read."""
    return Readable(get_auth_manager().get_authorized_dag_ids(user=user, method="GET"))


ReadableDep = Annotated[Readable, Depends(readable_dags)]


def may_change(user: UserDep, dag_id: str | None) -> bool:
    """Whether the user may change what belongs to a Dag; what belongs to none needs the right to change every Dag."""
    return bool(get_auth_manager().is_authorized_dag(method="PUT", details=DagDetails(id=dag_id) if dag_id else None, user=user))


def may_see_rows(user: UserDep, dag_id: str | None) -> bool:
    """Whether the user may see rows of data that a Dag checked: more than its results, as much as its XComs, and the right to edit it."""
    details = DagDetails(id=dag_id) if dag_id else None
    reads = get_auth_manager().is_authorized_dag(method="GET", access_entity=DagAccessEntity.XCOM, details=details, user=user)
    return bool(reads) and may_change(user, dag_id)


def same_origin(request: Request) -> None:
    """Refuse a change that another site sent with this user's cookie: Airflow has no CSRF token.

    :raises HTTPException: 403 for a foreign ``Origin``, 415 unless the body is JSON.
    """
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
        raise HTTPException(415, "Send the change as application/json")
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise HTTPException(403, "The request comes from another site")
    if origin is None and request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise HTTPException(403, "The request comes from another site")


SameOrigin = Depends(same_origin)
