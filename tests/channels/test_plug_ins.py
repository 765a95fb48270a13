"""Channels of other packages, which come in by entry points."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.packages import install_package, run_with_packages

PACKAGE = """
import json, time
from pathlib import Path

from airflow_dre.channels.channel import ChannelType, ChannelUnusable
from airflow_dre.incidents.retry import Attempt


class Pager:
    def __init__(self, path):
        self.path = path

    def send(self, notice, deadline):
        incident, why = notice.incident, notice.incident.explanation
        line = {
            "news": notice.news, "key": notice.dedup_key, "incident": notice.incident_id, "route": notice.route, "title": incident.title,
            "severity": incident.severity, "dataset": incident.dataset, "status": incident.status,
            "since": incident.opened_at.isoformat(), "numbers": [why.broken, why.checks],
            "owner": why.owner, "runbook": why.runbook_url, "page": notice.links.incident,
            "in_time": 0 < deadline - time.monotonic() <= 60,
        }
        with Path(self.path).open("a") as file:
            file.write(json.dumps(line) + "\\n")
        return Attempt(delivered=True)


def open_pager(route, options):
    if "path" not in options:
        raise ChannelUnusable(f"route {route} has no path")
    return Pager(options["path"])


def open_liar(route, options):
    return type("Liar", (), {"send": lambda self, notice, deadline: True})()


def open_thrower(route, options):
    raise KeyError("s3cret")


PAGER, LIAR, THROWER = ChannelType(open=open_pager), ChannelType(open=open_liar), ChannelType(open=open_thrower)
"""
ENTRY_POINTS = """
[airflow_dre.channels]
pager = acme_pager:PAGER
liar = acme_pager:LIAR
thrower = acme_pager:THROWER
gone = acme_pager.missing:CHANNEL
plain = acme_pager:__name__
webhook = acme_pager.replacement:CHANNEL
"""
SCRIPT = """
import json, os, sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from airflow_dre.config import read_settings
from airflow_dre.incidents.explanation import explain
from airflow_dre.incidents.identity import DataCause
from airflow_dre.incidents.signals import Event, Origin, Severity, Signal
from airflow_dre.services.checkup import check_routes
from airflow_dre.services.incidents.delivery import deliver, flush
from airflow_dre.services.wiring import store_of
from airflow_dre.store.records import Delivery
from airflow_dre.store.tables import outbox

settings = read_settings()
cause = DataCause(namespace="n", name="shop.orders", suite="s")
at = datetime(2026, 1, 1, tzinfo=UTC)
routes = ("pager", "unready", "liar", "thrower", "gone", "plain", "unknown", "hook")
why = explain(["because"], broken=1, checks=2, owners=["team-a"], runbooks=["https://wiki/1"])
more = {"severity": Severity.HIGH, "routes": routes, "explanation": why}
failed = Signal(cause=cause, event=Event.CHECKS_FAILED, at=at, title="1 of 2 failed", **more)
deliver(Delivery(signals=(failed,)), settings)
deliver(Delivery(signals=(Signal(cause=cause, event=Event.CHECKS_PASSED, at=at + timedelta(hours=1), title="passed"),)), settings)
flush(settings)
with store_of(settings).database.read() as connection:
    rows = connection.execute(select(outbox).order_by(outbox.c.id)).all()
print(json.dumps({
    "outbox": [[row.route, row.event, row.status, row.misrouted, row.last_error] for row in rows],
    "checkup": [finding.text for finding in check_routes(settings)],
    "replaced": "acme_pager.replacement" in sys.modules,
}))
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what a fresh process does in which a foreign package with channels is installed."""
    folder, home = tmp_path_factory.mktemp("site"), tmp_path_factory.mktemp("home")
    replacement = "raise SystemExit('a channel of ours was replaced')"
    install_package(folder, "acme-pager", ENTRY_POINTS, {"__init__": PACKAGE, "replacement": replacement})
    routes = {name: {"channel": name} for name in ("liar", "thrower", "gone", "plain", "unknown")}
    routes |= {"pager": {"channel": "pager", "path": str(home / "pages")}, "unready": {"channel": "pager"}, "hook": {"channel": "webhook"}}
    environment = {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__API__BASE_URL": "http://airflow",
        "AIRFLOW__DRE__ROUTES": json.dumps(routes),
        "AIRFLOW__DRE__SEND_SECONDS": "30",
    }
    ran = run_with_packages(folder, SCRIPT, **environment)
    pages = [json.loads(line) for line in (home / "pages").read_text().splitlines()]
    return {**json.loads(ran.stdout.splitlines()[-1]), "pages": pages, "log": ran.stdout + ran.stderr}


def test_a_channel_of_another_package_gets_a_notice_of_the_opening_and_the_resolution(found: dict[str, Any]) -> None:
    opened, resolved = found["pages"]
    assert [opened["news"], resolved["news"]] == ["opened", "resolved"]
    assert opened["key"] == resolved["key"]
    assert opened["key"].startswith("airflow-dre/")
    del opened["key"]
    assert opened == {
        "news": "opened",
        "incident": 1,
        "route": "pager",
        "title": "1 of 2 failed",
        "severity": "high",
        "dataset": "n/shop.orders",
        "status": "open",
        "since": "2026-01-01T00:00:00+00:00",
        "numbers": [1, 2],
        "owner": "team-a",
        "runbook": "https://wiki/1",
        "page": "http://airflow/plugin/reliability/incidents/1",
        "in_time": True,
    }
    assert resolved["status"] == "resolved"


@pytest.mark.parametrize(
    ("route", "error"),
    [
        pytest.param(
            "gone",
            "the entry point gone = acme_pager.missing:CHANNEL of acme-pager 1.0 does not load: "
            "ModuleNotFoundError: No module named 'acme_pager.missing'",
            id="a module that does not load",
        ),
        pytest.param(
            "plain",
            "the entry point plain = acme_pager:__name__ of acme-pager 1.0 is no ChannelType, but of type str",
            id="an object of another type",
        ),
        pytest.param("unready", "route unready has no path", id="options that it refuses"),
        pytest.param("thrower", "channel 'thrower' of route 'thrower' cannot be opened: KeyError", id="a channel that cannot be opened"),
        pytest.param(
            "unknown",
            "[dre] routes unknown: invalid channel='unknown'. Allowed: gone, liar, pager, plain, thrower, webhook",
            id="a channel that no package offers",
        ),
    ],
)
def test_a_channel_that_cannot_be_used_is_named_and_its_messages_wait(found: dict[str, Any], route: str, error: str) -> None:
    (message, *_) = [message for message in found["outbox"] if message[0] == route]
    assert message[1:4] == ["opened", "pending", 1]
    assert message[4].removeprefix("1 problem in the definition:\n- ") == error
    assert [text for text in found["checkup"] if text.startswith(f"{route}: {error}")]
    assert "s3cret" not in found["log"]


def test_a_channel_that_returns_no_attempt_is_tried_again(found: dict[str, Any]) -> None:
    (message, *_) = [message for message in found["outbox"] if message[0] == "liar"]
    assert message == ["liar", "opened", "pending", 2, "the message could not be sent: TypeError"]


def test_no_package_replaces_a_channel_of_ours(found: dict[str, Any]) -> None:
    assert not found["replaced"]
    assert [text for text in found["checkup"] if text.startswith("hook: [dre] routes hook: invalid url=None")]
