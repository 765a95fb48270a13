"""Gates and reports of objectives: what is decided, what is shown, and overrides that end."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from airflow_dre.errors import DefinitionError
from airflow_dre.services.access import DagScope
from airflow_dre.services.slo.gate import judge_gate, override_gate, revoke_override
from airflow_dre.services.slo.reporting import read_report, read_reports, render_slo_reports
from airflow_dre.slo import SLO, runs_passed, worst_of
from airflow_dre.store.database import Database
from airflow_dre.store.spool import Spool
from airflow_dre.store.store import Store
from tests.services.slo.objectives import DAY, HOUR, T, declare, deliver, look, result, suite_run, wiring_of

EVERYTHING = DagScope(None)


@pytest.fixture
def kept(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Yield the configured store with three objectives: one that is spent, one on track and one without events."""
    shutil.copy(sqlite_template, tmp_path / "dre.db")
    url = f"sqlite:///{tmp_path / 'dre.db'}"
    monkeypatch.setenv("AIRFLOW__DRE__SQL_ALCHEMY_CONN", url)
    monkeypatch.setenv("AIRFLOW__DRE__SPOOL_FOLDER", str(tmp_path / "spool"))
    store = Store(Database(url), Spool(tmp_path / "spool"))
    declare(
        store,
        SLO("spent", sli=runs_passed("flights"), target="95%", alerts="budget", owner="ann"),
        SLO("fine", sli=runs_passed("flights"), target="50%"),
        SLO("empty", sli=runs_passed("nowhere"), target="99%", window="month", time_zone="Europe/Berlin"),
    )
    deliver(store, *(suite_run(T - HOUR * step, result("c", int(step < 3))) for step in range(10)))
    look(store)
    yield store
    store.database.engine.dispose()


def test_a_gate_closes_when_the_budget_is_spent(kept: Store) -> None:
    wiring = wiring_of(kept)
    found = judge_gate(wiring, "spent", T)
    assert (found.is_open, found.left) == (False, -5.0)
    assert found.reason.startswith("SLO spent: 70 % good, -500 % of the budget left, burn rate 6x")
    assert judge_gate(wiring, "fine", T).is_open
    assert judge_gate(wiring, "empty", T).is_open


def test_a_gate_counts_what_arrived_after_the_last_look(kept: Store) -> None:
    deliver(kept, *(suite_run(T + timedelta(minutes=step), result("c", 1)) for step in range(1, 6)))
    assert not judge_gate(wiring_of(kept), "fine", T + HOUR).is_open


def test_a_gate_may_close_before_the_budget_is_spent(kept: Store) -> None:
    found = judge_gate(wiring_of(kept), "fine", T, below=Fraction(1, 2))
    assert (found.is_open, found.left) == (False, 0.4)
    assert found.reason.endswith(", and the gate closes at 50 %")


@pytest.mark.parametrize(("if_unknown", "is_open"), [("open", True), ("closed", False)])
def test_a_budget_that_cannot_be_measured(kept: Store, if_unknown: str, is_open: bool) -> None:
    declare(kept, SLO("broken", sli=worst_of("here", "there")))
    found = judge_gate(wiring_of(kept), "broken", T, if_unknown=if_unknown)
    assert (found.is_open, found.reason) == (is_open, "SLO broken cannot be measured: no SLO is named here")


def test_an_override_opens_the_gate_until_it_ends(kept: Store) -> None:
    wiring = wiring_of(kept)
    until = override_gate(wiring, "spent", reason="hotfix for INC-7", actor="ann", at=T, lasts=2 * HOUR)
    assert until == T + 2 * HOUR
    found = judge_gate(wiring, "spent", T + HOUR)
    assert found.is_open
    assert found.reason.endswith("; overridden by ann until 2026-06-30 14:00 UTC: hotfix for INC-7")
    assert not judge_gate(wiring, "spent", T + 2 * HOUR).is_open
    assert not judge_gate(wiring, "fine", T + HOUR, below=Fraction(1, 2)).is_open, "it is about one objective"


def test_an_override_can_be_revoked_and_replaced(kept: Store) -> None:
    wiring = wiring_of(kept)
    override_gate(wiring, "spent", reason="first", actor="ann", at=T, lasts=DAY)
    override_gate(wiring, "spent", reason="second", actor="ben", at=T, lasts=HOUR)
    override = judge_gate(wiring, "spent", T + timedelta(minutes=1)).override
    assert override is not None
    assert override.reason == "second"
    assert [revoke_override(wiring, "spent", T + timedelta(minutes=2)) for _ in range(2)] == [1, 0]
    assert not judge_gate(wiring, "spent", T + timedelta(minutes=3)).is_open


@pytest.mark.parametrize(
    ("name", "reason", "lasts", "words"),
    [
        ("spend", "x", HOUR, "did you mean spent?"),
        ("spent", " ", HOUR, "text that is not empty"),
        ("spent", "x", 31 * DAY, "at most 30 days"),
    ],
)
def test_an_override_that_is_not_what_it_must_be_is_refused(kept: Store, name: str, reason: str, lasts: timedelta, words: str) -> None:
    with pytest.raises(DefinitionError) as error:
        override_gate(wiring_of(kept), name, reason=reason, actor="ann", at=T, lasts=lasts)
    assert words in str(error.value)


TEXT = """\
3 SLOs at 2026-06-30 12:00 UTC: Spent 1, On track 1, No data 1

state     slo    target  window                       good  left    details
Spent     spent  95 %    30 d                         70 %  -500 %  budget_0; burn rate 6x
On track  fine   50 %    30 d                         70 %  40 %    burn rate 0.6x: spent in 20 d
No data   empty  99 %    this month in Europe/Berlin"""


def test_the_report_lists_the_least_budget_first(kept: Store) -> None:
    assert render_slo_reports(read_reports(EVERYTHING, T), T, "text") == TEXT


def test_the_report_as_markdown_is_a_table(kept: Store) -> None:
    override_gate(wiring_of(kept), "spent", reason="a | b", actor="ann", at=T, lasts=HOUR)
    lines = render_slo_reports(read_reports(EVERYTHING, T), T, "markdown").splitlines()
    assert lines[:4] == [
        "## 3 SLOs at 2026-06-30 12:00 UTC: Spent 1, On track 1, No data 1",
        "",
        "| state | slo | target | window | good | left | details |",
        "|---|---|---|---|---|---|---|",
    ]
    assert lines[4].endswith("| budget_0; burn rate 6x; override until 2026-06-30 13:00: a \\| b |")


def test_the_report_as_json_has_every_number(kept: Store) -> None:
    found = json.loads(render_slo_reports(read_reports(EVERYTHING, T), T, "json"))
    spent = found["slos"][0]
    assert (spent["name"], spent["state"], spent["target"], spent["owner"]) == ("spent", "spent", 0.95, "ann")
    assert (spent["evaluation"]["good"], spent["evaluation"]["events"], spent["evaluation"]["left"]) == (7.0, 10, -5.0)
    assert [alert["name"] for alert in spent["alerts"]] == ["budget_0"]
    assert spent["sli"] == {"counts": "runs_passed", "table": "flights"}


def test_a_history_that_is_shorter_than_the_window_is_stated(kept: Store) -> None:
    declare(kept, SLO("new", sli=runs_passed("flights"), target="50%"), at=T)
    (found,) = [report for report in read_reports(EVERYTHING, T) if report.stored.name == "new"]
    assert found.reason.endswith("; the history begins 9 h ago and the window is 30 d")
    assert found.evaluation is not None
    assert not found.evaluation.covered


def test_a_report_is_limited_to_readable_dags(kept: Store) -> None:
    assert read_reports(DagScope({"other"}), T) == []
    assert read_report("spent", DagScope({"other"}), T) is None
    assert read_report("nowhere", EVERYTHING, T) is None


def test_the_history_shows_how_the_budget_was_spent(kept: Store) -> None:
    found = read_report("spent", EVERYTHING, T)
    assert found is not None
    report, points = found
    assert len(points) == 60
    assert points[-1].at == T
    assert points[-1].left == report.left == -5.0
    assert [point.left for point in points] == sorted((point.left for point in points), reverse=True)


def test_without_objectives_the_report_shows_how_to_declare_one() -> None:
    assert "reliability_monitor(slos=[...])" in render_slo_reports([], T, "text")
