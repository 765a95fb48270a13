"""The API on Airflow's own application: who may see what, and the shape of each answer."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from airflow.api_fastapi.auth.managers.simple.simple_auth_manager import SimpleAuthManager
from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
from fastapi.routing import APIRoute
from starlette.routing import Mount
from starlette.testclient import TestClient

from airflow_dre import QualityCheckOperator
from airflow_dre import checks as c
from airflow_dre.api.access import require_user
from airflow_dre.api.incidents.schemas import IncidentDetail
from airflow_dre.api.quality.schemas import FailingRows, Overview, TableDetail, TaskResults
from airflow_dre.config import read_settings
from airflow_dre.incidents.identity import DataCause, PipelineCause
from airflow_dre.incidents.signals import Event, Origin, Severity, Signal
from airflow_dre.notifications import OpenIncident
from airflow_dre.services.incidents.delivery import deliver
from airflow_dre.services.incidents.expiry import record_monitor_run
from airflow_dre.services.slo.objectives import count_new_results
from airflow_dre.services.slo.question import read_question
from airflow_dre.services.wiring import read_wiring, store_of
from airflow_dre.slo import SLO, runs_passed
from airflow_dre.store import schema
from airflow_dre.store.database import open_database
from airflow_dre.store.monitors import Monitor
from airflow_dre.store.records import Delivery
from airflow_dre.store.spool import Spool
from airflow_dre.store.store import Store
from tests.databases import sqlite_file
from tests.slas import evaluate_sla
from tests.task_instances import task_instance

pytestmark = pytest.mark.airflow
Run = Callable[..., Any]
BASE = "http://airflow.example"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
QUIET = {"monitors": [], "spool_waiting": 0, "put_aside": 0}
"""The overview where nothing waits."""
CLOSED = "closed_dag"
"""The Dag that only admins may see."""


class SomeDagsAreClosed(SimpleAuthManager):
    """Airflow's simple auth manager, but Dag ``closed_dag`` is for admins only, and ``one`` may see and edit ``open_dag`` alone."""

    def is_authorized_dag(self, *, method: Any, user: Any, access_entity: Any = None, details: Any = None) -> bool:
        if details is not None and details.id == CLOSED and not self._is_admin(user):
            return False
        if user.username == "one":
            return details is not None and details.id == "open_dag"
        allowed: bool = super().is_authorized_dag(method=method, user=user, access_entity=access_entity, details=details)
        return allowed


@pytest.fixture(scope="module")
def app() -> Iterator[Any]:
    """Yield Airflow's application with the plugin mounted and three Dags registered."""
    from airflow.api_fastapi.app import create_app, purge_cached_app
    from airflow.models.dag import DagModel
    from airflow.utils.session import create_session

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW__CORE__AUTH_MANAGER", f"{__name__}.{SomeDagsAreClosed.__name__}")
        patch.setenv("AIRFLOW__API_AUTH__JWT_SECRET", "for tests only, and long enough for HMAC with SHA-512: 0123456789 0123456789")
        purge_cached_app()
        made = create_app(apps="core")
        with create_session() as session:
            for dag_id in ("open_dag", CLOSED, "monitor"):
                session.merge(DagModel(dag_id=dag_id, bundle_name="dags-folder", is_stale=False))
        yield made
        purge_cached_app()


@pytest.fixture
def ask(app: Any) -> Callable[..., Any]:
    """Return a function that sends a request as ``viewer``, ``user`` or ``admin``, or without a user."""
    from airflow.api_fastapi.app import get_auth_manager

    client = TestClient(app, base_url=BASE, raise_server_exceptions=False)

    def send(method: str, path: str, user: str | None = "admin", **arguments: Any) -> Any:
        headers = dict(arguments.pop("headers", {}))
        if user is not None:
            who = SimpleAuthManagerUser(username=user, role="USER" if user == "one" else user.upper(), teams=[])
            headers["Authorization"] = f"Bearer {get_auth_manager().generate_jwt(who)}"
        return client.request(method, f"/dre{path}", headers=headers, **arguments)

    return send


def plugin_app(app: Any) -> Any:
    """Return the sub-application."""
    (mounted,) = [route.app for route in app.routes if isinstance(route, Mount) and route.path == "/dre"]
    return mounted


def origin_of(dag_id: str, run_id: str) -> Origin:
    """Return a task instance."""
    return Origin(dag_id=dag_id, run_id=run_id, task_id="check", map_index=-1, try_number=1)


def check(dag_id: str, run_id: str, **arguments: Any) -> None:
    """Run checks as a task of a Dag would."""
    operator = QualityCheckOperator(**{"task_id": "check", "conn_id": "warehouse", "table": "orders", "fail_on": "never", **arguments})
    ti = task_instance(dag_id=dag_id, run_id=run_id)
    operator.execute({"ti": ti})


@pytest.fixture
def history(world: Path) -> Path:
    """Fill the store with two Dags that check one table, an SLA, a failed task, and what became of them."""
    for dag_id in ("open_dag", CLOSED):
        check(dag_id, "r1", suite="orders", checks=[c.not_null("amount", description=f"of {dag_id}"), c.row_count(equals=3)])
        check(dag_id, "r1", suite=f"only {dag_id}", table="good", checks=[c.not_null("id", warn_above="1%", fail_above="5%")])
        context = {
            "ti": task_instance(dag_id=dag_id, run_id="r2", task_id="load"),
            "exception": ValueError("x"),
        }
        OpenIncident(severity="high")(context)
    question = read_question("x", {"conn_id": "warehouse", "table": "stale", "column": "created_at", "max_age": "1h"})
    for dag_id in ("monitor", CLOSED):
        evaluate_sla(f"of {dag_id}", question, _store(), dag_id, datetime.now(UTC))
    return world


def _store() -> Any:
    return store_of(read_settings())


def routes(app: Any) -> list[APIRoute]:
    """Return every route of the sub-application. Another kind of route would have no guard."""
    found = plugin_app(app).routes
    assert [route.path for route in found if isinstance(route, Mount)] == ["/static"]
    assert all(isinstance(route, (APIRoute, Mount)) for route in found)
    return [route for route in found if isinstance(route, APIRoute)]


def address(route: APIRoute) -> tuple[str, dict[str, str]]:
    """Return a path and a query that every route understands."""
    query = {"namespace": "n", "name": "t", "dag_id": "open_dag", "run_id": "r", "task_id": "t"}
    path = route.path.replace("{incident_id}", "999999").replace("{key}", "0" * 64).replace("{fingerprint}", "0" * 64)
    return path.replace("{name}", "none"), query


def test_every_route_depends_on_a_user(app: Any) -> None:
    def needs(dependant: Any) -> Iterator[Any]:
        yield dependant.call
        for other in dependant.dependencies:
            yield from needs(other)

    found = routes(app)
    assert {route.path for route in found} == {
        "/api/overview",
        "/api/table",
        "/api/incidents",
        "/api/incidents/{incident_id}",
        "/api/incidents/{incident_id}/resolve",
        "/api/task-results",
        "/api/results/{key}/rows",
        "/api/slas",
        "/api/slas/{fingerprint}",
        "/api/slas/{fingerprint}/history",
        "/api/slos",
        "/api/slos/{name}",
        "/api/slos/{name}/override",
        "/api/slos/{name}/revoke",
    }
    for route in found:
        assert require_user.dependency in list(needs(route.dependant)), route.path
        assert not {param.name for param in route.dependant.query_params} & {"user", "readable"}, "a dependency that became a parameter"


def test_every_route_as_nobody_as_a_viewer_and_as_an_admin(app: Any, ask: Run, history: Path) -> None:
    for route in routes(app):
        path, query = address(route)
        for method in route.methods:
            body: dict[str, Any] = {"json": {}} if method == "POST" else {}
            assert ask(method, path, None, params=query, **body).status_code == 401, path
            assert ask(method, path, None, params={**query, "user": "admin"}, **body).status_code == 401, path
            forged = ask(method, path, None, params=query, headers={"Authorization": "Bearer forged"}, **body)
            assert forged.status_code in (401, 403), path
            wanted = 404 if "{" in route.path or route.path == "/api/table" else 200
            assert ask(method, path, "viewer", params=query, **body).status_code == wanted, path
            assert ask(method, path, "admin", params=query, **body).status_code == wanted, path
            if method == "GET":
                assert ask("POST", path, "admin", params=query, json={}).status_code == 405, "nothing changes by GET's address"


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/api", "/", "/static/", "/static/../api/overview"])
def test_nothing_else_is_served(ask: Run, path: str) -> None:
    assert ask("GET", path, None).status_code in (401, 404)


def test_the_bundle_is_served_to_everybody(ask: Run) -> None:
    entry = ask("GET", "/static/main.js", None)
    assert (entry.status_code, entry.headers["cache-control"]) == (200, "no-cache")


def test_an_empty_store_gives_empty_lists(ask: Run, world: Path) -> None:
    for user in ("viewer", "admin"):
        assert ask("GET", "/api/overview", user).json() == {"tables": [], "slas": [], "live_incidents": [], "config_problems": [], **QUIET}
        assert ask("GET", "/api/incidents", user).json() == {"incidents": [], "total": 0}
        query = {"dag_id": "open_dag", "run_id": "r", "task_id": "t"}
        assert ask("GET", "/api/task-results", user, params=query).json() == {"runs": []}


def test_lists_and_counts_show_readable_dags_only(ask: Run, history: Path) -> None:
    seen = {user: ask("GET", "/api/overview", user) for user in ("viewer", "admin")}
    assert CLOSED not in seen["viewer"].text
    assert CLOSED in seen["admin"].text
    shown = {user: Overview.model_validate(answer.json()) for user, answer in seen.items()}
    assert {user: sorted(sla.name for sla in page.slas) for user, page in shown.items()} == {
        "viewer": ["of monitor"],
        "admin": ["of closed_dag", "of monitor"],
    }
    checks = {user: {table.dataset.short_name: sum(table.checks.values()) for table in page.tables} for user, page in shown.items()}
    assert checks == {"viewer": {"orders": 2, "good": 1}, "admin": {"orders": 2, "good": 2}}
    runs = {user: sum(len(table.trend) for table in page.tables) for user, page in shown.items()}
    assert runs == {"viewer": 2, "admin": 4}
    for status in ("live", "all"):
        pages = {user: ask("GET", "/api/incidents", user, params={"status": status}).json() for user in ("viewer", "admin")}
        assert {user: page["total"] for user, page in pages.items()} == {"viewer": 3, "admin": 5}
        assert {user: len(page["incidents"]) for user, page in pages.items()} == {"viewer": 3, "admin": 5}
    assert ask("GET", "/api/incidents", "viewer", params={"limit": 1}).json()["total"] == 3


def test_details_show_readable_dags_only(ask: Run, history: Path) -> None:
    def table(user: str, name: str) -> Any:
        query = {"namespace": f"sqlite://{history}/w.db", "name": name}
        return ask("GET", "/api/table", user, params=query)

    assert {run["origin"]["dag_id"] for run in table("viewer", "main.orders").json()["runs"]} == {"open_dag"}
    assert {run["origin"]["dag_id"] for run in table("admin", "main.orders").json()["runs"]} == {"open_dag", CLOSED}
    for name in ("main.orders", "main.good", "main.stale"):
        assert CLOSED not in table("viewer", name).text, name
    assert table("admin", "main.nothing").json() == {"detail": "No results of this table, or none that you may read"}

    query = {"dag_id": CLOSED, "run_id": "r1", "task_id": "check"}
    assert ask("GET", "/api/task-results", "viewer", params=query).status_code == 403
    assert len(ask("GET", "/api/task-results", "admin", params=query).json()["runs"]) == 2

    for row in ask("GET", "/api/incidents", "admin", params={"status": "all"}).json()["incidents"]:
        answer = ask("GET", f"/api/incidents/{row['id']}", "viewer")
        closed = row["origin"]["dag_id"] == CLOSED
        assert answer.status_code == (404 if closed else 200)
        resolve = ask("POST", f"/api/incidents/{row['id']}/resolve", "user", json={})
        assert resolve.status_code == (404 if closed else 200), "what may not be read is not there"
        assert CLOSED not in answer.text + resolve.text, "not in the timeline of a shared incident either"


def test_a_table_that_only_a_closed_dag_checks_is_not_there(ask: Run, world: Path) -> None:
    check(CLOSED, "r1", checks=[c.row_count(equals=3)])
    query = {"namespace": f"sqlite://{world}/w.db", "name": "main.orders"}
    answers = {user: ask("GET", "/api/table", user, params=query) for user in ("viewer", "admin")}
    assert {user: answer.status_code for user, answer in answers.items()} == {"viewer": 404, "admin": 200}
    assert answers["viewer"].json() == {"detail": "No results of this table, or none that you may read"}


def keys_with_samples(ask: Run, dag_id: str) -> list[str]:
    """Return the keys of the results of a Dag that have a sample, as an admin sees them."""
    (run,) = ask("GET", "/api/task-results", params={"dag_id": dag_id, "run_id": "r1", "task_id": "check"}).json()["runs"]
    return [result["key"] for result in run["results"] if result["has_sample"]]


def test_who_gets_to_see_failing_rows(ask: Run, world: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    for dag_id in ("open_dag", CLOSED):
        checks = [c.not_null("amount", name=f"amounts of {dag_id}"), c.row_count(at_least=1), c.mean("amount", at_most=1)]
        check(dag_id, "r1", checks=checks, sample_rows=3, key_columns=["id"])
    (key, mean), (closed, _) = keys_with_samples(ask, "open_dag"), keys_with_samples(ask, CLOSED)
    statuses = {
        user: [ask("GET", f"/api/results/{one}/rows", user).status_code for one in (key, closed, "0" * 64)]
        for user in (None, "viewer", "user", "admin")
    }
    assert statuses == {None: [401] * 3, "viewer": [403, 404, 404], "user": [200, 404, 404], "admin": [200, 200, 404]}
    assert ask("GET", f"/api/results/{key}/rows", "viewer").json() == {
        "detail": "Failing rows are shown to those who may edit the Dag and read its XComs"
    }
    lines = [record.getMessage() for record in caplog.records if record.name == "airflow_dre.api.quality.routes"]
    assert f"airflow-dre: 'viewer' was refused the failing rows of 'amounts of open_dag' of Dag open_dag, result {key}" in lines
    assert f"airflow-dre: 'user' was shown 1 failing rows of 'amounts of open_dag' of Dag open_dag, result {key}" in lines

    given = ask("GET", f"/api/results/{key}/rows")
    assert given.headers["cache-control"] == "no-store"
    answer = given.json()
    FailingRows.model_validate(answer)
    assert answer == {
        "columns": ["id", "amount"],
        "rows": [{"values": ["2", None], "reason": "amount is NULL"}],
        "missing": None,
        "expires_at": Anything(str),
        "expired": False,
    }
    none = ask("GET", f"/api/results/{mean}/rows").json()
    assert (none["rows"], none["missing"]) == ([], "no single row is to blame: the check judges all rows together")
    for path in ("/api/overview", "/api/incidents"):
        assert '"2"' not in ask("GET", path).text, "lists say only that there are rows"

    with sqlite_file(world / "dre.db") as connection:
        connection.execute("UPDATE dre_failing_row SET expires_at = '2001-01-01 00:00:00.000000'")
        connection.execute(
            "UPDATE dre_result SET sample = json_set(sample, '$.expires_at', '2001-01-01T00:00:00+00:00') WHERE sample != 'null'"
        )
    gone = ask("GET", f"/api/results/{key}/rows").json()
    assert (gone["rows"], gone["expired"], gone["missing"]) == ([], True, None)
    assert ask("GET", f"/api/results/{mean}/rows").json()["expired"] is False, "there was nothing to drop"


@pytest.mark.parametrize("key", ["x", "0" * 63, "0" * 65, "../table", "%00"])
def test_a_key_that_cannot_be_is_refused(ask: Run, world: Path, key: str) -> None:
    assert ask("GET", f"/api/results/{key}/rows").status_code in (404, 422)


@pytest.fixture
def incident_id(world: Path) -> int:
    """Return a live incident of ``open_dag``."""
    failed = Signal(
        cause=PipelineCause(dag_id="open_dag", task_id="check"),
        event=Event.TASK_FAILED,
        at=NOON,
        title="Task open_dag.check failed",
        detail="ValueError: x",
        origin=origin_of("open_dag", "r1"),
        severity=Severity.HIGH,
    )
    (change,) = deliver(Delivery(signals=(failed,)), read_settings())
    assert change.incident_id is not None
    return change.incident_id


def of_dags(*dag_ids: str | None) -> int:
    """Report one live incident of a suite from several Dags in turn and return its id.

    None as a Dag id is a report from outside a Dag.
    """
    for hour, dag_id in enumerate(dag_ids):
        origin = Origin() if dag_id is None else origin_of(dag_id, f"r{hour}")
        cause = DataCause(namespace="n", name="main.shared", suite="shared")
        at = NOON + timedelta(hours=hour)
        told = Signal(cause=cause, event=Event.CHECKS_FAILED, at=at, title=f"broken in {dag_id}", origin=origin, detail=f"why: {dag_id}")
        (change,) = deliver(Delivery(signals=(told,)), read_settings())
    assert change.incident_id is not None
    return change.incident_id


@pytest.mark.parametrize(
    ("reporters", "seen_by", "resolved_by"),
    [
        pytest.param(["open_dag"], "viewer one user admin", "one user admin", id="of an open Dag"),
        pytest.param([CLOSED], "admin", "admin", id="of a closed Dag"),
        pytest.param([CLOSED, "open_dag"], "viewer one user admin", "one user admin", id="of a closed and an open Dag"),
        pytest.param(["open_dag", CLOSED], "viewer one user admin", "one user admin", id="of an open and a closed Dag"),
        pytest.param(["monitor"], "viewer user admin", "user admin", id="of a Dag that one user may not see"),
        pytest.param(["deleted_dag"], "user admin", "user admin", id="of a Dag that was deleted"),
        pytest.param([None], "user admin", "user admin", id="of no Dag"),
        pytest.param([None, "open_dag"], "viewer one user admin", "one user admin", id="of no Dag and an open one"),
        pytest.param(["deleted_dag", CLOSED], "user admin", "user admin", id="of a deleted and a closed Dag"),
    ],
)
def test_who_sees_and_who_resolves_an_incident(ask: Run, world: Path, reporters: list[str | None], seen_by: str, resolved_by: str) -> None:
    number = of_dags(*reporters)
    path = f"/api/incidents/{number}"
    for user in ("viewer", "one", "user", "admin"):
        found = ask("GET", path, user)
        assert found.status_code == (200 if user in seen_by.split() else 404), user
        assert ask("GET", "/api/incidents", user).json()["total"] == int(user in seen_by.split()), user
        shown = [row["title"] for row in ask("GET", "/api/overview", user).json()["live_incidents"]]
        assert len(shown) == int(user in seen_by.split()), user
        if found.status_code == 200:
            assert found.json()["may_resolve"] is (user in resolved_by.split()), user
            assert found.json()["incident"]["title"] in [f"broken in {dag_id}" for dag_id in reporters]
            assert [found.json()["incident"]["title"]] == shown
        if user != "admin":
            assert CLOSED not in found.text, user
    assert ask("GET", path, None).status_code == ask("POST", f"{path}/resolve", None, json={}).status_code == 401
    for user in ("viewer", "one", "user", "admin"):
        if user not in resolved_by.split():
            refused = ask("POST", f"{path}/resolve", user, json={}).status_code
            assert refused == (403 if user in seen_by.split() else 404), user
    assert ask("POST", f"{path}/resolve", resolved_by.split()[0], json={}).json()["incident"]["status"] == "resolved"


def test_a_viewer_reads_an_incident_and_may_not_resolve_it(ask: Run, incident_id: int) -> None:
    for user, may in (("viewer", False), ("user", True), ("admin", True)):
        assert ask("GET", f"/api/incidents/{incident_id}", user).json()["may_resolve"] is may
    refused = ask("POST", f"/api/incidents/{incident_id}/resolve", "viewer", json={})
    assert (refused.status_code, refused.json()) == (403, {"detail": "Resolving it needs the right to edit a Dag that reports it"})
    assert ask("GET", f"/api/incidents/{incident_id}").json()["incident"]["status"] == "open"


@pytest.mark.parametrize(
    ("routes", "state", "reason"),
    [
        pytest.param((), "no_route", "No route is named for this incident. Set routes=[...] of the task", id="no route"),
        pytest.param(("oncal",), "waiting", "[dre] routes has no usable route of this name (oncall)", id="a route that is not there"),
        pytest.param(("oncall",), "notified", "Notified oncall.", id="a receiver that took it"),
    ],
)
def test_the_page_says_why_nobody_was_told(ask: Run, oncall: Any, routes: tuple[str, ...], state: str, reason: str) -> None:
    cause = PipelineCause(dag_id="open_dag", task_id="check")
    fact = Signal(cause=cause, event=Event.TASK_FAILED, at=NOON, title="x", origin=origin_of("open_dag", "r1"), routes=routes)
    deliver(Delivery(signals=(fact,)), read_settings())
    reach = ask("GET", "/api/incidents/1").json()["reach"]
    assert reach["state"] == state
    assert reason in reach["reason"]


def test_resolving_waits_for_a_receiver_no_longer_than_it_may(ask: Run, world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:  # takes connections and never answers
        routes = {"oncall": {"channel": "webhook", "url": f"http://127.0.0.1:{server.getsockname()[1]}/"}}
        monkeypatch.setenv("AIRFLOW__DRE__ROUTES", json.dumps(routes))
        monkeypatch.setenv("AIRFLOW__DRE__SEND_SECONDS", "1")
        cause = PipelineCause(dag_id="open_dag", task_id="check")
        fact = Signal(cause=cause, event=Event.TASK_FAILED, at=NOON, title="x", origin=origin_of("open_dag", "r1"), routes=("oncall",))
        deliver(Delivery(signals=(fact,)), read_settings(), send=False)
        started = time.monotonic()
        done = ask("POST", "/api/incidents/1/resolve", json={}, headers={"Origin": BASE})
        took = time.monotonic() - started
    assert done.status_code == 200
    assert took < 10  # about 1.5 on a machine that does nothing else
    assert done.json()["reach"]["state"] == "waiting"


def test_an_admin_resolves_once(ask: Run, incident_id: int) -> None:
    done = ask("POST", f"/api/incidents/{incident_id}/resolve", json={"note": "known"}, headers={"Origin": BASE})
    assert done.status_code == 200
    detail = IncidentDetail.model_validate(done.json())
    assert (detail.incident.status, detail.may_resolve) == ("resolved", False)
    last = detail.timeline[-1]
    assert (last.kind, last.summary, last.detail, last.actor) == ("resolve", "Resolved by admin", "known", "admin")
    again = ask("POST", f"/api/incidents/{incident_id}/resolve", json={})
    assert (again.status_code, again.json()["detail"]) == (409, "The incident is resolved already")


@pytest.mark.parametrize(
    ("headers", "content", "status"),
    [
        pytest.param({"Origin": "https://evil.example", "Content-Type": "application/json"}, b"{}", 403, id="another site"),
        pytest.param({"Origin": "null", "Content-Type": "application/json"}, b"{}", 403, id="a sandboxed page"),
        pytest.param({"Origin": f"{BASE}.evil.example", "Content-Type": "application/json"}, b"{}", 403, id="a name that begins alike"),
        pytest.param({"Sec-Fetch-Site": "cross-site", "Content-Type": "application/json"}, b"{}", 403, id="another site, no origin"),
        pytest.param({"Sec-Fetch-Site": "same-site", "Content-Type": "application/json"}, b"{}", 403, id="a sister site, no origin"),
        pytest.param({"Content-Type": "text/plain"}, b"{}", 415, id="what a form can send"),
        pytest.param({"Content-Type": "text/plain; application/json"}, b"{}", 415, id="what a form can send, dressed up"),
        pytest.param({}, b"{}", 415, id="no type at all"),
        pytest.param({"Content-Type": "application/json"}, b"", 422, id="no body"),
        pytest.param({"Content-Type": "application/json"}, b"[", 422, id="no JSON"),
        pytest.param({"Content-Type": "application/json"}, b'{"note": 5}', 422, id="a note that is no text"),
        pytest.param({"Content-Type": "application/json"}, b'{"note": "' + b"x" * 2001 + b'"}', 422, id="a note that is too long"),
        pytest.param({"Content-Type": "application/json; charset=utf-8"}, b"{}", 200, id="JSON from a program"),
        pytest.param({"Origin": BASE, "Sec-Fetch-Site": "same-origin", "Content-Type": "application/json"}, b"{}", 200, id="our page"),
    ],
)
def test_a_change_comes_as_json_from_here(ask: Run, incident_id: int, headers: dict[str, str], content: bytes, status: int) -> None:
    answer = ask("POST", f"/api/incidents/{incident_id}/resolve", headers=headers, content=content)
    assert answer.status_code == status
    state = ask("GET", f"/api/incidents/{incident_id}").json()["incident"]["status"]
    assert state == ("resolved" if status == 200 else "open")


def test_a_store_that_is_down_is_said_clearly(app: Any, ask: Run, world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__DRE__SQL_ALCHEMY_CONN", "postgresql+psycopg://dre:hunter2@127.0.0.1:1/dre")
    for route in routes(app):
        path, query = address(route)
        for method in route.methods:
            answer = ask(method, path, params=query, **({"json": {}} if method == "POST" else {}))
            assert answer.status_code == 503, path
            assert answer.json() == {"detail": "The results store does not answer. Run `airflow dre db check` on the API server."}


def test_a_store_that_is_not_migrated_is_said_without_sql(ask: Run, world: Path) -> None:
    assert ask("GET", "/api/overview").status_code == 200
    with sqlite_file(world / "dre.db") as connection:
        connection.execute("DROP TABLE dre_sla")
    answer = ask("GET", "/api/overview")
    assert answer.status_code == 503
    assert "dre_sla" not in answer.text
    assert "SELECT" not in answer.text


@pytest.mark.parametrize(
    ("statement", "detail"),
    [
        pytest.param("UPDATE dre_alembic_version SET version_num = '9999'", "A newer version of airflow-dre migrated", id="too new"),
        pytest.param("DROP TABLE dre_sla", "lacks tables of this version. Run `airflow dre db migrate`", id="a table that is gone"),
    ],
)
def test_a_store_of_another_version_is_said_with_what_to_do(ask: Run, world: Path, statement: str, detail: str) -> None:
    assert ask("GET", "/api/overview").status_code == 200
    with sqlite_file(world / "dre.db") as connection:
        connection.execute(statement)
    schema._current.clear()  # as a new process
    answer = ask("GET", "/api/overview")
    assert answer.status_code == 503
    assert detail in answer.json()["detail"]


def test_an_address_that_is_none_is_said_with_what_to_do(ask: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__DRE__SQL_ALCHEMY_CONN", "postgresql+psycopg://127.0.0.1:hunter2/db")
    answer = ask("GET", "/api/overview")
    assert answer.status_code == 503
    assert answer.json()["detail"].startswith("[dre] sql_alchemy_conn is no address of a results store.")


def test_what_waits_and_what_was_put_aside_is_counted(ask: Run, world: Path) -> None:
    Spool(world / "spool").append(Delivery())
    Store(open_database(f"sqlite:///{world}/dre.db"), Spool(world / "aside")).record(Delivery(signals=(unstorable(),)))
    found = ask("GET", "/api/overview").json()
    assert (found["spool_waiting"], found["put_aside"]) == (1, 1)


def unstorable() -> Signal:
    """Return a signal that no store takes: its moment has no time zone."""
    return Signal(cause=PipelineCause(dag_id="d"), event=Event.RUN_FAILED, at=datetime(2026, 1, 1), title="t")


def test_routes_that_cannot_be_read_hide_no_results_and_are_said_without_their_secrets(
    ask: Run, incident_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__DRE__ROUTES", '{"oncall": "https://example.org/?token=s3cret"')
    answer = ask("GET", "/api/overview")
    assert answer.status_code == 200
    assert [incident["id"] for incident in answer.json()["live_incidents"]] == [incident_id]
    (problem,) = answer.json()["config_problems"]
    assert problem.startswith(
        "[dre]: invalid routes='(not shown: it may hold secrets; no JSON: line 1, column 47)'. Allowed: a JSON object"
    )
    assert "s3cret" not in answer.text


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 201}, {"offset": -1}, {"status": "closed"}, {"limit": "x"}, {"offset": 2**70}])
def test_a_page_that_cannot_be_is_refused(ask: Run, world: Path, query: dict[str, Any]) -> None:
    assert ask("GET", "/api/incidents", params=query).status_code == 422


@pytest.mark.parametrize("incident", ["0", "-1", "999999999999999999999999", "x"])
def test_an_incident_that_cannot_be_is_not_there(ask: Run, world: Path, incident: str) -> None:
    assert ask("GET", f"/api/incidents/{incident}").status_code in (404, 422)


def close(moment: str | datetime) -> bool:
    """Return a moment of this test."""
    moment = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return abs(datetime.now(UTC) - moment) < timedelta(minutes=5)


class Moment:
    """Equals every moment of this test, as the API spells it."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and other.endswith("Z") and close(other)

    __hash__ = None  # type: ignore[assignment]


class Anything:
    """Equals whatever is of a type."""

    def __init__(self, kind: type) -> None:
        self.kind = kind

    def __eq__(self, other: object) -> bool:
        return isinstance(other, self.kind)

    __hash__ = None  # type: ignore[assignment]


def golden(world: Path) -> dict[str, Any]:
    """Return the parts that several answers share."""
    dataset = {"namespace": f"sqlite://{world}/w.db", "name": "main.orders", "short_name": "orders"}
    origin = {"dag_id": "open_dag", "run_id": "r1", "task_id": "check", "map_index": -1, "try_number": 1}
    run = {
        "suite": "orders",
        "dataset": dataset,
        "outcome": "failed",
        "score": 50.0,
        "counts": {"skipped": 0, "passed": 1, "warned": 0, "errored": 0, "failed": 1},
        "measured_at": Moment(),
        "seconds": Anything(float),
        "queries": 1,
        "data_interval_start": None,
        "origin": origin,
    }
    incident = {
        "id": 1,
        "kind": "data",
        "cause": "checks_failed",
        "title": "orders: 1 of 2 checks failed: amounts",
        "status": "open",
        "severity": "medium",
        "dataset": dataset,
        "suite": "orders",
        "promise": "suite",
        "origin": origin,
        "data_interval_start": None,
        "data_interval_end": None,
        "partition_key": None,
        "opened_at": Moment(),
        "last_seen_at": Moment(),
        "resolved_at": None,
        "occurrences": 1,
        "reasons": ["amounts: 1 of 3 rows (33.33%) break it, more than 5%"],
        "broken_checks": 1,
        "checks": 2,
        "owner": "shop",
        "runbook_url": "https://example.org/amounts",
    }
    around = {"row_filter": "id > 0", "engine": "sqlite", "measured_at": Moment(), "seconds": Anything(float), "origin": origin}
    later: dict[str, object] = {"data_interval_start": None, "partition_key": None, "statement": Anything(str), "suite": "orders"}
    later |= {"check_id": Anything(str)}
    later |= {"by": None, "segments": [], "key": Anything(str), "has_sample": False}
    failed = {
        **around,
        **later,
        "name": "amounts",
        "kind": "not_null",
        "columns": ["amount"],
        "dimension": "completeness",
        "severity": "error",
        "description": "every order has one",
        "owner": "shop",
        "runbook": "https://example.org/amounts",
        "tags": ["money"],
        "outcome": "failed",
        "reason": "1 of 3 rows (33.33%) break it, more than 5%",
        "expected": "at most 5% violating (warn above 1%)",
        "observed": "33.3333",
        "value": pytest.approx(100 / 3),
        "unit": "%",
        "violations": 1,
        "rows": 3,
        "warn": {"low": None, "high": 1.0},
        "fail": {"low": None, "high": 5.0},
    }
    passed = {
        **around,
        **later,
        "name": "row_count()",
        "kind": "row_count",
        "columns": [],
        "dimension": "coverage",
        "severity": "error",
        "description": None,
        "owner": None,
        "runbook": None,
        "tags": [],
        "outcome": "passed",
        "reason": Anything(str),
        "expected": "at least 1",
        "observed": "3",
        "value": 3.0,
        "unit": "rows",
        "violations": None,
        "rows": 3,
        "warn": {"low": None, "high": None},
        "fail": {"low": 1.0, "high": None},
    }
    return {"dataset": dataset, "origin": origin, "run": run, "incident": incident, "failed": failed, "passed": passed}


@pytest.fixture
def one_run(world: Path) -> dict[str, Any]:
    """Return one suite run in the store, and what the answers must hold of it."""
    amounts = c.not_null(
        "amount",
        name="amounts",
        warn_above="1%",
        fail_above="5%",
        description="every order has one",
        owner="shop",
        runbook="https://example.org/amounts",
        tags=["money"],
    )
    check("open_dag", "r1", suite="orders", where="id > 0", checks=[c.row_count(at_least=1), amounts])
    return golden(world)


def test_the_shape_of_the_overview(ask: Run, one_run: dict[str, Any]) -> None:
    found = ask("GET", "/api/overview").json()
    Overview.model_validate(found, strict=False)
    table = {
        "dataset": one_run["dataset"],
        "outcome": "failed",
        "score": 50.0,
        "checks": one_run["run"]["counts"],
        "latest": one_run["run"],
        "trend": [one_run["run"]],
        "live_incidents": [one_run["incident"]],
    }
    assert found == {"tables": [table], "slas": [], "live_incidents": [one_run["incident"]], "config_problems": [], **QUIET}


def test_the_state_of_a_table_in_the_overview_is_that_of_its_latest_runs(ask: Run, one_run: dict[str, Any], world: Path) -> None:
    facts = ("errored", 12.5, json.dumps({"passed": 3, "errored": 4}))
    with sqlite_file(world / "dre.db") as connection:
        connection.execute("UPDATE dre_suite_head SET outcome = ?, score = ?, counts = ?", facts)
    (table,) = ask("GET", "/api/overview").json()["tables"]
    assert (table["outcome"], table["score"], table["checks"]["passed"], table["checks"]["errored"]) == ("errored", 12.5, 3, 4)
    assert [run["outcome"] for run in table["trend"]] == ["failed"], "the trend is of the runs themselves"
    query = {name: one_run["dataset"][name] for name in ("namespace", "name")}
    page = ask("GET", "/api/table", params=query).json()
    assert (page["outcome"], page["score"], len(page["runs"])) == ("errored", 12.5, 1)


def test_the_shape_of_an_sla(ask: Run, world: Path) -> None:
    question = read_question("x", {"conn_id": "warehouse", "table": "stale", "column": "created_at", "max_age": "1h"})
    evaluate_sla("hourly", question, _store(), "monitor", datetime.now(UTC))
    (found,) = ask("GET", "/api/overview").json()["slas"]
    assert found == {
        "name": "hourly",
        "dataset": {"namespace": f"sqlite://{world}/w.db", "name": "main.stale", "short_name": "stale"},
        "state": "missed",
        "since": Moment(),
        "reason": Anything(str),
        "evaluated_at": Moment(),
        "newest": "2001-01-01T00:00:00Z",
        "max_age_seconds": 3600.0,
        "monitor": "monitor",
        "last_look": Moment(),
        "overdue": False,
    }


def test_the_overview_ends_what_no_monitor_looks_at_any_more_and_its_receivers_hear_it(ask: Run, world: Path, oncall: Any) -> None:
    question = read_question("x", {"conn_id": "warehouse", "table": "stale", "column": "created_at", "max_age": "1h"})
    evaluate_sla("hourly", question, _store(), "monitor", datetime.now(UTC) - timedelta(days=31), routes=("oncall",))
    for _ in range(2):
        found = ask("GET", "/api/overview", "viewer").json()
        assert (found["slas"], found["live_incidents"]) == ([], [])
    assert [message["status"] for message in oncall.messages] == ["firing", "resolved"]


@pytest.mark.parametrize(("hours", "state", "overdue"), [(0, "missed", False), (3, "unknown", True)], ids=["in time", "paused or dead"])
def test_the_shape_of_a_monitor_and_of_what_it_should_have_looked_at(ask: Run, world: Path, hours: int, state: str, overdue: bool) -> None:
    question = read_question("x", {"conn_id": "warehouse", "table": "stale", "column": "created_at", "max_age": "1h"})
    looked_at = datetime.now(UTC) - timedelta(hours=hours)
    evaluate_sla("hourly", question, _store(), "monitor", looked_at)
    watches = (("hourly", question.watched),)
    record_monitor_run(_store(), Monitor(dag_id="monitor", looked_at=looked_at, due_at=looked_at + timedelta(hours=1), watches=watches))
    found = ask("GET", "/api/overview").json()
    assert found["monitors"] == [
        {
            "dag_id": "monitor",
            "last_look": Anything(str),
            "seconds_since": Anything(float),
            "due_at": Anything(str),
            "interval_seconds": 3600.0,
            "overdue": overdue,
            "slas": 1,
            "look_seconds": None,
            "problems": [],
            "why_overdue": "no triggerer runs: start `airflow triggerer`" if overdue else None,
        }
    ]
    (sla,) = found["slas"]
    assert (sla["state"], sla["overdue"]) == (state, overdue)
    assert sla["reason"].startswith("not watched: monitor monitor has not looked for 3 h") is overdue


def test_the_overview_forgets_a_suite_that_does_not_run_any_more(ask: Run, one_run: dict[str, Any], world: Path) -> None:
    with sqlite_file(world / "dre.db") as connection:
        connection.execute("UPDATE dre_suite_run SET measured_at = '2020-01-01 00:00:00'")
    assert ask("GET", "/api/overview").json()["tables"] == []
    query = {key: one_run["dataset"][key] for key in ("namespace", "name")}
    assert len(ask("GET", "/api/table", params=query).json()["runs"]) == 1, "its page keeps the history"


def test_the_shape_of_a_table(ask: Run, one_run: dict[str, Any]) -> None:
    query = {key: one_run["dataset"][key] for key in ("namespace", "name")}
    found = ask("GET", "/api/table", params=query).json()
    TableDetail.model_validate(found)
    assert found == {
        "dataset": one_run["dataset"],
        "outcome": "failed",
        "score": 50.0,
        "checks": [
            {"latest": one_run["failed"], "history": [one_run["failed"]]},
            {"latest": one_run["passed"], "history": [one_run["passed"]]},
        ],
        "runs": [one_run["run"]],
        "slas": [],
        "incidents": [one_run["incident"]],
    }


def test_the_shape_of_task_results(ask: Run, one_run: dict[str, Any]) -> None:
    query = {"dag_id": "open_dag", "run_id": "r1", "task_id": "check"}
    found = ask("GET", "/api/task-results", params=query).json()
    TaskResults.model_validate(found)
    assert found == {"runs": [{"run": one_run["run"], "results": [one_run["failed"], one_run["passed"]]}]}
    assert ask("GET", "/api/task-results", params={**query, "map_index": 0}).json() == {"runs": []}


def test_the_shape_of_an_incident(ask: Run, one_run: dict[str, Any], oncall: Any) -> None:
    cause = DataCause(namespace=one_run["dataset"]["namespace"], name="main.orders", suite="orders")
    told = Signal(
        cause=cause,
        event=Event.CHECKS_FAILED,
        at=datetime.now(UTC),
        title="again",
        origin=origin_of("open_dag", "r2"),
        routes=("oncall",),
        severity=Severity.HIGH,
    )
    deliver(Delivery(signals=(told,)), read_settings())
    found = ask("GET", "/api/incidents/1").json()
    IncidentDetail.model_validate(found)
    assert found["incident"] == {**one_run["incident"], "title": "again", "severity": "high", "occurrences": 2}
    nobody = dict.fromkeys(one_run["origin"])
    opened = {
        "at": Moment(),
        "kind": "open",
        "summary": "orders: 1 of 2 checks failed: amounts",
        "detail": "amounts: 1 of 3 rows (33.33%) break it, more than 5%",
        "actor": None,
        "origin": one_run["origin"],
    }
    added = {**opened, "kind": "add", "summary": "again", "detail": "", "origin": {**one_run["origin"], "run_id": "r2"}}
    notified = {**opened, "kind": "notified", "summary": "Notified oncall: opened", "detail": "", "origin": nobody}
    assert found["timeline"] == [opened, added, notified]
    assert found["notifications"] == [
        {
            "route": "oncall",
            "event": "opened",
            "status": "sent",
            "attempts": 1,
            "created_at": Moment(),
            "sent_at": Moment(),
            "last_error": None,
        }
    ]
    assert found["may_resolve"] is True
    assert found["reach"] == {"state": "notified", "reason": "Notified oncall."}
    task = "http://localhost:8080/dags/open_dag/runs/r1/tasks/check"
    assert (found["log_url"], found["results_url"]) == (f"{task}?try_number=1", f"{task}/plugin/reliability-results")
    listed = ask("GET", "/api/incidents").json()
    assert listed == {"incidents": [found["incident"]], "total": 1}


def test_a_run_id_with_odd_letters_finds_its_results(ask: Run, world: Path) -> None:
    run_id = "manual__2026-01-01T00:00:00+00:00 a/b?c&d"
    check("open_dag", run_id, checks=[c.row_count(equals=3)])
    query = {"dag_id": "open_dag", "run_id": run_id, "task_id": "check"}
    assert len(ask("GET", "/api/task-results", params=query).json()["runs"]) == 1


def test_the_dags_of_the_test_are_known_to_airflow(app: Any) -> None:
    from airflow.api_fastapi.app import get_auth_manager

    viewer = SimpleAuthManagerUser(username="v", role="VIEWER", teams=[])
    readable = get_auth_manager().get_authorized_dag_ids(user=viewer)
    assert "open_dag" in readable
    assert CLOSED not in readable


@pytest.fixture
def objective(world: Path) -> Path:
    """Return the world with an objective of a Dag that everybody reads, whose budget is spent, and one of a closed Dag."""
    from tests.services.slo.objectives import declare, deliver, result, suite_run

    store, moment = _store(), datetime.now(UTC)
    for name, dag_id in (("flights-ok", "monitor"), ("closed-ok", CLOSED)):
        declare(store, SLO(name, sli=runs_passed("flights"), target="90%"), at=moment - timedelta(days=40), monitor=dag_id)
    deliver(store, suite_run(moment - timedelta(hours=2), result("c", 1)))
    count_new_results(read_wiring())
    return world


def test_objectives_are_listed_with_their_budgets(ask: Run, objective: Path) -> None:
    seen = {user: ask("GET", "/api/slos", user).json() for user in ("viewer", "admin")}
    assert {user: sorted(slo["name"] for slo in page["slos"]) for user, page in seen.items()} == {
        "viewer": ["flights-ok"],
        "admin": ["closed-ok", "flights-ok"],
    }
    (slo,) = seen["viewer"]["slos"]
    assert (slo["state"], slo["left"], slo["attained"], slo["events"], slo["target"]) == ("spent", -9.0, 0.0, 1, 0.9)
    assert slo["indicator"] == "runs passed of table flights"
    assert len(slo["burns"]) == 4
    assert seen["viewer"]["counts"] == {"spent": 1}


def test_an_override_needs_a_reason_and_the_right_to_edit_the_monitor(ask: Run, objective: Path) -> None:
    address = "/api/slos/flights-ok/override"
    assert ask("POST", address, "viewer", json={"reason": "hotfix"}).status_code == 403
    assert ask("POST", address, "admin", json={"reason": " "}).status_code == 422
    assert ask("POST", address, "admin", json={"reason": "x", "hours": 721}).status_code == 422
    page = ask("POST", address, "admin", json={"reason": "hotfix", "hours": 2}).json()
    assert (page["slo"]["override"]["reason"], page["slo"]["override"]["actor"]) == ("hotfix", "admin")
    assert len(page["history"]) == 60
    assert ask("POST", "/api/slos/flights-ok/revoke", "admin", json={}).json()["slo"]["override"] is None
    assert ask("GET", "/api/slos/closed-ok", "viewer").status_code == 404
