"""Objectives over a store: every result is read once, late results and re-runs are counted right, and alerts open one incident."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from airflow_dre.incidents.identity import DataCause, Promise
from airflow_dre.services.incidents.expiry import end_expired
from airflow_dre.services.slo.objectives import count_new_results
from airflow_dre.slo import SLO, burn_alert, checks_passed, dag_runs_succeeded, fresh_slices, rows_passed, runs_passed, weighted, worst_of
from airflow_dre.store.records import DagRunEnd, Delivery, StoredInterval
from airflow_dre.store.sla_history import Stretches, save_stretches
from airflow_dre.store.slo_events import count_pending_runs
from airflow_dre.store.store import Store
from airflow_dre.store.tables import incident, slo_alert, slo_count, slo_dag_run, slo_event, slo_series
from airflow_dre.store.tables import suite_run as suite_run_table
from tests.services.slo.objectives import (
    DAY,
    HOUR,
    MONITOR,
    T,
    counts,
    declare,
    deliver,
    incidents,
    look,
    numbers,
    result,
    stored,
    suite_run,
    wiring_of,
)
from tests.sla_states import keep_states, sla_state

GOOD, BAD = result("c", 0), result("c", 10)


@pytest.mark.parametrize(
    ("sli", "expected"),
    [
        (rows_passed("flights"), (295.0, 300)),
        (rows_passed("main.flights", namespace="sqlite:///w"), (295.0, 300)),
        (rows_passed("flights", check="strict"), (95.0, 100)),
        (rows_passed("flights", dimension="completeness"), (100.0, 100)),
        (rows_passed(dag_id="load"), (395.0, 400)),
        (checks_passed("flights"), (4.0, 6)),
        (checks_passed("flights", check="strict"), (0.0, 1)),
        (checks_passed(suite="load.check"), (5.0, 7)),
        (runs_passed("flights"), (1.0, 2)),
        (runs_passed(dag_id="other"), (0.0, 0)),
    ],
)
def test_an_indicator_counts_what_it_names(store: Store, sli: Any, expected: tuple[float, int]) -> None:
    declare(store, SLO("a", sli=sli, target="99%"))
    deliver(
        store,
        suite_run(
            T - HOUR,
            result("strict", 5),
            result("loose", 0),
            result("rows", 0, dimension="completeness"),
            result("e", 0, outcome="errored"),
        ),
        suite_run(T - 2 * HOUR, result("w", 0, rows=0, outcome="warned"), result("v", 0, rows=0), result("s", 0, outcome="skipped")),
        suite_run(T - HOUR, result("c", 0), table="main.bookings"),
    )
    look(store)
    assert numbers(store) == expected


def test_each_result_is_read_once(store: Store) -> None:
    declare(store, SLO("a", sli=rows_passed("flights"), target="99%"), SLO("b", sli=runs_passed("flights"), target="99%"))
    deliver(store, *(suite_run(T - HOUR * step, GOOD) for step in range(1, 6)))
    assert [look(store).counted, look(store).counted] == [5, 0]
    deliver(store, suite_run(T, GOOD))
    assert look(store).counted == 1
    assert (numbers(store, "a"), numbers(store, "b")) == ((600.0, 600), (6.0, 6))


def test_small_batches_count_what_one_batch_counts(store: Store) -> None:
    runs = [suite_run(T - number * HOUR, result("a", number % 3)) for number in range(12)]
    declare(store, SLO("a", sli=rows_passed("flights"), target="99%"), SLO("b", sli=checks_passed("flights", check="a"), target="99%"))
    found = []
    for batch in (1, 5, 100):
        deliver(store, *runs)
        while True:
            with store.database.write() as connection:
                if not count_pending_runs(store.database, connection, batch):
                    break
        found.append(counts(store))
        with store.database.write() as connection:
            connection.execute(sa.delete(slo_count))
            connection.execute(sa.delete(suite_run_table))
    assert len(found[0]) == 24 and found[0] == found[1] == found[2]


def test_a_run_that_arrives_while_others_are_counted_is_counted_by_the_next_look(store: Store) -> None:
    runs = sorted((suite_run(T - number * HOUR, result("a", 0)) for number in range(3)), key=lambda run: run.key)
    declare(store, SLO("a", sli=runs_passed("flights"), target="99%"))
    deliver(store, runs[0], runs[2])
    late = [runs[1]]

    def arrive(connection: object, cursor: object, statement: str, *_: object) -> None:
        if "INTO dre_slo_count" in statement and late and not store.database.embedded:
            deliver(store, late.pop())

    engine = wiring_of(store).store.database.engine
    sa.event.listen(engine, "after_cursor_execute", arrive)
    try:
        look(store)
    finally:
        sa.event.remove(engine, "after_cursor_execute", arrive)
    deliver(store, *late)  # SQLite has one writer: it arrives when the look is done
    look(store, T + HOUR)
    assert numbers(store) == (3, 3)


def test_what_runs_know_of_their_checks_is_not_read_from_results(store: Store) -> None:
    declare(store, SLO("a", sli=checks_passed("flights"), target="99%"), SLO("b", sli=runs_passed("flights"), target="99%"))
    deliver(store, suite_run(T - HOUR, result("a", 0), result("b", 3), result("c", 0, outcome="skipped")), suite_run(T, GOOD))
    statements = statements_of(store, lambda: look(store))
    assert (numbers(store, "a"), numbers(store, "b")) == ((2.0, 3), (1.0, 2))
    assert any("INTO dre_slo_count" in statement for statement, _ in statements)
    assert not [statement for statement, _ in statements if "dre_result" in statement]


def test_a_declaration_waits_for_a_look_before_it_forgets_counts(store: Store) -> None:
    declare(store, SLO("a", sli=runs_passed("flights"), target="90%"))
    deliver(store, suite_run(T, GOOD))
    look(store)
    statements = statements_of(store, lambda: declare(store, at=T))
    first = next(number for number, (statement, _) in enumerate(statements) if "DELETE FROM dre_slo_count" in statement)
    counting = locks_among(statements_of(store, lambda: count_new_results(wiring_of(store))))
    assert len(counting) == (0 if store.database.embedded else 1), "SQLite has one writer"
    assert counting <= locks_among(statements[:first])


def locks_among(statements: Sequence[tuple[str, object]]) -> set[str]:
    """Return the advisory locks that statements take."""
    return {str(given) for statement, given in statements if "pg_advisory_xact_lock" in statement}


def statements_of(store: Store, act: Callable[[], object]) -> list[tuple[str, object]]:
    """Return the statements that the store is sent meanwhile, with their parameters."""
    found: list[tuple[str, object]] = []

    def note(connection: object, cursor: object, statement: str, parameters: object, *_: object) -> None:
        found.append((statement, parameters))

    engine = wiring_of(store).store.database.engine
    sa.event.listen(engine, "after_cursor_execute", note)
    try:
        act()
    finally:
        sa.event.remove(engine, "after_cursor_execute", note)
    return found


def test_an_objective_that_is_declared_late_knows_what_others_have_counted(store: Store) -> None:
    declare(store, SLO("a", sli=runs_passed("flights"), target="99%"))
    deliver(store, suite_run(T - DAY, GOOD), suite_run(T - HOUR, BAD))
    look(store, T - HOUR)
    deliver(store, suite_run(T - HOUR / 2, GOOD))
    declare(store, SLO("a", sli=runs_passed("flights"), target="99%"), SLO("b", sli=rows_passed("flights"), target="99%"))
    look(store)
    assert numbers(store, "b") == (290.0, 300)


def test_a_result_that_comes_late_counts_when_it_was_measured(store: Store) -> None:
    declare(store, SLO("a", sli=runs_passed("flights"), target="99%", window="1d", alerts="none"))
    deliver(store, suite_run(T - HOUR, GOOD))
    look(store)
    deliver(store, suite_run(T - 2 * DAY, BAD), suite_run(T - 2 * HOUR, BAD))
    look(store, T + timedelta(minutes=1))
    assert numbers(store) == (1.0, 2)


@pytest.mark.parametrize("part", ["interval", "partition", "run"])
def test_a_later_measurement_of_the_same_data_takes_the_place_of_the_earlier(store: Store, part: str) -> None:
    same: dict[str, dict[str, Any]] = {
        "interval": {"interval": (T - 3 * DAY, T - 2 * DAY)},
        "partition": {"partition": "2026-06-27"},
        "run": {"run": "r"},
    }
    declare(store, SLO("a", sli=runs_passed("flights"), target="99%", window="2d"))
    deliver(store, suite_run(T - 2 * DAY + HOUR, BAD, **same[part]))
    look(store, T - DAY)
    assert numbers(store) == (0.0, 1)
    deliver(store, suite_run(T, GOOD, attempt=2, **same[part]))
    look(store, T)
    assert numbers(store) == (1.0, 1)
    assert counts(store) == [(1, 1)]
    look(store, T + DAY)
    assert numbers(store) == (0.0, 0), "it counts at the moment of the first measurement"


def test_a_measurement_that_comes_after_a_later_one_counts_nothing(store: Store) -> None:
    declare(store, SLO("a", sli=runs_passed("flights"), target="99%"))
    deliver(store, suite_run(T - HOUR, GOOD, run="r", attempt=2))
    look(store)
    deliver(store, suite_run(T - 2 * HOUR, BAD, run="r", attempt=1))
    look(store)
    assert numbers(store) == (1.0, 1)


def test_two_tries_that_arrive_together_are_one_event(store: Store) -> None:
    declare(store, SLO("a", sli=rows_passed("flights"), target="99%"))
    deliver(store, suite_run(T - 2 * HOUR, BAD, run="r"), suite_run(T - HOUR, GOOD, run="r", attempt=2), suite_run(T, BAD, run="q"))
    look(store)
    assert numbers(store) == (190.0, 200)
    with store.database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(slo_event)) == 2


def test_a_backfill_counts_in_the_time_of_its_data(store: Store) -> None:
    declare(store, SLO("a", sli=runs_passed("flights"), target="99%", window="30d"))
    deliver(store, suite_run(T - HOUR, BAD, interval=(T - 100 * DAY, T - 99 * DAY)), suite_run(T, GOOD, interval=(T - 2 * DAY, T - DAY)))
    look(store)
    assert numbers(store) == (1.0, 1)


def test_a_delivery_that_is_repeated_counts_once(store: Store) -> None:
    declare(store, SLO("a", sli=runs_passed("flights"), target="99%"))
    for _ in range(2):
        deliver(store, suite_run(T - HOUR, GOOD))
        look(store)
    assert numbers(store) == (1.0, 1)


def test_a_table_of_two_databases_is_not_guessed(store: Store) -> None:
    declare(store, SLO("a", sli=rows_passed("flights"), target="99%"))
    deliver(store, suite_run(T, GOOD), suite_run(T, GOOD, table="other.flights"))
    look(store)
    found = stored(store)["a"]
    assert found.state == "unknown"
    assert found.reason == (
        "table flights is one of 2: sqlite:///w/main.flights, sqlite:///w/other.flights; name more of it, or set `namespace`"
    )


BURN = SLO("a", sli=runs_passed("flights"), target="90%", min_events=3, alerts=[burn_alert("own", long="6h", short="1h", budget="1%")])


def test_alerts_open_one_incident_and_its_end_resolves_it(store: Store) -> None:
    declare(store, BURN)
    deliver(store, *(suite_run(T - HOUR * step, GOOD) for step in range(30, 0, -1)))
    look(store)
    assert (stored(store)["a"].state, incidents(store)) == ("on_track", [])
    for step in range(1, 4):
        deliver(store, suite_run(T + HOUR * step, BAD))
        look(store, T + HOUR * step)
    assert stored(store)["a"].state == "burning"
    assert incidents(store) == [("a", "slo", "open", "high", 1)]
    for step in range(4, 9):
        deliver(store, suite_run(T + HOUR * step, GOOD))
        look(store, T + HOUR * step)
    assert incidents(store) == [("a", "slo", "resolved", "high", 1)]
    with store.database.read() as connection:
        row = connection.execute(sa.select(incident)).one()
        assert (row.namespace, row.name, row.routes) == ("sqlite:///w", "main.flights", ["everyone"])
        assert row.title.startswith("SLO a burns its budget: ")
        assert not connection.execute(sa.select(slo_alert)).all()


def test_a_worse_alert_raises_the_severity_of_the_same_incident(store: Store) -> None:
    declare(store, SLO("a", sli=runs_passed("flights"), target="90%", alerts="budget"))
    deliver(store, *(suite_run(T - HOUR * step, GOOD) for step in range(100, 0, -1)))
    seen = []
    for step in range(20):
        deliver(store, suite_run(T + HOUR * step, BAD))
        look(store, T + HOUR * step)
        seen += [entry for entry in incidents(store) if entry not in seen]
    assert seen == [("a", "slo", "open", "low", 1), ("a", "slo", "open", "medium", 2), ("a", "slo", "open", "high", 3)]
    assert stored(store)["a"].state == "spent"


def test_a_look_at_an_earlier_moment_changes_nothing(store: Store) -> None:
    declare(store, SLO("a", sli=runs_passed("flights"), target="90%"))
    deliver(store, suite_run(T - HOUR, GOOD))
    look(store, T)
    assert look(store, T - HOUR).objectives == 0
    assert stored(store)["a"].evaluated_at == T


def test_an_objective_that_was_removed_ends_its_incident_and_its_counts(store: Store) -> None:
    declare(store, SLO("a", sli=runs_passed("flights"), target="90%", alerts="budget"), SLO("b", sli=runs_passed("flights"), target="50%"))
    deliver(store, suite_run(T, BAD))
    look(store)
    assert [(suite, status) for suite, _, status, *_ in incidents(store)] == [("a", "open"), ("b", "open")]
    assert declare(store, SLO("b", sli=runs_passed("flights"), target="50%"), at=T) == 1
    assert [(suite, status) for suite, _, status, *_ in incidents(store)] == [("a", "resolved"), ("b", "open")]
    assert counts(store) == [(0, 1)]
    declare(store, at=T)
    assert counts(store) == []
    with store.database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(slo_series)) == 0


def test_a_name_belongs_to_the_first_monitor(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    from airflow_dre.services.incidents.expiry import record_monitor_run
    from airflow_dre.store.monitors import Monitor

    declare(store, SLO("a", sli=runs_passed("flights"), target="90%"))
    record_monitor_run(store, Monitor(dag_id="monitor", looked_at=T, due_at=T + HOUR, watches=()))
    declare(store, SLO("a", sli=runs_passed("flights"), target="80%"), monitor="second")
    assert "SLO a of second is ignored: monitor monitor has one of this name" in caplog.text
    assert stored(store)["a"].dag_id == "monitor"


def test_an_incident_of_an_objective_is_not_forgotten_while_it_is_evaluated(store: Store) -> None:
    declare(store, SLO("a", sli=runs_passed("flights"), target="90%", alerts="budget"))
    deliver(store, suite_run(T, BAD))
    look(store)
    look(store, T + 10 * DAY)
    assert end_expired(store, DAY, T + 10 * DAY) == 0
    assert incidents(store)[0][2] == "open"
    assert end_expired(store, DAY, T + 20 * DAY) == 1, "no monitor evaluates it any more"
    assert incidents(store)[0][2] == "resolved"


def test_a_composite_is_evaluated_with_its_parts(store: Store) -> None:
    declare(
        store,
        SLO("a", sli=runs_passed("flights"), target="90%"),
        SLO("b", sli=runs_passed("bookings"), target="90%"),
        SLO("c", sli=worst_of("a", "b")),
        SLO("d", sli=weighted({"a": 1, "b": 3}), target="90%"),
        SLO("e", sli=worst_of("a", "nowhere")),
    )
    deliver(store, suite_run(T, GOOD), suite_run(T, BAD, table="main.bookings"))
    look(store)
    found = stored(store)
    assert [found[name].state for name in "abcde"] == ["on_track", "spent", "spent", "spent", "unknown"]
    assert found["d"].evaluation is not None
    assert found["d"].evaluation["attained"] == 0.25
    assert found["e"].reason == "no SLO is named nowhere"


def test_without_objectives_nothing_is_counted(store: Store) -> None:
    deliver(store, suite_run(T, GOOD))
    assert (look(store).objectives, count_new_results(wiring_of(store))) == (0, 0)
    with store.database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).where(slo_event.c.counted.is_(None))) == 1


def test_runs_of_a_dag_count_once_with_their_latest_outcome(store: Store) -> None:
    declare(store, SLO("a", sli=dag_runs_succeeded("load"), target="90%"))
    ends = [("r1", 3, True), ("r2", 2, False), ("r3", 1, False), ("r2", 0, True)]
    runs = tuple(DagRunEnd(dag_id="load", run_id=run, ended_at=T - HOUR * back, succeeded=good) for run, back, good in ends)
    store.deliver(Delivery(dag_runs=(*runs, DagRunEnd(dag_id="other", run_id="r", ended_at=T, succeeded=False))))
    look(store)
    assert numbers(store) == (2.0, 3)
    assert (stored(store)["a"].namespace, stored(store)["a"].dataset) == ("airflow", "load")
    with store.database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(slo_dag_run)) == 3, "no objective counts the other Dag"


def test_slices_of_freshness_come_from_the_history_of_the_sla(store: Store) -> None:
    cause = DataCause(namespace="sqlite:///w", name="main.flights", suite="hourly", promise=Promise.SLA)
    history = (
        StoredInterval(state="met", since=T - DAY, until=T - 3 * HOUR),
        StoredInterval(state="missed", since=T - 3 * HOUR, until=T - 2 * HOUR),
        StoredInterval(state="not_watched", since=T - 2 * HOUR, until=T - HOUR),
        StoredInterval(state="warned", since=T - HOUR, until=None),
    )
    keep_states(store.database, sla_state(cause, T, dag_id=MONITOR))
    with store.database.write() as connection:
        save_stretches(connection, [Stretches(cause.fingerprint, None, history)])
    declare(
        store,
        SLO("a", sli=fresh_slices("hourly"), target="90%", slice="1h", window="1d"),
        SLO("b", sli=fresh_slices("hourly"), target="90%", slice="1h", window="1d", missing="ignore"),
        SLO("c", sli=fresh_slices("nowhere"), target="90%"),
        at=T - DAY,
    )
    look(store, T)
    assert (numbers(store, "a"), numbers(store, "b")) == ((21.0, 23), (21.0, 22))
    assert stored(store)["a"].dataset == "main.flights"
    assert (stored(store)["c"].state, stored(store)["c"].reason) == ("unknown", "no SLA named nowhere was evaluated yet")
