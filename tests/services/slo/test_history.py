"""The history that looks leave in a real store: stretches that join without a hole, each in the state that a look found."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_dre.config import read_settings
from airflow_dre.incidents.identity import DataCause, Promise
from airflow_dre.services.slo.declarations import MonitoredSla
from airflow_dre.services.slo.folding import Clock, Folded, fold
from airflow_dre.services.slo.saving import save_reports
from airflow_dre.services.slo.targets import DagTarget
from airflow_dre.services.slo.telling import Report
from airflow_dre.slo.history import Interval, State, join
from airflow_dre.slo.observation import Observation
from airflow_dre.slo.promise import FreshnessPromise
from airflow_dre.store.database import open_database
from airflow_dre.store.incidents import live_promises
from airflow_dre.store.records import StoredInterval
from airflow_dre.store.sla_history import read_intervals
from airflow_dre.store.sla_memory import read_memories
from airflow_dre.store.spool import Spool
from airflow_dre.store.store import Store
from tests.examples import tries
from tests.slo.promises import CHANGES, moments, promises

names = count()


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Store:
    """Return a store in which each example watches an SLA of its own."""
    folder = tmp_path_factory.mktemp("history")
    shutil.copy(sqlite_template, folder / "dre.db")
    return Store(open_database(f"sqlite:///{folder}/dre.db"), Spool(folder / "spool"))


@st.composite
def looks(draw: st.DrawFn) -> list[tuple[datetime, Observation]]:
    """Draw looks that find different things, in order."""
    around = draw(st.sampled_from(CHANGES))
    observation = st.builds(Observation, newest=st.none() | moments(around, 60)) | st.just(Observation(unknown="connection refused"))
    drawn = draw(st.lists(st.tuples(moments(around, 48), observation), min_size=1, max_size=8, unique_by=lambda each: each[0]))
    return sorted(drawn, key=lambda each: each[0])


class Watched:
    """An SLA, and a monitor that looks again and again."""

    def __init__(self, store: Store, promise: FreshnessPromise, declared: datetime, gap: timedelta) -> None:
        dag = f"load_{next(names)}"
        self.store, self.gap, self.before = store, gap, declared
        self.cause = DataCause(namespace="airflow://dags", name=dag, suite=dag, promise=Promise.SLA)
        self.sla = MonitoredSla(
            name=dag,
            target=DagTarget(dag=dag),
            promise=promise,
            promise_digest="",
            tolerance=timedelta(0),
            unknown_after=1,
            callbacks={},
            declared_at=declared,
        )

    def look(self, at: datetime, found: Observation) -> Folded:
        """Look once, and write what changed."""
        with self.store.database.read() as connection:
            known = read_memories(connection, [self.cause.fingerprint]).get(self.cause.fingerprint)
            live = live_promises(connection, Promise.SLA)
        clock = Clock(at=at, before=self.before, gap=self.gap)
        folded = fold(self.sla, known, found, clock)
        if not folded.is_steady:
            save_reports(self.store, "monitor", [(Report(self.sla, self.cause, folded, clock), known)], live, read_settings())
        self.before = at
        return folded

    def history(self) -> list[StoredInterval]:
        """Return what the store holds."""
        with self.store.database.read() as connection:
            return read_intervals(connection, self.cause.fingerprint, datetime(1900, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


@tries(40)
@given(looks(), promises(), st.booleans())
def test_stretches_join_without_a_hole_and_the_last_is_the_state_that_was_found(
    kept: Store, drawn: list[tuple[datetime, Observation]], promise: FreshnessPromise, sleeps: bool
) -> None:
    declared = drawn[0][0] - timedelta(hours=2)
    watched = Watched(kept, promise, declared, timedelta(hours=2) if sleeps else timedelta(days=9999))
    found: list[Interval] = []
    for at, observation in drawn:
        folded = watched.look(at, observation)
        found += folded.intervals
        stretches = watched.history()
        assert stretches[0].since == declared
        assert all(one.until == other.since for one, other in pairwise(stretches)), "neither a hole nor an overlap"
        assert [one.until is None for one in stretches] == [False] * (len(stretches) - 1) + [True]
        assert all(one.since < one.until for one in stretches if one.until is not None)
        assert stretches[-1].state == folded.memory.state, "what goes on is what the look found"
        assert join(Interval(one.since, one.until or at, State(one.state)) for one in stretches) == join(found)
