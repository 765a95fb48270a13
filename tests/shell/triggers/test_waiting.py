"""Waits of one triggerer: a query a tick for each table, a statement for all tables of a connection."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from airflow_dre.engines.warehouse import Warehouse
from airflow_dre.triggers.freshness import FreshnessTrigger
from airflow_dre.triggers.waiting import waits_of_loop
from tests.databases import sqlite_file

pytestmark = pytest.mark.airflow
TICK = 0.8


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the statements that warehouses were sent."""
    sent: list[str] = []
    fetch_rows = Warehouse.fetch_rows

    def fetch_and_note(self: Warehouse, sql: str, most: int) -> Any:
        sent.append(sql)
        return fetch_rows(self, sql, most)

    monkeypatch.setattr(Warehouse, "fetch_rows", fetch_and_note)
    return sent


@pytest.fixture
def tables(world: Path) -> list[str]:
    """Return the names of three tables without a row."""
    names = ["first", "second", "third"]
    with sqlite_file(world / "w.db") as connection:
        for name in names:
            connection.execute(f"CREATE TABLE {name} (created_at TEXT)")
    return names


def wait_for(table: str, **options: Any) -> Coroutine[Any, Any, Any]:
    """Return the first event of a trigger."""
    return anext(FreshnessTrigger("warehouse", table, "created_at", 6e6, poke_interval=TICK, **options).run())


async def begun(waits: list[Coroutine[Any, Any, Any]]) -> list[asyncio.Task[Any]]:
    """Begin waits right after a tick, and let the first round end."""
    await anext(FreshnessTrigger("warehouse", "good", "created_at", 6e6).run())  # a busy machine takes its time to import and to connect
    shared = waits_of_loop()
    await asyncio.sleep(shared.next_tick(TICK) - shared.now() + 0.01)
    tasks = [asyncio.create_task(wait) for wait in waits]
    await asyncio.sleep(TICK / 2)
    return tasks


async def end(tasks: list[asyncio.Task[Any]]) -> None:
    """Cancel waits."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def test_waits_for_the_tables_of_a_connection_share_a_statement_a_tick(tables: list[str], statements: list[str]) -> None:
    async def story() -> None:
        tasks = await begun([wait_for(tables[number % 3]) for number in range(60)])
        first = len(statements)
        began = waits_of_loop().now()
        await asyncio.sleep(TICK * 3)
        ticks = (waits_of_loop().now() - began) / TICK
        assert 2 <= len(statements) - first <= ticks + 1
        assert not any(task.done() for task in tasks)
        await end(tasks)

    asyncio.run(story())
    assert [statement.count("SELECT MAX") for statement in statements[1:]] == [3] * (len(statements) - 1)


def test_a_wait_that_begins_later_takes_the_answer_of_its_tick(tables: list[str], statements: list[str]) -> None:
    async def story() -> None:
        tasks = await begun([wait_for("first")])
        tasks.append(asyncio.create_task(wait_for("first")))
        await asyncio.sleep(0.1)
        assert len(statements) == 2
        assert await wait_for("good", where="id = 1"), "a question that was not asked is asked at once"
        assert len(statements) == 3
        await end(tasks)

    asyncio.run(story())


def test_each_wait_ends_with_the_answer_about_its_own_table(world: Path, tables: list[str]) -> None:
    async def story() -> list[asyncio.Task[Any]]:
        tasks = await begun([wait_for("first"), wait_for("first", where="created_at > 'x'"), wait_for("missing"), wait_for("good")])
        assert [task.done() for task in tasks] == [False, False, True, True]
        with sqlite_file(world / "w.db") as connection:
            connection.execute("INSERT INTO first VALUES (datetime('now'))")
        await asyncio.wait(tasks[:1], timeout=TICK * 5)
        assert [task.done() for task in tasks] == [True, False, True, True]
        await end(tasks)
        return tasks

    fresh, _, missing, good = asyncio.run(story())
    assert fresh.result().payload["dataset"][1] == "main.first"
    assert missing.result().payload["message"] == "no such table: missing"
    assert good.result().payload["summary"]["fresh"] is True


def test_a_table_for_which_no_wait_is_left_is_not_asked_about(tables: list[str], statements: list[str]) -> None:
    async def story() -> None:
        tasks = await begun([wait_for("first"), wait_for("second")])
        await end(tasks[:1])
        await asyncio.sleep(TICK)
        await end(tasks[1:])
        asked = len(statements)
        assert "first" not in statements[-1]
        await asyncio.sleep(TICK * 2)
        assert len(statements) == asked

    asyncio.run(story())
