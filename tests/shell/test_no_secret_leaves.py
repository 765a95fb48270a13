"""Planted card numbers, IBANs, addresses and keys of failing rows are nowhere but in the table that is checked."""

from __future__ import annotations

import json
import logging
import os
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
import sqlalchemy as sa
from airflow.api_fastapi.app import create_auth_manager
from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
from airflow.sdk import DAG
from openlineage.client.serde import Serde
from starlette.testclient import TestClient

from airflow_dre import QualityCheckOperator, open_incident
from airflow_dre import checks as c
from airflow_dre.api.app import create_app
from airflow_dre.config import read_settings
from airflow_dre.errors import QueryFailed
from airflow_dre.services.incidents.delivery import flush
from airflow_dre.services.incidents.outcomes import failed_task
from airflow_dre.services.slo.freshness import measure_freshness
from airflow_dre.services.slo.question import read_question
from airflow_dre.store.database import open_database
from airflow_dre.store.schema import migrate
from airflow_dre.store.tables import metadata
from tests.databases import SERVERS, sqlite_file
from tests.task_instances import task_instance

pytestmark = pytest.mark.airflow
Run = Callable[..., Any]


def planted_as(text: str) -> str:
    """Return the text without its marks: Airflow keeps the source of a Dag, which must not be taken for a leak."""
    return text.replace("~", "")


PLANTED = {
    "card": planted_as("4111~111111111111"),
    "card_text": planted_as("5555-5555-~5555-4444"),
    "iban": planted_as("DE89~370400440532013000"),
    "email": planted_as("jane.doe~@planted.example"),
    "nick": planted_as("Xeno~phon"),
    "password": planted_as("hunter2~planted"),
    "note": planted_as(
        '{"pay": "378282~246310005", "key": "AKIA~IOSFODNN7PLANTED", "token": "ghp_16C7e42F~292c6912E7710c838347Ae178B4a", '
        '"to": "GB29 NW~BK 6016 1331 9268 19"}'
    ),
}
"""One row, whose ``nick`` only ``mask_columns`` reveals as sensitive, and whose ``password`` its name reveals."""
INSIDE = ("5555~555555554444", "378282~246310005", "AKIA~IOSFODNN7PLANTED", "16C7e42F~292c6912E7710c838347Ae178B4a", "NW~BK")
NEVER = [*(value for name, value in PLANTED.items() if name != "note"), *map(planted_as, INSIDE)]
PEOPLE = """
    CREATE TABLE people (
        id INTEGER, card {big}, card_float {double}, card_text TEXT, iban TEXT, email TEXT, nick TEXT, password TEXT, note TEXT
    )
"""
KEYS = ["id", "card", "card_float", "card_text", "iban", "email", "nick", "password", "note"]
CHECKS = [
    c.most_common("card_text", ["x"]),
    c.most_common("nick", ["x"]),
    c.column_max("card", equals=1),
    c.column_max("card_float", equals=1),
    c.column_min("iban", equals="x"),
    c.column_max("nick", equals="x", name="highest nick"),
    c.metric_sql("MAX(nick)", equals="x"),
    c.metric_sql("MAX(email)", equals="x", name="highest address"),
    c.quantile("card", 0.5, equals=1),
    c.between("id", 5, 9, by="email"),
    c.between("id", 5, 9, by="iban"),
    c.between("id", 5, 9, by="nick"),
    c.column_max("card", equals=1, by="nick"),
    c.most_common("email", ["x"], by="card"),
    c.in_set("note", ["x"], by="note"),
    c.z_scores("id", within=0.1, by="iban"),
    c.unique("email"),
    c.matches("email", "^x$"),
    c.length("password", at_most=1),
    c.null("password"),
    c.foreign_key("nick", to="people.iban"),
    c.rows("card = 1 AND email = 'x' AND nick = 'x'"),
    c.compare("card_text", "==", "iban"),
    c.failed_rows_sql("SELECT id, note, upper(nick) AS loud, email AS contact FROM people"),
    c.null("email", warn_above=0, fail_above=99),
    c.rows("CAST(note AS INTEGER) = 1 OR id = 9", name="casts a note"),
    c.rows("CAST(nick AS INTEGER) = 1 OR id = 9", name="casts a nick"),
    c.rows("CAST(card_text AS INTEGER) = 1 OR id = 9", name="casts a card", by="nick"),
]


@pytest.fixture(params=SERVERS)
def planted(request: pytest.FixtureRequest, world: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Create a warehouse with three planted rows and a results store, and return the URL of the store."""
    rows = [(number, PLANTED["card"], PLANTED["card"], *list(PLANTED.values())[1:]) for number in (1, 2, 2)]
    if request.param == "sqlite":
        with sqlite_file(world / "w.db") as connection:
            connection.execute(PEOPLE.format(big="INTEGER", double="REAL"))
            connection.executemany(f"INSERT INTO people VALUES ({', '.join('?' * 9)})", rows)
        return f"sqlite:///{world}/dre.db"
    url = sa.make_url(request.getfixturevalue("postgres_url"))
    with psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False)) as server:
        server.execute(PEOPLE.format(big="BIGINT", double="DOUBLE PRECISION"))
        server.cursor().executemany(f"INSERT INTO people VALUES ({', '.join(['%s'] * 9)})", rows)
    host = url.query.get("host") or url.host
    warehouse = {
        "conn_type": "postgres",
        "host": host,
        "port": url.port,
        "login": url.username,
        "password": url.password,
        "schema": url.database,
    }
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", json.dumps(warehouse))
    store = url.render_as_string(hide_password=False)
    migrate(open_database(store))
    monkeypatch.setenv("AIRFLOW__DRE__SQL_ALCHEMY_CONN", store)
    return store


def found_in(place: str, text: str) -> list[str]:
    """Return what was planted and is in a text."""
    return [f"{place}: {secret}" for secret in NEVER if secret in text]


def files_of(*folders: Path) -> Iterator[tuple[str, str]]:
    """Yield every file below some folders, the warehouse itself left out."""
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file() and not path.name.startswith("w.db"):
                yield str(path), path.read_bytes().decode(errors="replace")


def everything_kept(url: str) -> str:
    """Return every table of a results store as text."""
    with open_database(url).read() as connection:
        return "\n".join(str(row) for table in metadata.sorted_tables for row in connection.execute(sa.select(table)))


@pytest.fixture
def asked(world: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Return the API's answer to an admin."""
    monkeypatch.setenv("AIRFLOW__API_AUTH__JWT_SECRET", "for tests only, and long enough for HMAC with SHA-512: 0123456789 0123456789")
    token = create_auth_manager().generate_jwt(SimpleAuthManagerUser(username="admin", role="ADMIN", teams=[]))
    client = TestClient(create_app(world))
    return lambda path: client.get(path, headers={"Authorization": f"Bearer {token}"})


def test_nothing_that_was_planted_leaves_the_warehouse(
    planted: str,
    world: Path,
    oncall: Any,
    run_dag: Run,
    asked: Callable[[str], Any],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    arguments: dict[str, Any] = {
        "conn_id": "warehouse",
        "table": "people",
        "sample_rows": 5,
        "key_columns": KEYS,
        "mask_columns": ["NICK"],
        "checks": CHECKS,
    }
    with DAG(f"plants_{planted[:4]}", schedule=None) as dag:
        QualityCheckOperator(task_id="check", on_failure_callback=open_incident(routes=["oncall"]), **arguments)
    (ti,) = run_dag(dag).get_task_instances()
    assert ti.state == "failed"
    summary = ti.xcom_pull(task_ids="check")
    assert {name: summary["counts"][name] for name in ("skipped", "passed", "warned")} == {"skipped": 0, "passed": 0, "warned": 1}
    assert summary["counts"]["errored"] == (3 if planted.startswith("postgres") else 0)

    monkeypatch.setenv("AIRFLOW__DRE__SQL_ALCHEMY_CONN", "postgresql+psycopg://dre@127.0.0.1:1/dre")
    operator = QualityCheckOperator(task_id="again", fail_on="never", **arguments)
    operator.execute({"ti": task_instance(dag_id=dag.dag_id, task_id="again")})
    spooled = "".join(path.read_text() for path in (world / "spool").glob("*.jsonl"))
    monkeypatch.setenv("AIRFLOW__DRE__SQL_ALCHEMY_CONN", planted)
    assert flush(read_settings())[0] == 1

    kept = everything_kept(planted)
    lineage = operator.get_openlineage_facets_on_complete(None)
    event = json.dumps([Serde.to_dict(lineage.inputs[0]), *(Serde.to_dict(facet) for facet in lineage.run_facets.values())])
    listed = asked("/api/overview").text + asked("/api/incidents?status=all").text + asked("/api/incidents/1").text
    assert operator.suite_run is not None
    table = asked(f"/api/table?namespace={quote(operator.suite_run.namespace)}&name={quote(operator.suite_run.name)}")
    results = [check["latest"] for check in table.json()["checks"]]
    shown = [asked(f"/api/results/{result['key']}/rows") for result in results if result["has_sample"]]
    said, printed = caplog.text, capfd.readouterr()

    places = {
        "store": kept,
        "spool": spooled,
        "message": "".join(body.decode() for _, body in oncall.requests),
        "lineage": event,
        "summary": json.dumps(summary),
        "rendered": repr([getattr(operator, name) for name in operator.template_fields]),
        "log": said + printed.out + printed.err,
        "API": listed + table.text + "".join(answer.text for answer in shown),
    }
    for name, text in places.items():
        assert text
        if name not in ("summary", "rendered", "message"):  # those name checks and say nothing about rows
            assert "***" in text, f"{name} has nothing masked, so that this test proves nothing"
    files = dict(files_of(world, Path(os.environ["AIRFLOW_HOME"])))
    assert [where for name, text in [*places.items(), *files.items()] for where in found_in(name, text)] == []
    rows = [answer.json() for answer in shown]
    assert len(rows) == sum(result["outcome"] in ("failed", "warned") for result in results)
    full = [row for answer in rows for row in answer["rows"] if answer["columns"][: len(KEYS)] == KEYS]
    assert full
    assert {tuple(value == "***" for value in row["values"][1:8]) for row in full} == {(True,) * 7}
    assert {row["values"][0] for row in full} <= {"1", "2"}, "a key that is no secret stays"


def test_an_exception_that_quotes_a_row_is_masked(world: Path) -> None:
    ti = task_instance(task_id="load")
    error = ValueError(f"duplicate key (email)=({PLANTED['email']}) " + "x" * 5000 + PLANTED["card"])
    found = failed_task(ti, datetime.now(UTC), error=error)
    assert found_in("detail", found.detail) == []
    assert found.detail.startswith("ValueError: duplicate key (email)=(***)")


def test_a_timestamp_that_is_none_is_not_told(world: Path) -> None:
    with sqlite_file(world / "w.db") as connection:
        connection.execute("CREATE TABLE odd AS SELECT ? AS at, ? AS json", (PLANTED["email"], PLANTED["note"]))
    for column in ("at", "json", "missing"):
        question = read_question("x", {"conn_id": "warehouse", "table": "odd", "column": column, "max_age": "1h"})
        with pytest.raises(QueryFailed) as error:
            measure_freshness(question, datetime.now(UTC))
        assert found_in(column, "".join(traceback.format_exception(error.value))) == []
        assert error.value.__cause__ is None
