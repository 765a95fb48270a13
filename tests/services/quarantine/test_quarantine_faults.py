"""Faults of the worker, of its transaction and around it: no row is lost, and no row is there twice."""

from __future__ import annotations

import contextlib
import multiprocessing
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from airflow_dre import checks as c
from airflow_dre.errors import QuarantineError, QueryFailed, WarehouseError
from airflow_dre.services.quarantine.release import Decision, carry_out, claim_rows
from airflow_dre.sql.dialects import find_dialect
from airflow_dre.sql.quarantine.release import Review
from tests.databases import DATABASES, SERVERS
from tests.hooks import Hook
from tests.services.quarantine.deadly import fail, stepping
from tests.services.quarantine.quarantine_world import OWN, World, ask_suite, make_world

"""The databases that a worker can be killed beside: a file of DuckDB belongs to one process."""


def review_of(world: World) -> Review:
    """Return a review of all rows of the quarantine."""
    return Review(
        quarantine=("bad",),
        source=("orders",),
        review_id="v1",
        dataset="n/orders",
        dag_id=None,
        run_id=None,
        batch=None,
        dialect=find_dialect(world.kind),
    )


def copy(hook: Hook, quiet: Hook) -> None:
    """Copy the failing rows."""
    ask_suite(quiet, c.not_null("amount"), c.unique("id"), try_number=2).quarantine(hook, mode="copy")


def move(hook: Hook, quiet: Hook) -> None:
    """Move the failing rows."""
    ask_suite(quiet, c.not_null("amount"), c.unique("id"), try_number=2).quarantine(hook, mode="move")


def claim(hook: Hook, quiet: Hook) -> None:
    """Ask about the quarantined rows."""
    claim_rows(hook, review_of(World(hook.conn_type, quiet.get_conn)), "the task")


def release(hook: Hook, quiet: Hook) -> None:
    """Release the claimed rows."""
    carry_out(hook, review_of(World(hook.conn_type, quiet.get_conn)), Decision.RELEASE, "the task")


def put_there(world: World) -> None:
    """Move and claim rows, next to copies of another run."""
    move(world.hook, world.hook)
    world.do("INSERT INTO orders VALUES (7, 'd', NULL, 'x')")
    ask_suite(world.hook, c.not_null("amount"), run_id="r2").quarantine(world.hook, mode="copy")
    claim(world.hook, world.hook)


def copied_before(world: World) -> None:
    """Copy rows as an earlier try does."""
    ask_suite(world.hook, c.not_null("amount"), c.unique("id")).quarantine(world.hook, mode="copy")


def nothing(world: World) -> None:
    """Return, so that the quarantine table does not exist."""


ACTIONS: dict[str, tuple[Callable[[Hook, Hook], None], Callable[[World], None], set[str], int, int]] = {
    "copy": (copy, nothing, {"CREATE", "INSERT", "DELETE"}, 8, 5),
    "copy again": (copy, copied_before, {"INSERT", "DELETE"}, 8, 5),
    "move": (move, nothing, {"CREATE"}, 3, 5),
    "release": (release, put_there, {"DELETE"}, 9, 0),
}
"""Each action with the state before it, statements among its steps, and the rows of source and quarantine in the end."""


def standing(world: World) -> tuple[list[Any], list[Any]]:
    """Return the rows of source and quarantine."""
    return world.rows("orders"), world.rows("bad")


def ended_at(action: str, kind: str, connect: Callable[[], Any], at: int) -> None:
    """Run an action that ends at a step."""
    hook = Hook(kind, connect)
    ACTIONS[action][0](stepping(hook, at)[0], hook)


def prepared(kind: str, action: str, folder: Path, request: pytest.FixtureRequest) -> World:
    """Return a warehouse as it is before an action."""
    folder.mkdir()
    world = make_world(kind, folder, request)
    world.fill()
    ACTIONS[action][1](world)
    return world


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("kind", SERVERS)
def test_a_worker_that_is_killed_at_any_step_loses_no_row(kind: str, action: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    do, _, statements, *_ = ACTIONS[action]
    undisturbed = prepared(kind, action, tmp_path / "whole", request)
    hook, steps = stepping(undisturbed.hook, None)
    do(hook, undisturbed.hook)
    done = standing(undisturbed)
    assert (len(done[0]), len(done[1])) == ACTIONS[action][3:]
    assert steps.seen[-2:] == ["before commit", "after commit"]
    assert set(steps.seen) >= statements
    assert kind != "sqlite" or steps.seen[0] == "BEGIN"

    world = prepared(kind, action, tmp_path / "killed", request)
    before = standing(world)
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(["tests.services.quarantine.test_quarantine_faults"])
    for at, name in enumerate(steps.seen):
        worker = server.Process(target=ended_at, args=(action, kind, world.connect, at))
        worker.start()
        worker.join(60)
        assert worker.exitcode == -9, f"step {at}, {name}"
        assert standing(world) == (done if name == "after commit" else before), f"step {at}, {name}"
    do(world.hook, world.hook)
    assert standing(world) == done


FAILING = [
    pytest.param(kind, action, marks=pytest.mark.postgres if kind == "postgres" else ())
    for kind, actions in {"sqlite": ACTIONS, "duckdb": ["move", "release"], "postgres": ["copy again", "move"]}.items()
    for action in actions
]


@pytest.mark.parametrize(("kind", "action"), FAILING)
def test_a_transaction_that_fails_at_any_step_changes_nothing(
    kind: str, action: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    world = prepared(kind, action, tmp_path / "w", request)
    before, do, at = standing(world), ACTIONS[action][0], 0
    while True:
        hook, steps = stepping(world.hook, at, fail)
        try:
            do(hook, world.hook)
        except WarehouseError as error:
            assert "the disk is full" in str(error)
        if "after commit" in steps.seen:
            break
        assert standing(world) == before
        at += 1
    assert at >= 5
    assert tuple(map(len, standing(world))) == ACTIONS[action][3:]


@pytest.mark.parametrize("kind", SERVERS)
def test_rows_that_a_trigger_swallows_stay_where_they_are(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    world = prepared(kind, "copy again", tmp_path / "w", request)
    if kind == "sqlite":
        world.do("CREATE TRIGGER swallow BEFORE INSERT ON bad WHEN NEW.id = 4 BEGIN SELECT RAISE(IGNORE); END")
    else:
        body = "BEGIN IF NEW.id = 4 THEN RETURN NULL; END IF; RETURN NEW; END"
        world.do(
            f"CREATE FUNCTION swallow() RETURNS TRIGGER LANGUAGE plpgsql AS '{body}'",
            "CREATE TRIGGER swallow BEFORE INSERT ON bad FOR EACH ROW EXECUTE FUNCTION swallow()",
        )
    before = standing(world)
    with pytest.raises(QuarantineError, match="5 rows were deleted from orders and 4 inserted into bad; the transaction was undone"):
        move(world.hook, world.hook)
    assert standing(world) == before


@pytest.mark.parametrize("kind", SERVERS)
def test_rows_whose_going_would_take_others_along_are_not_moved(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    world = make_world(kind, tmp_path, request)
    world.fill("orders", [(1, None), (2, 3)], "id INTEGER PRIMARY KEY, amount INTEGER")
    world.fill("lines", [(1,), (2,)], "order_id INTEGER REFERENCES orders (id) ON DELETE CASCADE")

    def connect() -> Any:
        connection = world.connect()
        if kind == "sqlite":
            connection.execute("PRAGMA foreign_keys = ON")
        return connection

    asked = ask_suite(world.hook, c.not_null("amount"))
    with pytest.raises(QuarantineError, match="moving rows of orders would lose rows of .*lines, whose foreign key follows a DELETE"):
        asked.quarantine(Hook(kind, connect))
    assert world.ask("SELECT COUNT(*) FROM lines") == [(2,)]
    assert asked.quarantine(Hook(kind, connect), mode="copy").rows == 1


@pytest.mark.postgres
def test_rows_of_a_view_are_only_copied(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    world = make_world("postgres", tmp_path, request)
    world.fill("orders", [(1, None, "kept"), (2, 3, "kept")], "id INTEGER, amount INTEGER, note TEXT")
    world.do("CREATE VIEW amounts AS SELECT id, amount FROM orders")
    asked = ask_suite(world.hook, c.not_null("amount"), table="amounts")
    with pytest.raises(
        QuarantineError, match="moving rows of amounts would lose what only the tables below the view know; use quarantine='c"
    ):
        asked.quarantine(world.hook)
    assert world.ask("SELECT note FROM orders") == [("kept",), ("kept",)]
    assert asked.quarantine(world.hook, mode="copy").rows == 1


def test_rows_without_an_address_are_only_copied(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    world = make_world("sqlite", tmp_path, request)
    world.do("CREATE TABLE orders (id INTEGER PRIMARY KEY, amount INTEGER) WITHOUT ROWID", "INSERT INTO orders VALUES (1, NULL)")
    world.do("CREATE TABLE taken (rowid INTEGER, oid INTEGER, amount INTEGER)", "INSERT INTO taken VALUES (5, 5, NULL), (5, 5, 1)")
    asked = ask_suite(world.hook, c.not_null("amount"))
    with pytest.raises(Exception, match="invalid quarantine='move'. Allowed: copy: the rows of this table have no rowid"):
        asked.quarantine(world.hook)
    assert asked.quarantine(world.hook, mode="copy").rows == 1
    assert ask_suite(world.hook, c.not_null("amount"), table="taken").quarantine(world.hook, target="worse").rows == 1
    assert world.ask("SELECT amount FROM taken") == [(1,)]


@pytest.mark.parametrize("kind", SERVERS)
def test_two_tries_at_once_copy_each_row_once(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    world = make_world(kind, tmp_path, request)
    world.fill()
    asked = ask_suite(world.hook, c.not_null("amount"), try_number=2)
    raised: list[BaseException] = []

    def once() -> None:
        try:
            asked.quarantine(world.hook, mode="copy")
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=once) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert raised == []
    assert len(world.rows("bad")) == 3


@pytest.mark.postgres
@pytest.mark.parametrize(("limit", "moved"), [(3, 0), ("70%", 0), ("72%", 5), (5, 5), ("100%", 5)])
def test_rows_that_came_after_the_count_are_held_to_the_limit(
    tmp_path: Path, request: pytest.FixtureRequest, limit: object, moved: int
) -> None:
    world = make_world("postgres", tmp_path, request)
    world.fill("orders", [(1, None), (2, None), (3, None), (4, 4), (5, 5)], "id INTEGER, amount INTEGER")
    asked = ask_suite(world.hook, c.not_null("amount"))
    hook, steps = stepping(world.hook, None)
    asked.quarantine(hook, target="elsewhere", mode="copy")

    def write() -> None:
        world.do("INSERT INTO orders VALUES (6, NULL), (7, NULL)")

    counting, moving = steps.seen.index("DELETE") + 1, steps.seen.index("DELETE") + 3
    hook, _ = stepping(world.hook, moving, write)
    assert steps.seen[counting] == "SELECT"
    if moved:
        assert asked.quarantine(hook, limit=limit).rows == moved
    else:
        with pytest.raises(QuarantineError, match=f"5 of 7 rows of orders break the checks, more than quarantine_limit={limit}"):
            asked.quarantine(hook, limit=limit)
    assert len(world.rows("orders", "id")) == 7 - moved


@pytest.mark.postgres
def test_what_others_write_meanwhile_is_neither_lost_nor_doubled(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    world = make_world("postgres", tmp_path, request)
    world.fill("orders", [(0, 1)], "id INTEGER, amount INTEGER")
    world.do("UPDATE orders SET amount = 1000")
    asked = ask_suite(world.hook, c.between("amount", 0, 100))
    stop, written, raised = threading.Event(), [0], []

    def write(first: int) -> None:
        """Insert good and bad rows, and turn each into the other."""
        try:
            with psycopg.connect(**_arguments(world), autocommit=True) as connection:
                for number in range(first, first + 20_000, 2):
                    if stop.is_set():
                        return
                    connection.execute("INSERT INTO orders VALUES (%s, %s)", [number, 1000 if number % 3 else 5])
                    with contextlib.suppress(psycopg.errors.DeadlockDetected):  # it, and not the mover, may be the one that is ended
                        connection.execute("UPDATE orders SET amount = 1005 - amount WHERE id >= %s AND id < %s", [number - 40, number])
                    written[0] += 1
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=write, args=(first,)) for first in (1, 2)]
    for thread in threads:
        thread.start()
    moved = sum(asked.quarantine(world.hook).rows for _ in range(40))
    stop.set()
    for thread in threads:
        thread.join()
    assert raised == []
    assert moved > 1
    ((rows, ids),) = world.ask("SELECT COUNT(*), COUNT(DISTINCT id) FROM (SELECT id FROM orders UNION ALL SELECT id FROM bad) a")
    assert (rows, ids) == (written[0] + 1, written[0] + 1)
    assert world.ask("SELECT COUNT(*) FROM bad WHERE amount <= 100") == [(0,)]


@pytest.mark.postgres
def test_a_deadlock_with_others_is_tried_again(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    world = make_world("postgres", tmp_path, request)
    world.fill("orders", [(1, 1000), (2, 1000)], "id INTEGER, amount INTEGER")
    asked = ask_suite(world.hook, c.between("amount", 0, 100))
    with psycopg.connect(**_arguments(world)) as other:
        other.execute("SET deadlock_timeout = '1h'")  # so that the mover is the one that notices, and is ended
        other.execute("UPDATE orders SET amount = 2000 WHERE id = 2")
        moved: list[Any] = []
        mover = threading.Thread(target=lambda: moved.append(asked.quarantine(world.hook, limit="100%")))
        mover.start()
        while not world.ask("SELECT COUNT(*) FROM pg_locks WHERE NOT granted")[0][0]:
            time.sleep(0.01)
        other.execute("UPDATE orders SET amount = 2000 WHERE id = 1")
        other.commit()
        mover.join()
    assert [taken.rows for taken in moved] == [2]
    assert sorted(world.ask("SELECT id, amount FROM bad")) == [(1, 2000), (2, 2000)]


def _arguments(world: World) -> dict[str, Any]:
    """Return the arguments of psycopg."""
    connect: Any = world.connect
    return {"conninfo": connect.args[0], **connect.keywords}


@pytest.mark.parametrize("kind", DATABASES)
def test_what_a_driver_says_about_rows_is_not_handed_on(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    world = make_world(kind, tmp_path, request)
    world.fill("orders", [(1, "4111-secret"), (2, "4111-secret")], "id INTEGER, card VARCHAR(20)")
    world.do(f"CREATE TABLE bad (id INTEGER, card VARCHAR(20) UNIQUE, {OWN})")
    with pytest.raises(QueryFailed, match="(?i)unique|duplicate") as refused:
        ask_suite(world.hook, c.not_like("card", "4111%")).quarantine(world.hook, mode="move")
    assert "secret" not in "".join(traceback.format_exception(refused.value))
    assert len(world.rows("orders", "id")) == 2
