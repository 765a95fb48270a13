"""The lines of the log about incidents, and about messages that cannot be sent."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from airflow_dre.incidents.identity import DataCause
from airflow_dre.incidents.signals import Event, Origin, Severity, Signal
from airflow_dre.services.incidents.act import send_outbox
from airflow_dre.services.incidents.delivery import log_changes
from airflow_dre.store.records import Delivery
from airflow_dre.store.store import Store

T = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("event", "more", "reason"),
    [
        pytest.param(Event.CHECKS_WARNED, {}, "the incident of this cause is live", id="as bad as before"),
        pytest.param(Event.CHECKS_FAILED, {}, "the incident of this cause is live; notified again: a warning became a failure", id="fails"),
        pytest.param(
            Event.CHECKS_WARNED,
            {"parts": ("not_null(id)", "unique(id)")},
            "the incident of this cause is live; notified again: another check is broken",
            id="another check",
        ),
        pytest.param(
            Event.CHECKS_WARNED,
            {"severity": Severity.HIGH},
            "the incident of this cause is live; notified again: the severity rose",
            id="severity",
        ),
        pytest.param(Event.CHECKS_FAILED, {"routes": ()}, "the incident of this cause is live", id="no route"),
    ],
)
def test_the_line_of_an_incident_says_why_receivers_are_notified_again(
    store: Store, settings_for: Callable[..., Any], caplog: pytest.LogCaptureFixture, event: Event, more: dict[str, Any], reason: str
) -> None:
    common = {"cause": DataCause(namespace="n", name="t", suite="s"), "title": "bad", "parts": ("not_null(id)",), "routes": ("oncall",)}

    def signal(event: Event, hours: int, **more: Any) -> Signal:
        origin = Origin(dag_id="d", run_id=f"r{hours}", task_id="t", map_index=-1, try_number=1)
        return Signal(**{**common, "event": event, "at": T + timedelta(hours=hours), "origin": origin, **more})

    store.deliver(Delivery(signals=(signal(Event.CHECKS_WARNED, 0, routes=more.get("routes", ("oncall",))),)))
    changes = store.deliver(Delivery(signals=(signal(event, 1, **more),)))
    with caplog.at_level(logging.INFO, "airflow_dre.services.incidents.delivery"):
        log_changes(changes, settings_for({}))
    assert caplog.messages == [f"airflow-dre: incident 1: add ({reason}). http://airflow.example/plugin/reliability/incidents/1"]


def test_a_store_that_cannot_be_opened_after_an_answer_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("AIRFLOW__DRE__SQL_ALCHEMY_CONN", f"sqlite:///{tmp_path}/file/dre.db")
    with caplog.at_level(logging.ERROR):
        send_outbox()
    (record,) = caplog.records
    assert record.getMessage().startswith("airflow-dre: messages wait until the results store is back: the results store at sqlite:///")
    assert record.exc_info is None
