"""Reasons of incidents: bounded, and never empty where something is known."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_dre.channels.webhook import render_payload
from airflow_dre.incidents.explanation import LONGEST_REASON, MOST_REASONS, Explanation, explain, shortened
from airflow_dre.incidents.identity import PipelineCause
from airflow_dre.incidents.notice import IncidentState, Links, News, Notice
from airflow_dre.incidents.signals import Event, Signal

T = datetime(2026, 1, 1, tzinfo=UTC)
MOST_BYTES = 512 * 1024
"""The longest message that PagerDuty takes. Texts of letters outside ASCII are written as escapes."""


def signal(**changes: Any) -> Signal:
    """Return a failed task."""
    values: dict[str, Any] = {"cause": PipelineCause(dag_id="d"), "event": Event.TASK_FAILED, "at": T, "title": "x"} | changes
    return Signal(**values)


@given(st.text(st.characters(codec=None), max_size=50), st.integers(1, 30))
def test_a_shortened_text_has_a_bound_and_can_be_written_everywhere(text: str, longest: int) -> None:
    found = shortened(text, longest)
    assert len(found) <= longest
    assert "\x00" not in found
    found.encode()
    assert found == text or "\ufffd" in found or found.endswith("…")


@given(st.lists(st.text(), max_size=9), st.lists(st.none() | st.text(), max_size=5), st.lists(st.none() | st.text(), max_size=5))
def test_an_explanation_has_bounds(reasons: list[str], owners: list[str | None], runbooks: list[str | None]) -> None:
    found = explain(reasons, owners=owners, runbooks=runbooks)
    assert len(found.reasons) <= MOST_REASONS
    assert all(0 < len(reason) <= LONGEST_REASON for reason in found.reasons)
    assert found.owner is None or found.owner.strip()
    assert found.runbook_url is None or found.runbook_url.strip()


def test_the_first_owners_and_the_first_runbook_are_kept() -> None:
    found = explain(["a"], owners=[None, "x", " ", "y", "x", "z", "w"], runbooks=[None, "", "https://1", "https://2"])
    assert (found.owner, found.runbook_url) == ("x, y, z", "https://1")


@pytest.mark.parametrize(
    ("given_signal", "reasons"),
    [
        pytest.param(signal(), (), id="nothing is known"),
        pytest.param(signal(detail="ValueError: x"), ("ValueError: x",), id="the detail"),
        pytest.param(signal(detail="all", explanation=explain(["one"])), ("one",), id="an explanation"),
        pytest.param(signal(event=Event.TASK_SUCCEEDED, detail="fine"), (), id="a recovery"),
    ],
)
def test_why_a_signal_was_sent(given_signal: Signal, reasons: tuple[str, ...]) -> None:
    assert given_signal.why.reasons == reasons


def test_a_signal_of_the_version_before_can_be_read() -> None:
    written = msgspec.to_builtins(signal(explanation=explain(["one"], broken=1, checks=2, owners=["x"])))
    assert msgspec.convert(written, Signal).explanation == explain(["one"], broken=1, checks=2, owners=["x"])
    del written["explanation"]
    assert msgspec.convert(written, Signal).explanation == Explanation()


@pytest.mark.parametrize("letter", ["a", "ü", "\U0001f600", "\x1b", '"'])
def test_the_whole_payload_has_a_bound(letter: str) -> None:
    huge = letter * 1_000_000
    why = Explanation(reasons=(huge,) * 100, broken=1, checks=2, owner=huge, runbook_url=huge)
    names = ("event", "title", "severity", "kind", "namespace", "name", "suite", "dag_id", "task_id", "run_id", "fingerprint")
    texts: dict[str, Any] = dict.fromkeys(names, huge)
    incident = IncidentState(**texts, occurrences=1, opened_at=T, explanation=why)
    links = Links(log=huge, results=huge)
    payload = render_payload(Notice(news=News.OPENED, incident_id=1, route="r", incident=incident, links=links))
    assert len(json.dumps(payload)) < MOST_BYTES


def test_a_record_of_the_spool_names_the_occurrence_as_the_version_before_did() -> None:
    written = msgspec.json.encode(signal(occurrence_id="since noon"))
    assert json.loads(written)["episode"] == "since noon"
    assert msgspec.json.decode(written, type=Signal).occurrence_id == "since noon"
