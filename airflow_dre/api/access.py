"""Rights of users. Every route depends on a user, and lists are filtered by the Dags that the user may read."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Annotated

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity, DagDetails
from airflow.api_fastapi.core_api.security import GetUserDep, get_user
from airflow.sdk.configuration import conf
from fastapi import Depends, HTTPException, Request

from airflow_dre.services.access import DagScope, read_known_dags

_PORTS = {"http": 80, "https": 443}
_ORIGIN = re.compile(r"(https?)://([\w.-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?", re.IGNORECASE | re.ASCII)
UserDep = GetUserDep
require_user = Depends(get_user)


def readable_dags(user: UserDep) -> DagScope:
    """Return the Dags that the user may read.

    Airflow does not list deleted Dags. A user who may edit every Dag also sees the records of such Dags and of no Dag, unless the Dag
    itself is closed to that user.
    """
    manager = get_auth_manager()
    listed = manager.get_authorized_dag_ids(user=user, method="GET")
    if not may_change(user, None):
        return DagScope(listed)
    unlisted = read_known_dags() - listed
    gone = {dag_id for dag_id in unlisted if manager.is_authorized_dag(method="GET", details=DagDetails(id=dag_id), user=user)}
    return DagScope({*listed, *gone}, orphans=True)


ReadableDep = Annotated[DagScope, Depends(readable_dags)]


def may_change(user: UserDep, dag_id: str | None) -> bool:
    """Return whether the user may change the records of a Dag. Those of no Dag need the right to change every Dag."""
    return bool(get_auth_manager().is_authorized_dag(method="PUT", details=DagDetails(id=dag_id) if dag_id else None, user=user))


def may_resolve(user: UserDep, reporters: Collection[str | None]) -> bool:
    """Return whether the user may resolve an incident: it takes the right to edit a Dag that reports it, or every Dag."""
    return any(may_change(user, dag_id) for dag_id in reporters if dag_id is not None) or may_change(user, None)


def may_see_rows(user: UserDep, dag_id: str | None) -> bool:
    """Return whether the user may see failing rows of a Dag.

    That takes the right to read its XComs and to edit it, which is more than its results take.
    """
    details = DagDetails(id=dag_id) if dag_id else None
    reads = get_auth_manager().is_authorized_dag(method="GET", access_entity=DagAccessEntity.XCOM, details=details, user=user)
    return bool(reads) and may_change(user, dag_id)


def same_origin(request: Request) -> None:
    """Refuse a change that another site sent with this user's cookie: Airflow has no CSRF token.

    The page's own site is the ``Host`` of the request or, behind a proxy that rewrites ``Host``, that of ``[api] base_url``.

    :raises HTTPException: 403 for a foreign or malformed ``Origin``, 415 unless the body is JSON.
    """
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
        raise HTTPException(415, "Send the change as application/json")
    origins = request.headers.getlist("origin")
    if any(not _is_own_origin(origin, request.headers.get("host")) for origin in origins):
        raise HTTPException(403, "The request comes from another site")
    if not origins and request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise HTTPException(403, "The request comes from another site")


def _is_own_origin(origin: str, host: str | None) -> bool:
    """Return whether an ``Origin`` is of the host that was asked, whose scheme a proxy may hide, or is that of ``[api] base_url``."""
    sent = _read_origin(origin)
    if sent is None:
        return False
    base, _, path = (conf.get("api", "base_url", fallback="") or "").partition("://")
    return sent in (_read_origin(f"{sent[0]}://{host or ''}"), _read_origin(f"{base}://{path.partition('/')[0]}"))


def _read_origin(text: str) -> tuple[str, str, int] | None:
    """Return the scheme, host and port of an origin, or None for a text that is not an origin."""
    found = _ORIGIN.fullmatch(text)
    if found is None:
        return None
    scheme = found[1].lower()
    return scheme, found[2].lower(), int(found[3] or _PORTS[scheme])


SameOrigin = Depends(same_origin)
