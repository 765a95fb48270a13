"""A question that is never answered costs its own subject a place, for a while, and others nothing."""

from __future__ import annotations

import asyncio
import itertools
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from airflow_dre.errors import QueryFailed, WarehouseUnreachable
from airflow_dre.services.asking import MOST_ABANDONED, PLACES, ask, ask_again, ask_within

_names = (f"subject {number}" for number in itertools.count())


@pytest.fixture
def subject() -> str:
    """Return a subject that no other test queries."""
    return next(_names)


@pytest.fixture
def hang() -> Iterator[Callable[[], None]]:
    """Yield a call that is not answered before the test is over."""
    over = threading.Event()

    def wait() -> None:
        over.wait(60)

    yield wait
    over.set()


def test_forty_questions_that_hang_delay_no_other(subject: str, hang: Callable[[], None]) -> None:
    async def story() -> tuple[float, float, float]:
        hung = [asyncio.create_task(ask(subject, 60, hang)) for _ in range(40)]
        await asyncio.sleep(0.1)
        started = time.perf_counter()
        assert await ask(f"beside {subject}", 5, lambda: "answer") == "answer"
        other = time.perf_counter() - started
        assert await asyncio.to_thread(lambda: "answer") == "answer"
        shared = time.perf_counter() - started
        assert sum(thread.name == "airflow-dre question" for thread in threading.enumerate()) <= PLACES + 1
        for wait in hung:
            wait.cancel()
        await asyncio.gather(*hung, return_exceptions=True)
        started = time.perf_counter()
        assert await ask(subject, 5, lambda: "healthy again") == "healthy again"
        return other, shared, time.perf_counter() - started

    assert max(asyncio.run(story())) < 1.0


def test_a_wait_that_is_cancelled_in_the_queue_is_never_asked(subject: str, hang: Callable[[], None]) -> None:
    asked: list[int] = []

    async def story() -> None:
        hung = [asyncio.create_task(ask(subject, 0.5, hang)) for _ in range(PLACES)]
        await asyncio.sleep(0.05)
        queued = [asyncio.create_task(ask(subject, 5, partial(asked.append, number))) for number in range(6)]
        await asyncio.sleep(0.05)
        for wait in queued[::2]:
            wait.cancel()
        ended = await asyncio.gather(*hung, *queued, return_exceptions=True)
        assert [type(one).__name__ for one in ended[:PLACES]] == ["WarehouseUnreachable"] * PLACES
        assert [type(one).__name__ for one in ended[PLACES:]] == ["CancelledError", "NoneType"] * 3

    asyncio.run(story())
    assert sorted(asked) == [1, 3, 5]


def test_a_subject_that_never_answers_is_refused_in_the_end_and_asked_again_when_it_answers(subject: str) -> None:
    over = threading.Event()

    async def story() -> None:
        hung = [asyncio.create_task(ask(subject, 0.1, lambda: over.wait(60))) for _ in range(MOST_ABANDONED)]
        assert {type(one) for one in await asyncio.gather(*hung, return_exceptions=True)} == {WarehouseUnreachable}
        with pytest.raises(WarehouseUnreachable, match=f"{subject} does not answer: {MOST_ABANDONED} questions to it wait already"):
            await ask(subject, 5, lambda: "answer")
        over.set()
        await asyncio.sleep(0.2)
        assert await ask(subject, 5, lambda: "answer") == "answer"

    asyncio.run(story())


def test_an_event_loop_that_ended_leaves_no_place_taken(subject: str, hang: Callable[[], None]) -> None:
    async def leave_behind() -> None:
        for _ in range(PLACES + 3):
            asyncio.get_running_loop().create_task(ask(subject, 60, hang))
        await asyncio.sleep(0.05)

    asyncio.run(leave_behind())
    assert asyncio.run(ask(subject, 5, lambda: "answer")) == "answer"


def refuse() -> None:
    """Do as a warehouse that refuses."""
    raise QueryFailed("no such column")


def test_answers_and_errors_come_back_as_they_are(subject: str) -> None:
    assert ask_within(5, lambda: 7, subject) == asyncio.run(ask(subject, 5, lambda: 7)) == 7
    calls: tuple[Callable[[], None], ...] = (lambda: ask_within(5, refuse, subject), lambda: asyncio.run(ask(subject, 5, refuse)))
    for call in calls:
        with pytest.raises(QueryFailed, match="no such column"):
            call()
    with pytest.raises(WarehouseUnreachable, match=f"{subject} did not answer within 0.1 s"):
        ask_within(0.1, lambda: time.sleep(1), subject)


def test_a_lost_connection_is_tried_again_within_its_budget() -> None:
    tries = []

    def lost(times: int) -> str:
        tries.append(time.monotonic())
        if len(tries) <= times:
            raise WarehouseUnreachable("gone")
        return "back"

    assert ask_again(lambda: lost(1), 5) == "back"
    tries.clear()
    with pytest.raises(WarehouseUnreachable):
        ask_again(lambda: lost(99), 0.6)
    assert len(tries) == 2
    tries.clear()
    with pytest.raises(WarehouseUnreachable):
        ask_again(lambda: lost(99), 0)
    assert len(tries) == 1


def test_a_question_that_hangs_keeps_no_process_from_ending() -> None:
    script = """
import threading
from airflow_dre.services.asking import ask_within
try:
    ask_within(0.2, lambda: threading.Event().wait(300), "it")
except Exception as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "it did not answer within 0.2 s\n"
