"""Every route without a user, as a viewer and as an admin, on the running server."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.routing import APIRoute
from starlette.routing import Mount

from airflow_dre.api.access import require_user
from airflow_dre.api.app import create_app
from airflow_dre.plugin import DIST

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]
QUERIES = {
    "/api/table": {"namespace": "n", "name": "t"},
    "/api/task-results": {"dag_id": "bad_data", "run_id": "r", "task_id": "check"},
}
STATUS = {
    "/api/table": 404,
    "/api/incidents/{incident_id}": 404,
    "/api/incidents/{incident_id}/resolve": 404,
    "/api/results/{key}/rows": 404,
    "/api/slas/{fingerprint}": 404,
    "/api/slas/{fingerprint}/history": 404,
    "/api/slos/{name}": 404,
    "/api/slos/{name}/override": 404,
    "/api/slos/{name}/revoke": 404,
}
"""Status that an admin gets for things that do not exist. It is 200 for all others."""


def routes() -> list[tuple[str, str]]:
    """Return method and path of every route of the application."""
    found = [(method, route.path) for route in create_app(DIST).routes if isinstance(route, APIRoute) for method in sorted(route.methods)]
    assert len(found) == 14, "a new route: is it guarded, and in this table?"
    return found


def ask(stack: Any, method: str, path: str, user: str | None, **more: Any) -> Any:
    """Call a route with arguments it understands."""
    arguments = {"params": QUERIES.get(path, {}), **({"json": {"note": ""}} if method == "POST" else {}), **more}
    filled = path.format(incident_id=999999, key="0" * 64, fingerprint="0" * 64, name="none")
    return stack.call(method, f"dre{filled}", user=user, **arguments)


def test_nothing_else_is_mounted() -> None:
    others = [route for route in create_app(DIST).routes if not isinstance(route, APIRoute)]
    assert [type(route) for route in others] == [Mount]
    assert isinstance(others[0], Mount)
    assert others[0].path == "/static"


@pytest.mark.parametrize(("method", "path"), routes())
def test_every_route_asks_who_is_there(stack: Any, method: str, path: str) -> None:
    guards = [d for route in create_app(DIST).routes if isinstance(route, APIRoute) and route.path == path for d in route.dependencies]
    assert require_user in guards
    assert ask(stack, method, path, None).status_code == 401
    forged = {"Authorization": "Bearer forged"}
    assert ask(stack, method, path, None, headers=forged).status_code in (401, 403)
    assert ask(stack, method, path, "admin").status_code == STATUS.get(path, 200)
    viewer = ask(stack, method, path, "vera").status_code
    assert viewer == STATUS.get(path, 200)


@pytest.fixture(scope="module")
def incident_id(stack: Any, runs: dict[str, str]) -> int:
    """Return a live incident of a Dag that everybody may read."""
    stack.finish("killed_for_access", runs["killed_for_access"])
    found = stack.call("GET", "dre/api/incidents", params={"status": "live"}).json()["incidents"]
    return int(next(row["id"] for row in found if row["origin"]["dag_id"] == "killed_for_access"))


def test_a_viewer_reads_but_does_not_write(stack: Any, incident_id: int) -> None:
    detail = stack.call("GET", f"dre/api/incidents/{incident_id}", user="vera").json()
    assert detail["incident"]["cause"] == "task_failed"
    assert detail["may_resolve"] is False
    assert stack.call("POST", f"dre/api/incidents/{incident_id}/resolve", user="vera", json={"note": "x"}).status_code == 403


@pytest.mark.parametrize(
    ("headers", "content", "status"),
    [
        pytest.param({"Origin": "https://evil.example", "Content-Type": "application/json"}, b"{}", 403, id="another site"),
        pytest.param({"Sec-Fetch-Site": "cross-site", "Content-Type": "application/json"}, b"{}", 403, id="another site without an origin"),
        pytest.param({"Content-Type": "text/plain"}, b"{}", 415, id="what a form can send"),
        pytest.param({"Content-Type": "application/json"}, b'{"note": 5}', 422, id="a note that is no text"),
    ],
)
def test_a_change_comes_as_json_from_here(stack: Any, incident_id: int, headers: dict[str, str], content: bytes, status: int) -> None:
    answer = stack.call("POST", f"dre/api/incidents/{incident_id}/resolve", headers=headers, content=content)
    assert answer.status_code == status
    assert "SELECT" not in answer.text


def test_an_admin_resolves_once(stack: Any, incident_id: int) -> None:
    here = {"Origin": stack.address}
    done = stack.call("POST", f"dre/api/incidents/{incident_id}/resolve", headers=here, json={"note": "known"})
    assert done.status_code == 200
    assert done.json()["incident"]["status"] == "resolved"
    assert [entry["actor"] for entry in done.json()["timeline"] if entry["kind"] == "resolve"] == ["admin"]
    assert stack.call("POST", f"dre/api/incidents/{incident_id}/resolve", json={}).status_code == 409


def test_a_wildcard_for_a_dag_opens_nothing(stack: Any) -> None:
    query = {"dag_id": "~", "run_id": "~", "task_id": "~"}
    answer = stack.call("GET", "dre/api/task-results", params=query, user="vera")
    assert answer.status_code == 403
    assert stack.call("GET", "dre/openapi.json", user=None).status_code == 404
    assert stack.call("GET", "dre/docs", user=None).status_code == 404


def test_the_bundle_is_public_and_cached_by_its_name(stack: Any) -> None:
    entry = stack.call("GET", "dre/static/main.js", user=None)
    assert (entry.status_code, entry.headers["cache-control"]) == (200, "no-cache")
    chunk = next(path.name for path in (DIST / "chunks").iterdir())
    assert "immutable" in stack.call("GET", f"dre/static/chunks/{chunk}", user=None).headers["cache-control"]
    assert stack.call("GET", "dre/static/../api/overview", user=None).status_code in (401, 404)
