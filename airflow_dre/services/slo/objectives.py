"""The evaluation of service level objectives by a look of the monitor."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from airflow_dre.incidents.decide import Change
from airflow_dre.incidents.identity import DataCause, Promise
from airflow_dre.incidents.signals import Event, Origin, Severity, Signal
from airflow_dre.services.rehearsal import is_rehearsal
from airflow_dre.services.slo.collector import collector_paused
from airflow_dre.services.slo.measuring import Objectives, read_objectives
from airflow_dre.services.slo.words import describe_evaluation, numbers_of, slo_state_of
from airflow_dre.services.wiring import Wiring
from airflow_dre.slo.declared import SLO
from airflow_dre.slo.definition import SloDefinition
from airflow_dre.slo.document import from_document, to_document
from airflow_dre.slo.evaluation import SloEvaluation, Unmeasurable
from airflow_dre.slo.indicators import EventKind, Indicator
from airflow_dre.slo.routing import LastRouter, series_key
from airflow_dre.slo.window import to_minute
from airflow_dre.store.database import Database, Transaction
from airflow_dre.store.incidents import record_signal
from airflow_dre.store.monitors import read_monitors
from airflow_dre.store.records import StoredAlert, StoredSlo
from airflow_dre.store.slo_counts import prune_counts
from airflow_dre.store.slo_dag_runs import prune_dag_runs
from airflow_dre.store.slo_events import add_series, count_pending_runs, drop_series, read_series
from airflow_dre.store.slos import drop_slo, has_slos, read_due_alerts, read_slos, save_alerts, save_declaration, save_evaluations
from airflow_dre.values.digest import digest
from airflow_dre.values.text_limits import REASON, one_line

log = logging.getLogger(__name__)
KEPT_FOR = timedelta(days=800)
"""How long counts are kept: twice the longest window, so that a page can show how the budget was spent in the window before."""
_LOCK = digest("evaluate objectives")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """The outcome of an evaluation of all objectives."""

    objectives: int = 0
    counted: int = 0
    """Suite runs that were read."""
    changes: tuple[Change, ...] = ()
    """Changes of their incidents."""


def declare_objectives(wiring: Wiring, dag_id: str, slos: Sequence[SLO], at: datetime, *, in_file: bool = False) -> int:
    """Keep the objectives of a monitor, end those that it has no longer, and return the number of those that ended.

    An objective belongs to the monitor that declared its name first, as long as that monitor is known.

    :param dag_id: the Dag of the monitor.
    :param in_file: whether they come from files of ``[dre] slas_folder``. Those of the Dag file stay then, and the other way round.
    :raises airflow_dre.errors.StoreError: the store is down.
    """
    if is_rehearsal(wiring.settings):
        return 0
    database = wiring.open_store().database
    with database.write() as connection:
        database.lock(connection, _LOCK)
        known = {row.name: row for row in read_slos(connection)}
        monitors = {monitor.dag_id for monitor in read_monitors(connection)}
        for definition in {slo.name: slo.definition for slo in slos}.values():
            before = known.get(definition.name)
            foreign = before is not None and before.dag_id != dag_id and before.dag_id in monitors
            if before is not None and (foreign or (in_file and before.dag_id == dag_id and not before.in_file)):
                place = f"monitor {before.dag_id}" if foreign else f"the Dag file of monitor {dag_id}"
                log.warning("airflow-dre: SLO %s of %s is ignored: %s has one of this name", definition.name, dag_id, place)
                continue
            _declare(connection, before, definition, Declarer(dag_id, in_file), at)
        names = {slo.name for slo in slos}
        gone = [row for row in known.values() if (row.dag_id, row.in_file) == (dag_id, in_file) and row.name not in names]
        for row in gone:
            _end(database, connection, row, f"it was removed from monitor {dag_id}", at)
        _count_from_now_on(database, connection, at)
    return len(gone)


@dataclass(frozen=True, slots=True)
class Declarer:
    """The Dag of a monitor, and whether an objective comes from a file of its folder."""

    dag_id: str
    in_file: bool


def _count_from_now_on(database: Database, connection: Transaction, at: datetime) -> None:
    """Count the events of the indicators that objectives have, and forget those that no objective has any more."""
    rows = [from_document(row.definition) for row in read_slos(connection)]
    indicators = {found.sli for found in rows if isinstance(found.sli, Indicator) and found.sli.counts is not EventKind.FRESH}
    unused = set(read_series(connection)) - {series_key(indicator) for indicator in indicators}
    drop_series(database, connection, sorted(unused))
    add_series(database, connection, indicators, at)
    prune_counts(connection, to_minute(at - KEPT_FOR))
    prune_dag_runs(connection, at - KEPT_FOR)


def _declare(connection: Transaction, before: StoredSlo | None, definition: SloDefinition, declarer: Declarer, at: datetime) -> None:
    document = to_document(definition)
    if before is not None and (before.dag_id, before.in_file, before.definition) == (declarer.dag_id, declarer.in_file, document):
        return
    single = isinstance(definition.sli, Indicator) and definition.sli.counts is not EventKind.FRESH
    series = series_key(definition.sli) if single and isinstance(definition.sli, Indicator) else None
    values: dict[str, object] = {"dag_id": declarer.dag_id, "in_file": declarer.in_file, "definition": document, "series": series}
    values |= {"declared_at": at} if before is None else {}
    save_declaration(connection, definition.name, values, new=before is None)


def _end(database: Database, connection: Transaction, row: StoredSlo, reason: str, at: datetime) -> None:
    """End the incident of an objective that nothing evaluates any more, and forget the objective."""
    if row.namespace is not None and row.dataset is not None:
        signal = Signal(
            cause=_cause(row.namespace, row.dataset, row.name),
            event=Event.UNWATCHED,
            at=at,
            title=f"SLO {row.name} is no longer evaluated: {reason}",
            origin=Origin(dag_id=row.dag_id),
            occurrence_id=at.isoformat(),
        )
        record_signal(database, connection, signal)
    drop_slo(connection, row.name)


def count_new_results(wiring: Wiring) -> int:
    """Count the suite runs that no objective has seen yet, in short transactions, and return how many.

    :raises airflow_dre.errors.StoreError: the store is down.
    """
    database, counted, routers = wiring.open_store().database, 0, LastRouter()
    while True:
        with collector_paused(), database.write() as connection:
            batch = count_pending_runs(database, connection, routers=routers)
        if not batch:
            return counted
        counted += batch


def evaluate_objectives(wiring: Wiring, at: datetime) -> Evaluated:
    """Count what is new, evaluate every objective, and open or resolve its incident.

    An evaluation at a moment before the latest one changes nothing.

    :raises airflow_dre.errors.StoreError: the store is down: the next look finds the same.
    """
    if is_rehearsal(wiring.settings):
        return Evaluated()
    database = wiring.open_store().database
    with database.read() as connection:
        if not has_slos(connection):
            return Evaluated()
    counted = count_new_results(wiring)
    with database.read() as connection:
        stored = read_slos(connection)
        objectives = read_objectives(connection, stored, at)
    due = [row for row in stored if row.evaluated_at is None or row.evaluated_at <= at]
    found = {row.name: _evaluate(objectives, row.name, at) for row in due}
    with database.write() as connection:
        database.lock(connection, _LOCK)
        alerts = read_due_alerts(connection)
        changes: list[Change] = []
        rows = []
        for row in due:
            outcome = found[row.name]
            cause, live = _cause_of(row, objectives, alerts.get(row.name, {})), alerts.get(row.name, {})
            if isinstance(outcome, SloEvaluation):
                for signal in _signals(row, outcome, cause, live, connection):
                    told = wiring.settings.default_routes if signal.event.firing else ()
                    routes = (*(objectives.definitions[row.name].routes if signal.event.firing else ()), *told)
                    changes += record_signal(database, connection, _with_routes(signal, routes))
            rows.append(_row(row, outcome, cause, at))
        save_evaluations(connection, rows)
    return Evaluated(objectives=len(due), counted=counted, changes=tuple(changes))


def _evaluate(objectives: Objectives, name: str, at: datetime) -> SloEvaluation | str:
    """Return the evaluation of an objective, or the reason why it cannot be measured."""
    if name in objectives.faults:
        return objectives.faults[name]
    try:
        return objectives.evaluate(name, at)
    except Unmeasurable as error:
        return str(error)


def _cause(namespace: str, dataset: str, name: str) -> DataCause:
    return DataCause(namespace=namespace, name=dataset, suite=name, promise=Promise.SLO)


def _cause_of(row: StoredSlo, objectives: Objectives, live: Mapping[str, StoredAlert]) -> DataCause:
    """Return the cause of the incidents of an objective, which stays the same while an alert is due."""
    if live and row.namespace is not None and row.dataset is not None:
        return _cause(row.namespace, row.dataset, row.name)
    subject = objectives.subjects.get(row.name)
    return _cause("slo", row.name, row.name) if subject is None else _cause(subject.namespace, subject.name, row.name)


def _signals(
    row: StoredSlo, found: SloEvaluation, cause: DataCause, live: Mapping[str, StoredAlert], connection: Transaction
) -> list[Signal]:
    """Keep which alerts are due, and return the signal of one that begins, or of the end of the last one."""
    due = {alert.name: alert for alert in found.due}
    begun = [
        StoredAlert(slo=row.name, alert=name, severity=alert.severity, since=found.at) for name, alert in due.items() if name not in live
    ]
    ended = [alert for name, alert in live.items() if name not in due]
    save_alerts(connection, begun, ended)
    origin = Origin(dag_id=row.dag_id)
    if not begun and (due or not ended):
        return []
    if not due:
        title = f"SLO {row.name} is on track again: {describe_evaluation(found)}"
        return [Signal(cause=cause, event=Event.SLO_RECOVERED, at=found.at, title=title, origin=origin, occurrence_id=found.at.isoformat())]
    verb = "has spent its budget" if found.remaining <= 0 else "burns its budget"
    severity = max((Severity(alert.severity) for alert in due.values()), key=lambda level: level.rank)
    return [
        Signal(
            cause=cause,
            event=Event.SLO_ALERT,
            at=found.at,
            title=f"SLO {row.name} {verb}: {describe_evaluation(found)}",
            detail=f"alerts that are due: {', '.join(due)}",
            origin=origin,
            severity=severity,
            occurrence_id=found.at.isoformat(),
            parts=tuple(due),
        )
    ]


def _with_routes(signal: Signal, routes: tuple[str, ...]) -> Signal:
    from msgspec.structs import replace

    return replace(signal, routes=tuple(dict.fromkeys(routes)))


def _row(row: StoredSlo, outcome: SloEvaluation | str, cause: DataCause, at: datetime) -> dict[str, object]:
    """Return an evaluation as the columns that keep it."""
    facts: dict[str, object] = {"name": row.name, "fingerprint": cause.fingerprint, "namespace": cause.namespace, "dataset": cause.name}
    if isinstance(outcome, str):
        return {**facts, "state": "unknown", "reason": one_line(outcome, REASON), "evaluation": None, "evaluated_at": at}
    state, words = slo_state_of(outcome), describe_evaluation(outcome)
    return {**facts, "state": state, "reason": words, "evaluation": numbers_of(outcome), "evaluated_at": at}
