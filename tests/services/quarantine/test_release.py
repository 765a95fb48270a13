"""The decision of a person about quarantined rows applies to exactly the rows that were counted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from airflow_dre import checks as c
from airflow_dre.errors import DefinitionError, QueryFailed
from airflow_dre.incidents.signals import Origin
from airflow_dre.services.quarantine import release
from airflow_dre.services.quarantine.release import Claimed, Decided, Decision, carry_out, claim_rows, describe_review, review_id_of
from airflow_dre.sql.dialects import find_dialect
from airflow_dre.sql.quarantine.release import Review
from tests.databases import DATABASES
from tests.services.quarantine.quarantine_world import World, ask_suite, make_world


@pytest.fixture(params=DATABASES)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    """Return orders, of which a run moved three away."""
    made = make_world(request.param, tmp_path, request)
    made.fill()
    return made


def review_of(world: World, review_id: str = "v1", **changes: Any) -> Review:
    """Return a review of rows of the quarantine."""
    review = Review(
        quarantine=("bad",),
        source=("orders",),
        review_id=review_id,
        dataset="n/orders",
        dag_id=None,
        run_id=None,
        batch=None,
        dialect=find_dialect(world.kind),
    )
    return replace(review, **changes)


def move(world: World, run_id: str = "r1", mode: str = "move") -> str:
    """Quarantine the rows without an amount, and return their batch."""
    return ask_suite(world.hook, c.not_null("amount"), c.not_null("grp"), run_id=run_id).quarantine(world.hook, mode=mode).batch


DECISIONS = [
    pytest.param(Decision.RELEASE, Decided(given_back=4), 8, 0, id="back they go, full duplicates in number"),
    pytest.param(Decision.DISCARD, Decided(dropped=4), 4, 0, id="dropped"),
    pytest.param(Decision.KEEP, Decided(kept=4), 4, 4, id="left"),
]


@pytest.mark.parametrize(("decision", "done", "rows", "waiting"), DECISIONS)
def test_what_was_decided_is_done_once(world: World, decision: Decision, done: Decided, rows: int, waiting: int) -> None:
    before = world.rows("orders")
    move(world)
    claimed = claim_rows(world.hook, review_of(world), "the task")
    assert claimed == Claimed(rows=4, copies=0, by_check={"not_null(amount)": 3, "not_null(grp)": 2}, by_run={"d r1": 4})
    assert carry_out(world.hook, review_of(world), decision, "the task") == done
    assert (len(world.rows("orders")), len(world.rows("bad"))) == (rows, waiting)
    assert decision is not Decision.RELEASE or world.rows("orders") == before
    assert carry_out(world.hook, review_of(world), Decision.RELEASE, "the task") == Decided(), "nothing is left to be given back"


def test_copies_are_dropped_and_never_given_back(world: World) -> None:
    before = world.rows("orders")
    move(world, mode="copy")
    claimed = claim_rows(world.hook, review_of(world), "the task")
    assert (claimed.rows, claimed.copies) == (4, 4)
    assert carry_out(world.hook, review_of(world), Decision.RELEASE, "the task") == Decided(dropped=4)
    assert (world.rows("orders"), world.rows("bad")) == (before, [])


def test_rows_that_came_after_the_question_are_not_decided_about(world: World) -> None:
    move(world)
    claim_rows(world.hook, review_of(world), "the task")
    world.do("INSERT INTO orders VALUES (70, 'd', NULL, 'x')")
    move(world, run_id="r2")
    assert carry_out(world.hook, review_of(world), Decision.DISCARD, "the task") == Decided(dropped=4)
    assert [row[0] for row in world.rows("bad")] == [70]


def test_who_was_asked_last_decides(world: World) -> None:
    move(world)
    for name in ("v1", "v2"):
        assert claim_rows(world.hook, review_of(world, name), "the task").rows == 4
    assert carry_out(world.hook, review_of(world, "v1"), Decision.DISCARD, "the task") == Decided()
    assert carry_out(world.hook, review_of(world, "v2"), Decision.RELEASE, "the task") == Decided(given_back=4)


def test_only_rows_of_the_run_the_batch_and_the_dataset_that_are_asked_for(world: World) -> None:
    batch = move(world)
    world.do("INSERT INTO orders VALUES (70, 'd', NULL, 'x')")
    move(world, run_id="r2")
    asked = {"run_id": "r2", "dag_id": "d", "batch": batch, "dataset": "n/orders"}
    counts = [claim_rows(world.hook, review_of(world, **{name: value}), "the task").rows for name, value in asked.items()]
    assert counts == [1, 5, 4, 5]
    for wrong in ({"run_id": "r3"}, {"dag_id": "e"}, {"dataset": "n/other"}, {"batch": batch, "run_id": "r2"}):
        assert claim_rows(world.hook, review_of(world, "v9", **wrong), "the task").rows == 0


def test_more_sets_of_checks_than_can_be_counted_are_not_asked_about(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    move(world)
    assert claim_rows(world.hook, review_of(world, "v1"), "the task").rows == 4
    monkeypatch.setattr(release, "_MOST_GROUPS", 2)
    with pytest.raises(DefinitionError, match="of at most 2 runs and sets of checks: name from_run"):
        claim_rows(world.hook, review_of(world, "v2"), "the task")
    assert carry_out(world.hook, review_of(world, "v1"), Decision.DISCARD, "the task") == Decided(dropped=4), "nothing was taken over"


def test_repaired_rows_go_back_repaired_and_new_columns_take_their_defaults(world: World) -> None:
    move(world)
    world.do("UPDATE bad SET amount = 7, grp = 'z'", "ALTER TABLE orders ADD COLUMN note VARCHAR(9) DEFAULT 'new'")
    claim_rows(world.hook, review_of(world), "the task")
    carry_out(world.hook, review_of(world), Decision.RELEASE, "the task")
    assert {tuple(row) for row in world.ask("SELECT grp, note FROM orders WHERE amount = 7")} == {("z", "new")}
    assert ask_suite(world.hook, c.not_null("amount")).rows.checks == ()


REFUSED = [
    pytest.param(
        ["DROP TABLE bad"], "quarantine_table='bad'. Allowed: a table that is there: no row was quarantined so far", id="no quarantine"
    ),
    pytest.param(
        ["DROP TABLE orders"], "table='orders'. Allowed: a table that is there: the rows have nowhere to go back to", id="no source"
    ),
    pytest.param(
        ["ALTER TABLE orders DROP COLUMN grp"],
        "quarantine_table='bad'. Allowed: a table whose columns orders has: orders has no grp",
        id="a column that the source lost",
    ),
    pytest.param(
        ["DROP TABLE bad", "CREATE TABLE bad (id INTEGER, dre_row_id TEXT)"],
        "quarantine_table='bad'. Allowed: a table that quarantine_to made: it lacks dre_batch, dre_mode",
        id="another table",
    ),
]


@pytest.mark.parametrize(("statements", "wording"), REFUSED)
def test_what_does_not_fit_is_refused(world: World, statements: list[str], wording: str) -> None:
    move(world)
    world.do(*statements)
    for attempt in (
        lambda: claim_rows(world.hook, review_of(world), "the task"),
        lambda: carry_out(world.hook, review_of(world), Decision.RELEASE, "the task"),
    ):
        with pytest.raises(DefinitionError) as refused:
            attempt()
        assert f"the task: invalid {wording}" in str(refused.value)


def test_rows_that_their_table_does_not_take_any_more_stay_in_quarantine(world: World) -> None:
    move(world)
    claim_rows(world.hook, review_of(world), "the task")
    world.do("DROP TABLE orders", "CREATE TABLE orders (id INTEGER, grp VARCHAR(9), amount NUMERIC(10, 2) NOT NULL, parent VARCHAR(9))")
    with pytest.raises(QueryFailed, match="(?i)not.null"):
        carry_out(world.hook, review_of(world), Decision.RELEASE, "the task")
    assert (len(world.rows("orders")), len(world.rows("bad"))) == (0, 4)


@pytest.mark.postgres
def test_rows_keep_their_numbers_and_what_is_computed_is_computed_again(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    world = make_world("postgres", tmp_path, request)
    world.do(
        "CREATE TABLE orders (id INTEGER GENERATED ALWAYS AS IDENTITY, amount INTEGER)",
        "ALTER TABLE orders ADD COLUMN doubled INTEGER GENERATED ALWAYS AS (2 * amount) STORED",
        "INSERT INTO orders (amount) VALUES (1), (NULL), (3)",
    )
    assert ask_suite(world.hook, c.not_null("amount")).quarantine(world.hook).rows == 1
    world.do("UPDATE bad SET amount = 7")
    claim_rows(world.hook, review_of(world), "the task")
    assert carry_out(world.hook, review_of(world), Decision.RELEASE, "the task") == Decided(given_back=1)
    assert world.ask("SELECT * FROM orders ORDER BY id") == [(1, 1, 2), (2, 7, 14), (3, 3, 6)]


def test_the_question_tells_numbers_and_names_and_no_row() -> None:
    review = Review(
        quarantine=("bad",),
        source=("shop", "orders"),
        review_id="v",
        dataset="n",
        dag_id=None,
        run_id=None,
        batch=None,
        dialect=find_dialect("sqlite"),
    )
    by_check = {"not `null`|x": 3, **{f"check {number}": 1 for number in range(30)}}
    text = describe_review(review, Claimed(rows=1200, copies=2, by_check=by_check, by_run={"d r1": 1200}))
    assert text.splitlines()[:5] == [
        "Rows of `shop.orders` that wait in `bad`: 1200.",
        "",
        "| check that they break | rows |",
        "|---|---|",
        "| `not 'null'¦x` | 3 |",
    ]
    assert "| and 11 more | |" in text
    assert "- **Release**: rows go back into `shop.orders` in one transaction, without the columns of the quarantine" in text
    assert text.endswith("Copies of rows that are still in `shop.orders`: 2. Release and Discard drop these copies.")


def test_each_try_of_a_task_instance_reviews_for_itself() -> None:
    first = Origin(dag_id="d", run_id="r", task_id="t", map_index=-1, try_number=1)
    assert review_id_of(first) == review_id_of(replace(first)) != review_id_of(replace(first, try_number=2))
