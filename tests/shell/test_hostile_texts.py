"""Hostile texts of data, catalogues and drivers: nothing that leaves is without a bound, or has a power of its own."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from openlineage.client.serde import Serde

from airflow_dre import QualityCheckOperator, open_incident
from airflow_dre import checks as c
from airflow_dre.engines.refusals import first_line
from airflow_dre.privacy.masking import masked_line
from airflow_dre.services.quality.report import render_report
from airflow_dre.store.database import open_database
from airflow_dre.store.reading.runs import whole_results
from airflow_dre.store.tables import incident_event, metadata
from airflow_dre.values.text_limits import DETAIL, OBSERVED, REASON, STATEMENT, TITLE, lines, one_line
from tests.databases import sqlite_file
from tests.task_instances import task_instance

pytestmark = pytest.mark.airflow
EVIL = "x\n::endgroup::\nok  everything passed\x1b[32m\u202e\u2028\u2066\x9b\r\x00"
LONG = "v" * 200_000
POWERS = [*map(chr, range(32)), *map(chr, range(127, 160)), *"\u200b\u200e\u200f\u2028\u2029\u202a\u202e\u2066\u2069\ufeff"]


def powers_in(text: str, allowed: str = "") -> set[str]:
    """Return the characters of a text that move a terminal, end a line or turn the direction."""
    return {character for character in text if character in POWERS and character not in allowed}


def quoted(name: str) -> str:
    """Return a name in SQL."""
    return '"' + name.replace('"', '""').replace("\x00", "") + '"'


@pytest.fixture
def hostile(world: Path) -> str:
    """Create a table with a hostile name, columns and values, and return its name."""
    name = "t" + EVIL.replace("\x00", "").replace("\n", "").replace("\r", "")
    with sqlite_file(world / "w.db") as connection:
        connection.execute("CREATE TABLE hostile (id INTEGER, s TEXT, long TEXT)")
        connection.executemany("INSERT INTO hostile VALUES (?, ?, ?)", [(None, EVIL, LONG), (1, EVIL + "2", LONG + "2")])
        connection.execute(f"CREATE VIEW {quoted(name)} AS SELECT * FROM hostile")
    return name


CHECKS = [
    c.not_null("id", by="s"),
    c.not_null("id", by="long"),
    c.column_max("s", at_most="a"),
    c.column_max("long", at_most="a"),
    c.column_max("s", at_most="a", by="long"),
    c.most_common("s", ["a"]),
    c.metric_sql("MAX(long)", equals="x"),
    c.column_max("id", at_most="2001-01-01"),
    c.mean("s", at_most=1),
    c.matches("s", "^a$"),
    c.not_null("id", name="a name\nok  forged\x1b[0m"),
]


def check(table: str, **arguments: Any) -> tuple[Any, Any]:
    """Run the checks as a task would, and return the summary and the operator."""
    operator = QualityCheckOperator(
        **{"task_id": "check", "conn_id": "warehouse", "table": table, "suite": "s", "fail_on": "never", "checks": CHECKS, **arguments}
    )
    ti = task_instance()
    return operator.execute({"ti": ti}), operator


def logged_by(operator: Any, caplog: pytest.LogCaptureFixture) -> str:
    """Return the report that a task logs, and what the package logs beside it."""
    return "\n".join([render_report(operator.suite_run), *(record.getMessage() for record in caplog.records if "dre" in record.name)])


def test_no_row_writes_a_line_of_a_log_or_moves_a_terminal(
    hostile: str, world: Path, oncall: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    summary, operator = check("hostile", routes=["oncall"], sample_rows=5, key_columns=["s", "long"])
    logged = logged_by(operator, caplog)
    assert "::endgroup::" in logged, "the value is logged"
    assert not any(line.startswith(("::endgroup::", "ok  everything", "ok  forged")) for line in logged.splitlines())
    assert powers_in(logged, "\n\t") == set()
    assert powers_in(str(summary)) == set()
    assert powers_in(json.dumps(summary, ensure_ascii=False)) == set()
    for body in oncall.messages:
        assert powers_in(json.dumps(body, ensure_ascii=False), "\n") == set()
    facets = operator.get_openlineage_facets_on_complete(None)
    assert powers_in(json.dumps(json.loads(Serde.to_json(facets.inputs[0])), ensure_ascii=False)) == set()
    assert powers_in("\n".join(kept(world)), "\n") == set()


def kept(world: Path) -> list[str]:
    """Return every text of the results store, including those in JSON and statements of several lines."""
    found: list[str] = []

    def walk(value: object) -> None:
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, dict):
            for name, item in value.items():
                walk(name)
                walk(item)
        elif isinstance(value, (list, tuple)):
            for item in value:
                walk(item)

    with open_database(f"sqlite:///{world}/dre.db").read() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(sa.select(table)):
                walk(tuple(row))
    return found


def test_no_long_value_is_kept_or_sent_whole(hostile: str, world: Path, oncall: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    summary, operator = check("hostile", routes=["oncall"], sample_rows=5, key_columns=["long"])
    assert max(map(len, kept(world))) <= STATEMENT
    with open_database(f"sqlite:///{world}/dre.db").read() as connection:
        rows = connection.execute(whole_results()).all()
        events = connection.execute(sa.select(incident_event)).all()
    assert max(len(row.reason) for row in rows) <= REASON
    assert max(len(row.observed or "") for row in rows) <= OBSERVED
    assert max(len(event.detail) for event in events) <= DETAIL
    assert max(len(event.summary) for event in events) <= TITLE
    assert sum(map(len, kept(world))) < 300_000
    assert len(str(summary)) < 5_000
    assert max(len(json.dumps(body)) for body in oncall.messages) < 60_000
    assert len(Serde.to_json(operator.get_openlineage_facets_on_complete(None).inputs[0])) < 60_000
    assert len(logged_by(operator, caplog)) < 300_000


def test_a_name_of_a_catalogue_forges_nothing(hostile: str, world: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    _, operator = check(quoted(hostile), checks=[c.not_null("id"), c.not_null("none")])
    logged = logged_by(operator, caplog)
    assert "u202e" in logged
    assert powers_in(logged, "\n\t") == set()


def test_an_exception_forges_nothing(world: Path, rows: Callable[[Any], list[Any]]) -> None:
    ti = task_instance(task_id="load")
    open_incident()({"ti": ti, "exception": ValueError(EVIL + LONG)})
    (event,) = rows(incident_event)
    assert powers_in(event.detail, "\n\t") == set()
    assert len(event.detail) <= DETAIL


@pytest.mark.parametrize("error", [ValueError(EVIL), ValueError(EVIL.replace("\n", "")), RuntimeError(LONG)])
def test_what_a_driver_says_is_one_line_with_a_bound(error: Exception) -> None:
    said = first_line(error)
    assert powers_in(said) == set()
    assert len(said) <= REASON


@given(text=st.text(max_size=300), longest=st.integers(min_value=1, max_value=200))
def test_a_bounded_text_has_no_power_and_stays_what_it_is(text: str, longest: int) -> None:
    for bounded, allowed in ((one_line, ""), (lines, "\n\t"), (masked_line, "")):
        shown = bounded(text, longest)
        assert len(shown) <= longest
        assert powers_in(shown, allowed) == set()
        assert bounded(shown, longest) == shown or bounded is masked_line
    assert one_line(text, 10_000) == text or powers_in(text) or any(ord(character) > 126 for character in text)


def test_scripts_that_need_joiners_keep_them() -> None:
    for text in (
        "\u0646\u0645\u06cc\u200c\u062e",
        "\U0001f468\u200d\U0001f469",
        "\u6570\u636e",
        "a\u0301",
        "\u00e9",
    ):
        assert one_line(text, 100) == text


def test_half_the_number_of_a_card_is_not_kept() -> None:
    for before in range(980, 1_000):
        shown = masked_line("a " * (before // 2) + "4111111111111111" + " b" * 2_000, 1_000)
        assert "4111" not in shown
