"""A deadline that holds whatever the call does."""

from __future__ import annotations

import ctypes
import threading
import time
from contextvars import ContextVar

import pytest

from airflow_dre.channels.deadline import DeadlinePassed, Exchange, GivenUp, call_within

known: ContextVar[str] = ContextVar("known", default="nothing")


def test_what_is_returned_arrives() -> None:
    assert call_within(5, lambda _: 7) == 7


@pytest.mark.parametrize("error", [ValueError("x"), TimeoutError("of the call itself"), KeyboardInterrupt()], ids=repr)
def test_what_is_raised_arrives(error: BaseException) -> None:
    def call(_: Exchange) -> None:
        raise error

    with pytest.raises(type(error)) as raised:
        call_within(5, call)
    assert raised.value is error


def test_native_code_that_hangs_is_left_behind() -> None:
    native = ctypes.CDLL(None)
    started = time.monotonic()
    with pytest.raises(DeadlinePassed, match=r"it took more than 0.2 s"):
        call_within(0.2, lambda _: native.usleep(3_000_000))
    assert time.monotonic() - started < 2.5


def test_the_thread_knows_what_its_caller_knows() -> None:
    token = known.set("something")
    try:
        assert call_within(5, lambda _: known.get()) == "something"
    finally:
        known.reset(token)


def test_a_call_that_was_given_up_goes_no_further() -> None:
    seen: list[type[BaseException]] = []
    done, go_on = threading.Event(), threading.Event()

    def late(exchange: Exchange) -> None:
        go_on.wait(5)
        try:
            exchange.trace("http11.send_request_headers.started", {})
        except BaseException as error:
            seen.append(type(error))
        done.set()

    with pytest.raises(DeadlinePassed):
        call_within(0.05, late)
    go_on.set()
    assert done.wait(5)
    assert seen == [GivenUp]
