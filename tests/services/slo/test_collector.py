"""The garbage collector rests while rows are counted, and runs again whatever becomes of it."""

from __future__ import annotations

import gc

import pytest

from airflow_dre.services.slo.collector import collector_paused


def test_it_runs_again_after_an_error() -> None:
    states = []

    @collector_paused()
    def fail() -> None:
        states.append(gc.isenabled())
        raise ValueError("lost")

    with pytest.raises(ValueError, match="lost"):
        fail()
    assert [*states, gc.isenabled()] == [False, True]


def test_the_inner_one_of_two_leaves_it_paused() -> None:
    with collector_paused():
        with collector_paused():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_one_that_a_process_has_turned_off_stays_off() -> None:
    gc.disable()
    try:
        with collector_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
