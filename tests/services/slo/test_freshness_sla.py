"""A freshness SLA calls back once for each miss, however often and by however many tasks it is evaluated."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from airflow_dre.errors import DefinitionError
from airflow_dre.services.slo.freshness import measure_freshness
from airflow_dre.services.slo.question import FreshnessQuestion, read_question
from airflow_dre.store.database import Database
from airflow_dre.store.reading.scope import DagScope
from airflow_dre.store.reading.slas import readable_slas
from airflow_dre.store.spool import Spool
from airflow_dre.store.store import Store
from airflow_dre.store.tables import incident
from tests.databases import SERVERS
from tests.slas import Evaluated, evaluate_sla

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
QUESTION = FreshnessQuestion(conn_id="dre_warehouse", table="orders", column="created_at", max_age=timedelta(hours=6))
Arrive = Callable[[datetime | None], None]


@pytest.fixture(params=SERVERS)
def arrive(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Arrive]:
    """Yield a warehouse behind an Airflow connection, and a way to let its newest row be of a given moment."""
    connect: Callable[[], Any]
    if request.param == "sqlite":
        file = tmp_path / "warehouse.db"
        monkeypatch.setenv("AIRFLOW_CONN_DRE_WAREHOUSE", json.dumps({"conn_type": "sqlite", "host": str(file)}))
        connect = lambda: sqlite3.connect(file, isolation_level=None)  # noqa: E731
    else:
        url = sa.make_url(request.getfixturevalue("postgres_url"))
        parts = {"conn_type": "postgres", "host": url.query["host"], "schema": url.database, "login": url.username}
        monkeypatch.setenv("AIRFLOW_CONN_DRE_WAREHOUSE", json.dumps(parts))
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        connect = lambda: psycopg.connect(plain, autocommit=True)  # noqa: E731
    connection = connect()
    connection.execute("CREATE TABLE orders (id INTEGER, created_at TIMESTAMP)")
    connection.execute("CREATE VIEW more_orders AS SELECT * FROM orders")

    def let(moment: datetime | None) -> None:
        connection.execute("DELETE FROM orders")
        if moment is not None:
            connection.execute(f"INSERT INTO orders VALUES (1, '{moment.replace(tzinfo=None).isoformat(sep=' ')}')")

    yield let
    connection.close()


@pytest.fixture
def kept(tmp_path: Path) -> Store:
    """Return an embedded store that is not migrated yet."""
    return Store(Database(f"sqlite:///{tmp_path / 'dre.db'}"), Spool(tmp_path / "spool"))


def look(store: Store, hours: float = 0) -> Evaluated:
    """Return one look by the monitor."""
    return evaluate_sla("orders_fresh", QUESTION, store, "monitor", NOW + timedelta(hours=hours))


def incidents(store: Store) -> list[tuple[str, str, int]]:
    """Return event, status and occurrences of each incident."""
    with store.database.read() as connection:
        rows = connection.execute(sa.select(incident).order_by(incident.c.id))
        return [(row.event, row.status, row.occurrences) for row in rows]


@pytest.mark.parametrize(
    ("age", "fresh"),
    [
        pytest.param(timedelta(0), True, id="just now"),
        pytest.param(timedelta(hours=6), True, id="exactly as old as it may be"),
        pytest.param(timedelta(hours=6, seconds=1), False, id="a second too old"),
        pytest.param(timedelta(minutes=-5), True, id="ahead as far as clocks differ"),
        pytest.param(timedelta(hours=-2), False, id="in the future"),
        pytest.param(None, False, id="an empty table"),
    ],
)
def test_what_is_fresh(arrive: Arrive, age: timedelta | None, fresh: bool) -> None:
    arrive(None if age is None else NOW - age)
    found = measure_freshness(QUESTION, NOW)
    assert found.fresh is fresh
    assert found.summary()["fresh"] is fresh
    assert found.dataset.name.endswith("orders")


def test_a_miss_calls_back_once_and_a_second_miss_again(arrive: Arrive, kept: Store) -> None:
    seen = []
    story: list[tuple[float, datetime]] = [
        (0, NOW),
        (7, NOW),
        (8, NOW),
        (9, NOW + timedelta(hours=1)),
        (10, NOW + timedelta(hours=9)),
        (11, NOW + timedelta(hours=9)),
        (17, NOW + timedelta(hours=9)),
        (18, NOW + timedelta(hours=9)),
    ]
    for hours, newest in story:
        arrive(newest)
        found = look(kept, hours)
        seen.append((found.missed, found.calls))
    met, back, first, again = (False, ()), (False, ("recover",)), (True, ("miss",)), (True, ())
    assert seen == [met, first, again, again, back, met, first, again]
    assert incidents(kept) == [("stale", "resolved", 1), ("stale", "open", 1)]
    with kept.database.read() as connection:
        (row,) = readable_slas(connection, DagScope(None))
    assert (row.state, row.evaluated_at) == ("missed", NOW + timedelta(hours=17))
    assert row.since - (NOW + timedelta(hours=15)) < timedelta(seconds=1), "six hours after the newest row"


def test_a_look_that_comes_late_changes_nothing(arrive: Arrive, kept: Store) -> None:
    """It was slow: what it found is older than what is known."""
    arrive(NOW + timedelta(hours=2))
    assert not look(kept, 3).missed
    arrive(NOW - timedelta(days=1))
    late = look(kept, 1)
    assert (late.missed, late.calls) == (False, ())
    assert incidents(kept) == []
    with kept.database.read() as connection:
        (row,) = readable_slas(connection, DagScope(None))
    assert row.state == "met"


@pytest.mark.parametrize(
    ("arguments", "newest", "wording"),
    [
        pytest.param({}, NOW + timedelta(hours=2), "lies 2 h in the future", id="of the future"),
        pytest.param({"time_zone": "Asia/Tokyo"}, NOW + timedelta(hours=2), None, id="of Tokyo, seven hours old there"),
        pytest.param({"future_tolerance": "3h"}, NOW + timedelta(hours=2), None, id="ahead as far as is tolerated"),
        pytest.param({"column": None, "expression": "created_at"}, NOW, None, id="an expression"),
    ],
)
def test_where_the_age_is_taken_from(
    arrive: Arrive, kept: Store, arguments: dict[str, object], newest: datetime, wording: str | None
) -> None:
    arrive(newest)
    question = read_question("SLA", {"conn_id": "dre_warehouse", "table": "orders", "column": "created_at", "max_age": "7h", **arguments})
    found = evaluate_sla("s", question, kept, "monitor", NOW)
    assert (found.missed, found.calls) == (False, () if wording is None else ("unknown",))
    if wording is not None:
        assert wording in str(measure_freshness(question, NOW).judgement.reason)
        with kept.database.read() as connection:
            (row,) = readable_slas(connection, DagScope(None))
        assert wording in row.reason


@pytest.mark.parametrize("expression", ["created_at; DROP TABLE orders", "max(created_at)", "(SELECT 1)", "created_at AS x"])
def test_an_expression_is_one_expression_about_one_row(arrive: Arrive, expression: str) -> None:
    arrive(NOW)
    question = FreshnessQuestion(conn_id="dre_warehouse", table="orders", expression=expression, max_age=timedelta(hours=1))
    with pytest.raises(DefinitionError, match="one SQL expression about one row"):
        measure_freshness(question, NOW)


def test_a_column_that_holds_no_moments_is_an_error_and_not_a_miss(arrive: Arrive, kept: Store) -> None:
    arrive(NOW)
    number = FreshnessQuestion(conn_id="dre_warehouse", table="orders", column="id", max_age=timedelta(hours=1))
    found = evaluate_sla("orders_fresh", number, kept, "monitor", NOW)
    assert (found.missed, found.calls) == (False, ("unknown",))
    with kept.database.read() as connection:
        (row,) = readable_slas(connection, DagScope(None))
    assert "orders: 1 is no timestamp" in row.reason


def test_every_mistake_of_a_question_is_told_at_once() -> None:
    with pytest.raises(DefinitionError) as wrong:
        read_question("FreshnessSLA 'x'", {"conn_id": "", "table": 5, "column": "c", "max_age": "5 parsecs", "where": 7})
    assert [problem.argument for problem in wrong.value.problems] == ["conn_id", "table", "max_age", "where"]
