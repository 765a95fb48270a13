"""Requests that are not valid: every route answers 4xx, on SQLite and on PostgreSQL, and a change comes from our own site only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

import pytest
from airflow.api_fastapi.app import create_auth_manager
from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
from airflow.models.dag import DagModel
from airflow.utils.session import create_session
from fastapi import HTTPException
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.testclient import TestClient

from airflow_dre.api.access import same_origin
from airflow_dre.api.app import create_app
from airflow_dre.notifications import OpenIncident
from airflow_dre.store.database import open_database
from airflow_dre.store.schema import migrate
from tests.databases import SERVERS
from tests.shell.api.test_api import address
from tests.task_instances import dag_run

pytestmark = pytest.mark.airflow


class Answer(Protocol):
    """The part of an answer that tests read: the test client is of one library or another."""

    @property
    def status_code(self) -> int: ...

    def json(self) -> Any: ...


@dataclass(frozen=True)
class Ask:
    """Requests of an admin, and the routes that there are."""

    request: Callable[..., Answer]
    routes: list[APIRoute]

    def __call__(self, method: str, path: str, **arguments: Any) -> Answer:
        return self.request(method, path, **arguments)


HOSTILE = {
    "NUL": "a\x00b",
    "NUL alone": "\x00",
    "half a surrogate pair": "%ED%A0%80",
    "an integer beyond 64 bits": "9" * 20,
    "an integer of 5,000 digits": "9" * 5_000,
    "a negative integer": "-1",
    "not a number": "NaN",
    "infinity": "1e999",
    "a text of 50,000 characters": "v" * 50_000,
    "bytes that are not UTF-8": "%FF%FE",
    "a line break and an escape of the terminal": "a\n\x1b[31m",
    "nothing": "",
    "SQL": "' OR 1=1 --",
    "a path": "../../etc/passwd",
}
BODIES = {
    "NaN": b'{"note": NaN}',
    "infinity": b'{"note": Infinity}',
    "half a surrogate pair": rb'{"note": "\ud800"}',
    "half a surrogate pair as a key": rb'{"\udfff": 1, "note": 1}',
    "a number that a double does not hold": b'{"note": 1e999}',
    "an integer of 5,000 digits": b'{"note": ' + b"9" * 5_000 + b"}",
    "a list": b"[]",
    "null": b"null",
    "a text": b'"note"',
    "nothing": b"",
    "no JSON": b"{",
    "bytes that are not UTF-8": b'{"note": "\xff"}',
    "a note that is too long": b'{"note": "' + b"v" * 2_001 + b'"}',
    "a note that is a list": b'{"note": [NaN]}',
    "100,000 brackets": b"[" * 100_000,
}


@pytest.fixture(params=SERVERS)
def ask(request: pytest.FixtureRequest, world: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ask]:
    """Yield the API's answer to an admin, with a results store of each kind that holds one live incident."""
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
        migrate(open_database(url))
        monkeypatch.setenv("AIRFLOW__DRE__SQL_ALCHEMY_CONN", url)
    monkeypatch.setenv("AIRFLOW__API_AUTH__JWT_SECRET", "for tests only, and long enough for HMAC with SHA-512: 0123456789 0123456789")
    with create_session() as session:
        session.merge(DagModel(dag_id="open_dag", bundle_name="dags-folder", is_stale=False))
    OpenIncident()({"dag_run": dag_run("open_dag"), "reason": "x"})
    token = create_auth_manager().generate_jwt(SimpleAuthManagerUser(username="admin", role="ADMIN", teams=[]))
    app = create_app(world)
    with TestClient(app, base_url="http://airflow.example", raise_server_exceptions=False) as client:
        client.headers["Authorization"] = f"Bearer {token}"
        routes = [route for route in app.routes if isinstance(route, APIRoute)]
        assert routes
        yield Ask(client.request, routes)


def requests_with(ask: Ask, value: str) -> Iterator[tuple[str, int]]:
    """Send a value as every parameter, path segment and header of every route, and yield the name and status of each request."""
    for route in ask.routes:
        path, query = address(route)
        (method,) = route.methods
        body: dict[str, Any] = {"json": {}} if method == "POST" else {}
        for name in sorted({"unknown", *(param.name for param in route.dependant.query_params)}):
            yield f"{method} {route.path} {name}", ask(method, path, params={**query, name: value}, **body).status_code
        for param in route.dependant.path_params:
            wild = route.path.replace(f"{{{param.name}}}", value if value.startswith("%") else quote(value, safe="") or "-")
            yield f"{method} {route.path} {param.name}", ask(method, wild, **body).status_code
        for header in ("Origin", "Accept", "Cookie", "Sec-Fetch-Site"):
            sent = {"headers": {header: value.encode()}} if "\n" not in value and "\x00" not in value else {}
            yield f"{method} {route.path} {header}", ask(method, path, params=query, **sent, **body).status_code


def test_a_hostile_parameter_never_fails_a_route(ask: Ask) -> None:
    statuses = [(name, *found) for name, value in HOSTILE.items() for found in requests_with(ask, value)]
    assert len(statuses) > 300
    assert [found for found in statuses if found[2] >= 500] == []


@pytest.mark.parametrize("name", ["namespace", "name"])
def test_a_name_that_no_database_holds_is_refused_with_the_reason(ask: Ask, name: str) -> None:
    answer = ask("GET", "/api/table", params={"namespace": "n", "name": "t", name: "a\x00b"})
    assert answer.status_code == 422
    (mistake,) = answer.json()["detail"]
    assert (mistake["loc"], mistake["msg"]) == (
        ["query", name],
        "Value error, must not hold a NUL character or half of a surrogate pair",
    )


def test_a_hostile_body_is_refused(ask: Ask) -> None:
    headers = {"Content-Type": "application/json"}
    answers = {name: ask("POST", "/api/incidents/1/resolve", content=body, headers=headers).status_code for name, body in BODIES.items()}
    assert {name: status for name, status in answers.items() if not 400 <= status < 500} == {}
    assert ask("GET", "/api/incidents").json()["total"] == 1, "it is live as before"


@pytest.mark.parametrize("note", ["a\x00b", "x\x1b[31m\u202e", "v" * 2_000])
def test_a_note_of_odd_characters_resolves(ask: Ask, note: str) -> None:
    assert ask("POST", "/api/incidents/1/resolve", json={"note": note}).status_code == 200


def test_a_hostile_path_is_no_file(ask: Ask) -> None:
    paths = ("%00", "chunks/%00", "%FF", "..%2f..%2fetc%2fpasswd", "%ED%A0%80", "v" * 5_000)
    assert {path[:30]: ask("GET", f"/static/{path}").status_code for path in paths} == {path[:30]: 404 for path in paths}


ORIGINS = [
    pytest.param("api-server:8080", "https://airflow.example.com", 200, id="through a proxy that rewrites Host"),
    pytest.param("api-server:8080", "https://airflow.example.com:443", 200, id="the port that the scheme implies"),
    pytest.param("api-server:8080", "HTTPS://Airflow.Example.COM", 200, id="letters of either case"),
    pytest.param("inner.example", "https://inner.example", 200, id="a proxy that ends TLS and keeps Host"),
    pytest.param("inner.example:80", "http://inner.example", 200, id="Host with the port that the scheme implies"),
    pytest.param("[::1]:8080", "http://[::1]:8080", 200, id="an IPv6 address"),
    pytest.param("api-server:8080", "http://airflow.example.com", 403, id="another scheme than base_url"),
    pytest.param("api-server:8080", "https://airflow.example.com:8443", 403, id="another port"),
    pytest.param("api-server:8080", "https://airflow.example.com.evil.example", 403, id="a name that begins alike"),
    pytest.param("api-server:8080", "https://evil.example", 403, id="another site"),
    pytest.param("api-server:8080", "https://airflow.example.com@evil.example", 403, id="a user's name in front"),
    pytest.param("api-server:8080", "https://airflow.example.com/team-a", 403, id="a path behind"),
    pytest.param("api-server:8080", "null", 403, id="a sandboxed page"),
    pytest.param("", "null", 403, id="a sandboxed page, and no Host"),
    pytest.param("", "", 403, id="nothing, and no Host"),
    pytest.param("api-server:8080", "http://[::1", 403, id="a bracket that is not closed"),
    pytest.param("api-server:8080", "http://[not an address]", 403, id="brackets around no address"),
    pytest.param("api-server:8080", "http://a:99999999", 403, id="an invalid port"),
    pytest.param("api-server:8080", "http://a:b", 403, id="a port of letters"),
    pytest.param("api-server:8080", "://", 403, id="no scheme and no host"),
    pytest.param("api-server:8080", "file://", 403, id="a file"),
    pytest.param("api-server:8080", "https://\u2100\uff0eexample", 403, id="characters that change when normalised"),
    pytest.param("api-server:8080", "https://" + "a" * 50_000, 403, id="50,000 characters"),
]


@pytest.mark.parametrize(("host", "origin", "status"), ORIGINS)
def test_a_change_comes_from_our_own_site(monkeypatch: pytest.MonkeyPatch, host: str, origin: str, status: int) -> None:
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://airflow.example.com/team-a")
    assert status_of(("host", host), ("origin", origin)) == status


def test_a_second_origin_is_heard_too() -> None:
    assert status_of(("host", "airflow.example"), ("origin", "http://airflow.example"), ("origin", "https://evil.example")) == 403


def status_of(*headers: tuple[str, str]) -> int:
    """Return whether a change with some headers is let in: 200, or the status of the refusal."""
    sent = [(name.encode(), value.encode()) for name, value in (("content-type", "application/json"), *headers)]
    try:
        same_origin(Request({"type": "http", "method": "POST", "path": "/", "headers": sent}))
    except HTTPException as refused:
        return refused.status_code
    return 200
