"""The ``[dre]`` section: an option that cannot be read costs nothing but itself, is logged once, and shows no secret."""

from __future__ import annotations

import json
import logging
import signal
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from airflow_dre import config
from airflow_dre.config import read_settings

GOOD = {"channel": "webhook", "url": "https://example.org/?token=s3cret"}
DEFAULTS = {
    "routes": {},
    "default_routes": (),
    "watch_dags": ("*",),
    "send_seconds": 5.0,
    "sample_retention": timedelta(days=7),
    "duckdb_memory_limit": "768MB",
    "retention": timedelta(days=400),
}


@pytest.mark.parametrize(
    ("option", "text", "message"),
    [
        pytest.param("routes", '{"a": {"channel": "webhook",}}', "no JSON: line 1, column ", id="a comma too many in the routes"),
        pytest.param("routes", "oncall", "no JSON: line 1, column 1", id="routes as words"),
        pytest.param("routes", "[]", "a JSON object of routes by name", id="routes as a list"),
        pytest.param("routes", "null", "a JSON object of routes by name", id="routes that are null"),
        pytest.param("routes", "[" * 200_000, "no JSON: too deep", id="routes that nest without end"),
        pytest.param("routes", "NaN", "a JSON object of routes by name", id="routes that are not a number"),
        pytest.param("routes", "$no_such_command", "no JSON", id="routes from a variable that is not set"),
        pytest.param("default_routes", "x" * 251, "at most 250 printable characters", id="a default route with a long name"),
        pytest.param("default_routes", "on\x1bcall", "at most 250 printable characters", id="a default route with an escape character"),
        pytest.param("send_seconds", "soon", "a number of seconds from 0 to 3600", id="seconds as a word"),
        pytest.param("send_seconds", "nan", "a number of seconds from 0 to 3600", id="seconds that are not a number"),
        pytest.param("send_seconds", "inf", "a number of seconds from 0 to 3600", id="endless seconds"),
        pytest.param("send_seconds", "-1", "a number of seconds from 0 to 3600", id="negative seconds"),
        pytest.param("send_seconds", "1e9", "a number of seconds from 0 to 3600", id="seconds that are years"),
        pytest.param("send_seconds", "5s", "a number of seconds from 0 to 3600", id="seconds with a unit"),
        pytest.param("sample_retention", "forever", "a positive duration such as '90m'", id="a retention as a word"),
        pytest.param("sample_retention", "0d", "a positive duration such as '90m'", id="no retention at all"),
        pytest.param("sample_retention", "-7d", "a positive duration such as '90m'", id="a negative retention"),
        pytest.param("sample_retention", "7", "a positive duration such as '90m'", id="a retention without a unit"),
        pytest.param("sample_retention", "9999999d", "at most 3650d", id="a retention beyond the last date"),
        pytest.param("retention", "400", "a positive duration such as '90m'", id="results kept without a unit"),
        pytest.param("retention", "12h", "at least 1d and at most 3650d, or 0 to keep everything", id="results kept for hours"),
        pytest.param("retention", "4000d", "at most 3650d", id="results kept for longer than can be asked for"),
        pytest.param("duckdb_memory_limit", "much", "a size such as 768MB", id="a memory limit as a word"),
        pytest.param("duckdb_memory_limit", "0MB", "a size such as 768MB", id="no memory at all"),
        pytest.param("duckdb_memory_limit", "1000", "a size such as 768MB", id="memory without a unit"),
        pytest.param("duckdb_memory_limit", "120%", "a size such as 768MB", id="more memory than there is"),
        pytest.param("duckdb_memory_limit", "99999999999TB", "a size such as 768MB", id="more memory than can be counted"),
    ],
)
def test_an_option_that_cannot_be_read_is_its_default_and_a_problem(
    monkeypatch: pytest.MonkeyPatch, world: Path, option: str, text: str, message: str
) -> None:
    monkeypatch.setenv(f"AIRFLOW__DRE__{option.upper()}", text)
    found = read_settings()
    assert getattr(found, option) == DEFAULTS[option]
    (problem,) = found.problems
    assert message in str(problem)
    assert option in str(problem)
    assert (found.store_url, found.spool_folder) == (f"sqlite:///{world}/dre.db", world / "spool")


@pytest.mark.parametrize(("text", "kept"), [("", None), ("0", None), (" 90d ", timedelta(days=90)), ("104w", timedelta(weeks=104))])
def test_results_are_kept_for_a_while_or_for_ever(monkeypatch: pytest.MonkeyPatch, text: str, kept: timedelta | None) -> None:
    monkeypatch.setenv("AIRFLOW__DRE__RETENTION", text)
    assert (read_settings().retention, read_settings().problems) == (kept, ())


@pytest.mark.parametrize(
    ("options", "name"),
    [
        pytest.param("https://example.org/?token=s3cret", "bad", id="an address instead of an object"),
        pytest.param({"url": "https://example.org/?token=s3cret"}, "bad", id="no channel"),
        pytest.param({"channel": ["webhook"], "secret": "s3cret"}, "bad", id="a list of channels"),
        pytest.param(None, "bad", id="null"),
        pytest.param(GOOD, "", id="no name"),
        pytest.param(GOOD, "x" * 251, id="a long name"),
        pytest.param(GOOD, "half \ud800 a pair", id="half a surrogate pair in the name"),
        pytest.param(GOOD, "nul \0", id="a NUL in the name"),
    ],
)
def test_one_bad_route_costs_no_other(monkeypatch: pytest.MonkeyPatch, options: Any, name: str) -> None:
    monkeypatch.setenv("AIRFLOW__DRE__ROUTES", json.dumps({name: options, "good": GOOD}))
    found = read_settings()
    assert list(found.routes) == ["good"]
    assert list(found.broken_routes) == [name]
    assert found.problems == (found.broken_routes[name],)
    assert not found.routes_unreadable
    assert "s3cret" not in str(found.problems[0]) + repr(found)


def test_a_default_route_that_is_not_configured_is_a_problem_and_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """It hears of what is live once it is configured."""
    monkeypatch.setenv("AIRFLOW__DRE__ROUTES", json.dumps({"good": GOOD, "bad": None}))
    monkeypatch.setenv("AIRFLOW__DRE__DEFAULT_ROUTES", "good, bad, oncal")
    found = read_settings()
    assert found.default_routes == ("good", "bad", "oncal")
    assert [problem.value for problem in found.problems if problem.argument == "default_routes"] == ["oncal"]


def test_an_address_that_cannot_be_had_is_never_another_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AIRFLOW__DRE__SQL_ALCHEMY_CONN")
    monkeypatch.setenv("AIRFLOW__DRE__SQL_ALCHEMY_CONN_CMD", "false")
    found = read_settings()
    assert found.store_url == ""
    assert [problem.argument for problem in found.problems] == ["sql_alchemy_conn"]


@pytest.mark.parametrize(
    ("option", "store_is_known"), [pytest.param("routes", True, id="the routes"), pytest.param("sql_alchemy_conn", False, id="the store")]
)
def test_a_command_that_never_ends_is_waited_for_once(monkeypatch: pytest.MonkeyPatch, option: str, store_is_known: bool) -> None:
    monkeypatch.setattr(config, "OUTSIDE_SECONDS", 0.5)
    monkeypatch.setattr(config, "_silent_until", {})
    monkeypatch.delenv(f"AIRFLOW__DRE__{option.upper()}", raising=False)
    monkeypatch.setenv(f"AIRFLOW__DRE__{option.upper()}_CMD", "sleep 20")
    began = time.monotonic()
    for _ in range(5):
        found = read_settings()
        (problem,) = found.problems
        assert problem.argument == option
        assert "it took more than 0.5 s" in str(problem)
        assert bool(found.store_url) is store_is_known
        assert found.routes_unreadable is store_is_known
    assert time.monotonic() - began < 3
    config._silent_until.clear()
    monkeypatch.setenv(f"AIRFLOW__DRE__{option.upper()}_CMD", "echo sqlite:////tmp/x.db" if option == "sql_alchemy_conn" else "echo {}")
    assert read_settings().problems == ()


def test_a_time_limit_of_the_caller_ends_the_wait_for_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    class TimeIsUp(Exception):
        pass

    def ring(*_: object) -> None:
        raise TimeIsUp

    monkeypatch.setattr(config, "_silent_until", {})
    monkeypatch.setenv("AIRFLOW__DRE__ROUTES_CMD", "sleep 20")
    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        with pytest.raises(TimeIsUp):
            read_settings()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_a_problem_is_logged_once(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(config, "_logged", set())
    monkeypatch.setenv("AIRFLOW__DRE__SEND_SECONDS", "soon")
    monkeypatch.setenv("AIRFLOW__DRE__ROUTES", json.dumps({"bad": "https://example.org/?token=s3cret"}))
    with caplog.at_level(logging.INFO):
        for _ in range(3):
            read_settings()
    assert [record.levelname for record in caplog.records if record.name == "airflow_dre.config"] == ["ERROR", "ERROR"]
    assert "s3cret" not in caplog.text


words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)
numbers = st.one_of(st.floats().map(str), st.integers().map(str))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(st.fixed_dictionaries({option: words | numbers | st.just("{}") for option in DEFAULTS}))
def test_no_text_whatever_keeps_the_settings_from_being_read(world: Path, options: dict[str, str]) -> None:
    with pytest.MonkeyPatch.context() as patched:
        for option, text in options.items():
            patched.setenv(f"AIRFLOW__DRE__{option.upper()}", text)
        found = read_settings()
    assert found.store_url == f"sqlite:///{world}/dre.db"
    assert 0 <= found.send_seconds <= 3600
    assert timedelta(0) < found.sample_retention <= timedelta(days=3650)
