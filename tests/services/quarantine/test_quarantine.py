"""Failing rows are quarantined with their reasons, each once, and rows that cannot be are left whole."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from airflow_dre import checks as c
from airflow_dre.errors import DefinitionError, QuarantineError, QueryFailed, WarehouseUnreachable
from airflow_dre.services.quarantine.spec import incident_note, provenance_of
from airflow_dre.sql.quarantine.statements import OWN_COLUMNS, Mode
from tests.databases import DATABASES
from tests.hooks import Hook
from tests.services.quarantine.quarantine_world import COLUMNS, OWN, ROWS, World, ask_suite, make_world


@pytest.fixture(params=DATABASES)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    """Return a warehouse with orders and their parents."""
    made = make_world(request.param, tmp_path, request)
    made.fill()
    made.fill("parents", [("x",), ("z",)], "name VARCHAR(9)")
    return made


def reasons(world: World, table: str = "bad") -> Counter[tuple[Any, ...]]:
    """Return how often each id is in the quarantine with each set of checks."""
    found = world.ask(f"SELECT id, dre_checks FROM {table}")
    return Counter((int(row[0]), *(check["name"] for check in json.loads(row[1]))) for row in found)


CASES = [
    pytest.param([c.not_null("amount")], None, {(2, "not_null(amount)"): 2, (4, "not_null(amount)"): 1}, id="NULLs and full duplicates"),
    pytest.param(
        [c.not_null("amount"), c.not_null("grp", name='no "group"'), c.mean("amount", at_least=1000)],
        None,
        {(2, "not_null(amount)"): 2, (3, 'no "group"'): 1, (4, "not_null(amount)", 'no "group"'): 1},
        id="a row that breaks two checks is there once",
    ),
    pytest.param([c.between("amount", 0, 10)], "id <> 3", {(5, "between(amount)"): 1}, id="only rows that the suite checks"),
    pytest.param([c.not_null("amount", where="id < 4", name="few")], None, {(2, "few"): 2}, id="only rows that the check reads"),
    pytest.param([c.unique("id")], None, {(1, "unique(id)"): 2, (2, "unique(id)"): 2}, id="all rows that share a key"),
    pytest.param([c.unique("id", by="grp", name="u")], None, {(1, "u"): 2, (2, "u"): 2}, id="by segment"),
    pytest.param([c.foreign_key("parent", to="parents.name")], None, {(4, "foreign_key(parent)"): 1}, id="without a parent"),
    pytest.param([c.rows("amount > 0 OR grp = 'b'", name="it's")], None, {(5, "it's"): 1}, id="a condition, and a quote in a name"),
    pytest.param([c.z_scores("amount", within=1.5, name="far")], None, {(3, "far"): 1}, id="a condition that rests on what was measured"),
    pytest.param(
        [c.not_null("amount", fail_above=3), c.not_null("grp")],
        None,
        {(3, "not_null(grp)"): 1, (4, "not_null(grp)"): 1},
        id="only of failed checks",
    ),
]


@pytest.mark.parametrize("mode", ["copy", "move"])
@pytest.mark.parametrize(("declared", "where", "expected"), CASES)
def test_each_failing_row_goes_once_with_all_its_reasons(
    world: World, declared: list[Any], where: str | None, expected: dict[tuple[Any, ...], int], mode: str
) -> None:
    before = world.rows("orders")
    taken = ask_suite(world.hook, *declared, where=where).quarantine(world.hook, mode=mode)
    assert reasons(world) == expected
    assert taken.rows == sum(expected.values())
    after = world.rows("orders")
    assert (after == before) == (mode == "copy")
    if mode == "move":
        assert sorted(after + world.rows("bad"), key=repr) == before
        assert (
            not ask_suite(world.hook, *[d for d in declared if d.kind != "mean"], where=where).rows.checks or declared[0].kind == "z_scores"
        )


@pytest.mark.parametrize("mode", ["copy", "move"])
@pytest.mark.parametrize("kind", ["DATE", "TIMESTAMP", "TIMESTAMPTZ"])
def test_values_that_python_cannot_hold_go_as_they_are(world: World, kind: str, mode: str) -> None:
    if world.kind == "sqlite":
        pytest.skip("SQLite has no such types")
    days = ["infinity", "-infinity", "20000-01-01"]
    world.do(f"CREATE TABLE far (id INTEGER, v {kind})", *[f"INSERT INTO far VALUES ({place}, '{day}')" for place, day in enumerate(days)])
    before = world.ask("SELECT id, CAST(v AS VARCHAR) FROM far ORDER BY id")
    taken = ask_suite(world.hook, c.between("v", "2020-01-01", "2025-01-01"), c.unique("v"), table="far").quarantine(world.hook, mode=mode)
    assert taken.rows == 3
    assert world.ask("SELECT id, CAST(v AS VARCHAR) FROM bad ORDER BY id") == before


def test_a_row_says_where_it_comes_from(world: World) -> None:
    asked = ask_suite(world.hook, c.not_null("amount"))
    taken = asked.quarantine(world.hook, mode="copy")
    columns = ", ".join(name for name in OWN_COLUMNS if name not in ("dre_row_id", "dre_checks", "dre_quarantined_at", "dre_review"))
    origin = (taken.batch, "copy", "n/orders", "d.check", "d", "r1", "check", -1)
    assert world.ask(f"SELECT DISTINCT {columns} FROM bad") == [origin]
    ((moment,),) = world.ask("SELECT DISTINCT CAST(dre_quarantined_at AS VARCHAR) FROM bad")
    assert moment.startswith("2026-01-02 03:04:05")
    (check,) = json.loads(world.ask("SELECT dre_checks FROM bad")[0][0])
    assert check == {"id": asked.run.results[0].check_id, "name": "not_null(amount)"}
    ids = [row[0] for row in world.ask("SELECT dre_row_id FROM bad")]
    assert len(set(ids)) == len(ids) == 3
    assert all(len(each) >= 32 for each in ids)


def test_the_quarantine_has_the_types_of_its_source(world: World) -> None:
    ask_suite(world.hook, c.not_null("amount")).quarantine(world.hook)
    if world.kind == "sqlite":
        query = "SELECT name, type FROM pragma_table_info('{}')"
    else:
        kinds = "column_name, data_type, numeric_precision, numeric_scale, character_maximum_length"
        place = "table_schema = CURRENT_SCHEMA() AND table_name = '{}'"
        query = f"SELECT {kinds} FROM information_schema.columns WHERE {place} ORDER BY ordinal_position"
    assert world.ask(query.format("bad"))[:4] == world.ask(query.format("orders"))


@pytest.mark.parametrize("mode", ["copy", "move"])
def test_a_second_try_takes_no_row_twice(world: World, mode: str) -> None:
    declared = [c.not_null("amount")]
    first = ask_suite(world.hook, *declared).quarantine(world.hook, mode=mode)
    world.do("INSERT INTO orders VALUES (9, 'q', NULL, 'x')")
    second = ask_suite(world.hook, *declared, try_number=2).quarantine(world.hook, mode=mode)
    assert first.batch == second.batch
    assert (second.rows, second.replaced) == ((4, 3) if mode == "copy" else (1, 0))
    assert [row[0] for row in world.rows("bad")] == [2, 2, 4, 9]
    world.do("UPDATE orders SET amount = 1")
    third = ask_suite(world.hook, *declared, try_number=3)
    assert third.rows.checks == ()
    third.quarantine(world.hook, mode=mode)
    assert len(world.rows("bad")) == (0 if mode == "copy" else 4), "copies are those of the last try; what moved is nowhere else"


def test_another_run_adds_its_own_copies(world: World) -> None:
    batches = {ask_suite(world.hook, c.not_null("amount"), run_id=run).quarantine(world.hook, mode="copy").batch for run in ("r1", "r2")}
    assert len(batches) == 2
    assert world.ask("SELECT dre_run_id, COUNT(*) FROM bad GROUP BY dre_run_id ORDER BY 1") == [("r1", 3), ("r2", 3)]


def test_rows_that_were_copied_may_move_in_the_next_try(world: World) -> None:
    ask_suite(world.hook, c.not_null("amount")).quarantine(world.hook, mode="copy")
    ask_suite(world.hook, c.not_null("amount"), try_number=2).quarantine(world.hook, mode="move")
    assert world.ask("SELECT dre_mode, COUNT(*) FROM bad GROUP BY dre_mode") == [("move", 3)]


def test_a_first_try_without_failing_rows_touches_nothing(world: World) -> None:
    asked = ask_suite(world.hook, c.not_null("id"))
    assert asked.quarantine(Hook(world.kind, lambda: pytest.fail("a connection was opened"))).rows == 0
    again = ask_suite(world.hook, c.not_null("id"), try_number=2)
    assert again.quarantine(world.hook).rows == 0
    assert not world.is_there("bad")


def test_odd_names_are_names_and_nothing_else(world: World) -> None:
    world.fill('"odd ""t;"', [(1, None), (2, 3)], '"a ""b" INTEGER, "select" INTEGER')
    taken = ask_suite(world.hook, c.not_null("select"), table='"odd ""t;"').quarantine(world.hook, target='"bad; DROP TABLE orders"')
    assert taken.rows == 1
    assert [row[0] for row in world.ask('SELECT "a ""b" FROM "bad; DROP TABLE orders"')] == [1]
    assert [row[0] for row in world.ask('SELECT "a ""b" FROM "odd ""t;"')] == [2]


LIMITS = [
    pytest.param("10%", "3 of 8 rows of orders break the checks, more than quarantine_limit=10% lets move to bad", id="a percent"),
    pytest.param(2, "3 of 8 rows of orders break the checks, more than quarantine_limit=2 lets move to bad", id="a count"),
    pytest.param(3, None, id="just as many"),
    pytest.param("37.5%", None, id="just that share"),
]


@pytest.mark.parametrize(("limit", "message"), LIMITS)
def test_no_more_rows_go_than_may(world: World, limit: object, message: str | None) -> None:
    asked = ask_suite(world.hook, c.not_null("amount"))
    if message is None:
        assert asked.quarantine(world.hook, limit=limit).rows == 3
        return
    with pytest.raises(QuarantineError) as stopped:
        asked.quarantine(world.hook, limit=limit)
    assert f"the task: {message}; no row was touched. If the rows are wrong and not the checks, raise quarantine_limit" in str(
        stopped.value
    )
    assert (len(world.rows("orders")), world.is_there("bad")) == (8, False)


SHAPES = [
    pytest.param(
        "id INTEGER, note TEXT",
        ["it lacks grp ", "amount ", "parent ", "dre_row_id, dre_batch", "it has note, which orders has not"],
        id="a table of another use",
    ),
    pytest.param(f"{COLUMNS}, {OWN}, note TEXT", ["it has note, which orders has not"], id="a column more"),
    pytest.param(
        f"id INTEGER, grp VARCHAR(9), amount NUMERIC(10, 2), {OWN}",
        ["it lacks parent ", "which orders has (were they added after the quarantine was made? add them there too)"],
        id="a column that the source got later",
    ),
    pytest.param(
        f"id TEXT, grp VARCHAR(9), amount NUMERIC(10, 2), parent VARCHAR(9), {OWN}",
        ["it has id ", " where orders has "],
        id="a column of another type",
    ),
]


@pytest.mark.parametrize(("columns", "wording"), SHAPES)
def test_a_table_of_another_shape_is_refused_by_what_differs(world: World, columns: str, wording: list[str]) -> None:
    world.do(f"CREATE TABLE bad ({columns})")
    with pytest.raises(DefinitionError) as refused:
        ask_suite(world.hook, c.not_null("amount")).quarantine(world.hook)
    text = str(refused.value)
    assert text.startswith(
        "1 problem in the definition:\n- the task: invalid quarantine_to='bad'. Allowed: a table with the columns of orders (id,"
    )
    assert not [part for part in wording if part not in text]
    assert world.ask("SELECT COUNT(*) FROM bad") == [(0,)]
    assert len(world.rows("orders")) == 8


def test_a_table_that_was_made_by_hand_is_taken_whatever_its_order(world: World) -> None:
    world.do(f"CREATE TABLE bad ({OWN}, parent VARCHAR(9), amount NUMERIC(10, 2), grp VARCHAR(9), id INTEGER)")
    ask_suite(world.hook, c.not_null("amount")).quarantine(world.hook)
    assert world.rows("bad") == sorted(
        [tuple(None if v is None else v if isinstance(v, str) else float(v) for v in r) for r in ROWS if r[2] is None], key=repr
    )


def test_what_cannot_be_is_refused(world: World) -> None:
    asked = ask_suite(world.hook, c.not_null("amount"))
    with pytest.raises(DefinitionError, match="invalid quarantine_to='orders'. Allowed: another table than the one that is checked"):
        asked.quarantine(world.hook, target="orders")
    with pytest.raises(QueryFailed):
        asked.quarantine(world.hook, target="nowhere.bad")
    asked.quarantine(world.hook, mode="copy")
    with pytest.raises(
        DefinitionError, match="invalid table='bad'. Allowed: a table without columns whose names begin with dre_, as dre_row_id"
    ):
        ask_suite(world.hook, c.not_null("amount"), table="bad").quarantine(world.hook, target="worse")
    with pytest.raises(WarehouseUnreachable, match=f"cannot connect to the {world.kind} warehouse: gone"):
        asked.quarantine(Hook(world.kind, lambda: (_ for _ in ()).throw(OSError("gone"))))


def test_checks_without_rows_of_their_own_are_left_out_and_named(world: World) -> None:
    declared = [
        c.not_null("amount"),
        c.mean("amount", at_least=1000),
        c.increasing("id", order_by=["amount"], strictly=True),
        c.failed_rows_sql("SELECT 1", name="f"),
        c.not_null("amuont"),
    ]
    asked = ask_suite(world.hook, *declared)
    assert [check.name for check in asked.rows.checks] == ["not_null(amount)"]
    taken = asked.quarantine(world.hook, mode="copy")
    assert taken.describe().splitlines() == [
        f"quarantine: 3 of 8 rows were copied to bad as batch {taken.batch}",
        "quarantine: mean(amount) was left out: no single row is to blame",
        "quarantine: increasing(id) was left out: a step is between two rows: neither of them alone is wrong",
        "quarantine: f was left out: failed_rows_sql returns rows of its own SELECT, not of the table",
    ]
    assert (
        incident_note(asked.rows, provenance_of(asked.run), Mode.COPY, "bad")
        == f"quarantine: copy failing rows to bad as batch {taken.batch}"
    )


def test_rows_of_warned_checks_go_where_it_is_asked_for(world: World) -> None:
    declared = [c.not_null("amount", severity="warn")]
    assert ask_suite(world.hook, *declared).rows.checks == ()
    assert ask_suite(world.hook, *declared, on="warn").quarantine(world.hook).rows == 3
