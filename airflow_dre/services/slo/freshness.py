"""How fresh a table is: asked for the sensor, and evaluated for SLAs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from airflow_dre.checks.kinds.freshness import FUTURE_TOLERANCE, judge_age, newest_of
from airflow_dre.checks.outcomes import Judgement, Outcome
from airflow_dre.declaring.functions import REQUIRED
from airflow_dre.declaring.names import LONGEST_DATASET, LONGEST_SQL, find_name_problems
from airflow_dre.engines.warehouse import opened
from airflow_dre.errors import DefinitionError, Problem, QueryFailed
from airflow_dre.incidents.decide import Change
from airflow_dre.incidents.identity import DataCause, Promise
from airflow_dre.incidents.signals import Event, Origin, Signal
from airflow_dre.lineage.naming import name_dataset
from airflow_dre.privacy.masking import masked_line
from airflow_dre.services.asking import within
from airflow_dre.services.incidents.expiry import end_replaced_slas
from airflow_dre.sql.dialects import find_dialect
from airflow_dre.sql.names import split_table
from airflow_dre.sql.plan import plan
from airflow_dre.sql.scope import Scope
from airflow_dre.store.database import Transaction
from airflow_dre.store.incidents import record_signal
from airflow_dre.store.schema import ensure_embedded
from airflow_dre.store.slas import (
    SlaState,
    cause_of_sla,
    give_back_callback,
    save_sla_state,
    save_unknown,
    slas_of_monitor,
    take_callback,
    take_unknown_callback,
)
from airflow_dre.store.store import Store
from airflow_dre.values.dataset import DatasetName, short_name
from airflow_dre.values.instants import DURATION_ALLOWED, format_duration, read_duration, read_zone, to_instant, zone_allowed
from airflow_dre.values.scalars import Incomparable
from airflow_dre.values.text_limits import REASON

ANSWER_WITHIN = timedelta(seconds=60)
"""How long an answer may take, unless ``answer_within`` says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshnessQuestion:
    """Where the newest timestamp of a table is found, and how old it may be."""

    conn_id: str
    table: str
    column: str | None = None
    max_age: timedelta
    where: str | None = None
    expression: str | None = None
    """SQL about one row whose value is its timestamp, instead of a column."""
    time_zone: str | None = None
    """IANA name of the time zone of values without one; None: UTC."""
    future_tolerance: timedelta = FUTURE_TOLERANCE
    """How far ahead of now the newest timestamp may lie."""
    answer_within: timedelta = ANSWER_WITHIN
    """How long the whole of connecting and asking may take; the statement alone gets nine tenths of it."""

    @property
    def watched(self) -> str:
        """Connection and table, by which an SLA that points elsewhere is told."""
        return f"{self.conn_id}/{self.table}"

    @property
    def zone(self) -> ZoneInfo | None:
        """The time zone of values without one; None: UTC."""
        return None if self.time_zone is None else read_zone(self.time_zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """What was found."""

    dataset: DatasetName
    newest: datetime | None
    """The newest timestamp, in UTC."""
    judgement: Judgement

    @property
    def fresh(self) -> bool:
        """Whether the table is fresh enough."""
        return self.judgement.outcome is Outcome.PASSED

    def summary(self) -> dict[str, object]:
        """Return the small value that a sensor returns, the same in every mode."""
        return {
            "dataset": f"{self.dataset.namespace}/{self.dataset.name}",
            "newest": None if self.newest is None else self.newest.isoformat(),
            "fresh": self.fresh,
        }


@dataclass(frozen=True, slots=True)
class Located:
    """A warehouse and the table in it."""

    hook: Any
    table: tuple[str, ...]
    dataset: DatasetName


def locate(question: FreshnessQuestion) -> Located:
    """Return where a question is asked; most hooks know it without asking.

    :raises DefinitionError: the name of the table is not what it must be.
    :raises WarehouseUnreachable: the warehouse has to be asked for its default schema and does not answer.
    """
    from airflow.sdk import BaseHook

    table = split_table(question.table)
    connection = BaseHook.get_connection(question.conn_id)
    hook = connection.get_hook()
    return Located(hook, table, name_dataset(hook, connection, table))


def measure_freshness(question: FreshnessQuestion, now: datetime) -> Freshness:
    """Ask the warehouse for the newest timestamp and judge it, within ``answer_within`` of the question.

    :raises DefinitionError: table, row filter, column or expression are not what they must be.
    :raises WarehouseUnreachable: the warehouse does not answer, or not in time.
    :raises QueryFailed: it refused, for example because the column is missing.
    """
    return within(question.answer_within.total_seconds(), lambda: _measure(question, locate(question), now), _subject(question))


def ask_freshness(question: FreshnessQuestion, now: datetime) -> Freshness:
    """Do as :func:`measure_freshness`, and refuse an answer that has no age.

    :raises QueryFailed: the newest timestamp lies in the future, too.
    """
    return _with_age(question, measure_freshness(question, now))


def answer_freshness(question: FreshnessQuestion, now: datetime) -> Freshness:
    """Do as :func:`ask_freshness` in the present thread, whose caller keeps the limit."""
    return _with_age(question, _measure(question, locate(question), now))


def _subject(question: FreshnessQuestion) -> str:
    return f"connection {question.conn_id!r}, asked about {question.table},"


def _measure(question: FreshnessQuestion, located: Located, now: datetime) -> Freshness:
    scope = Scope(located.table, question.where or None, find_dialect(located.hook.conn_type))
    (statement,) = plan([newest_of(question.column, question.expression)], scope)
    described = f"column {question.column}" if question.expression is None else f"expression {question.expression}"
    try:
        with opened(located.hook, question.answer_within * 0.9) as warehouse:
            newest = warehouse.fetch_row(statement.sql)[0]
        judgement = judge_age(newest, now, question.max_age, tolerance=question.future_tolerance, zone=question.zone)
    except QueryFailed as refused:
        raise refused from None  # the driver's own message may quote a row, and a cause is logged whole
    except Incomparable as unlike:
        raise QueryFailed(masked_line(f"{described} of {question.table}: {unlike}", REASON)) from None  # it quotes the value
    return Freshness(dataset=located.dataset, newest=to_instant(newest, question.zone), judgement=judgement)


def _with_age(question: FreshnessQuestion, found: Freshness) -> Freshness:
    if found.judgement.outcome is Outcome.ERRORED:
        raise QueryFailed(f"{question.table}: {found.judgement.reason}")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """One look at an SLA."""

    missed: bool
    must_call_back: bool
    """Whether the caller is the one who calls back about this miss."""
    signal: Signal
    cause: DataCause
    changes: tuple[Change, ...] = ()
    """What became of its incident."""


def evaluate_sla(
    name: str, question: FreshnessQuestion, store: Store, origin: Origin, now: datetime, *, routes: tuple[str, ...] = ()
) -> Evaluation:
    """Look at an SLA, keep its state, and open or resolve its incident, all in one transaction.

    A miss is one occurrence from the moment it began until the table is fresh again, however often it is looked at.

    :param routes: routes that hear of every incident.
    :raises airflow_dre.errors.WarehouseError: the warehouse could not answer: the state stays as it was, see :func:`record_unknown`.
    :raises airflow_dre.errors.StoreError: the store is down: the next look finds the same.
    """
    found = ask_freshness(question, now)
    cause = _cause(name, found.dataset)
    state = SlaState(
        cause=cause,
        dag_id=origin.dag_id,
        task_id=origin.task_id,
        watched=question.watched,
        missed=not found.fresh,
        reason=found.judgement.reason,
        newest=found.newest,
        max_age_seconds=question.max_age.total_seconds(),
        evaluated_at=now,
    )
    ensure_embedded(store.database)
    with store.database.write() as connection:
        since = save_sla_state(store.database, connection, state)
        signal = _signal(cause, found, origin, since, now, question.max_age)
        told = replace(signal, routes=routes) if signal.event.firing else signal
        changes = tuple(record_signal(store.database, connection, told))
        must_call_back = state.missed and take_callback(connection, cause)
        end_replaced_slas(store.database, connection, cause, origin, now)
    return Evaluation(missed=state.missed, must_call_back=must_call_back, signal=signal, cause=cause, changes=changes)


def record_unknown(
    name: str,
    question: FreshnessQuestion,
    store: Store,
    origin: Origin,
    now: datetime,
    reason: str,
    *,
    unknown_after: int = 1,
    routes: tuple[str, ...] = (),
) -> Evaluation:
    """Keep that an SLA could not be looked at, and open its incident.

    :param reason: why, for a person.
    :param unknown_after: how many looks in a row must fail before the people of the SLA are called.
    :param routes: routes that hear of every incident, at the first look that fails.
    :raises airflow_dre.errors.StoreError: the store is down.
    """
    ensure_embedded(store.database)
    dataset, reason = _dataset_of(question), masked_line(reason, REASON)
    with store.database.write() as connection:
        cause = _cause(name, dataset) if dataset is not None else _last_cause(connection, name, question, origin)
        state = SlaState(
            cause=cause,
            dag_id=origin.dag_id,
            task_id=origin.task_id,
            watched=question.watched,
            missed=False,
            known=False,
            reason=f"cannot be looked at: {reason}",
            newest=None,
            max_age_seconds=question.max_age.total_seconds(),
            evaluated_at=now,
        )
        unknown = save_unknown(store.database, connection, state)
        signal = Signal(
            cause=cause,
            event=Event.SLA_UNKNOWN,
            at=now,
            title=f"{short_name(cause.name)} cannot be looked at by SLA {name}: {reason}",
            detail=f"it is not known how fresh it is since {unknown.since.isoformat()}; looks that failed: {unknown.looks}",
            origin=Origin(dag_id=origin.dag_id),
            occurrence_id=unknown.since.isoformat(),
        )
        changes = tuple(record_signal(store.database, connection, replace(signal, routes=routes)))
        must_call_back = take_unknown_callback(connection, cause, unknown_after)
        end_replaced_slas(store.database, connection, cause, origin, now)
    return Evaluation(missed=False, must_call_back=must_call_back, signal=signal, cause=cause, changes=changes)


NAMING_SECONDS = 10.0
"""How long finding the name of a dataset may take where its warehouse does not answer."""


def _dataset_of(question: FreshnessQuestion) -> DatasetName | None:
    """Return the dataset that a question is about, as far as its connection tells it without an answer of the warehouse."""
    try:
        return within(NAMING_SECONDS, lambda: locate(question).dataset, _subject(question))
    except Exception:  # the connection may be missing, its provider too, or its hook may have to ask
        return None


def _last_cause(connection: Transaction, name: str, question: FreshnessQuestion, origin: Origin) -> DataCause:
    """Return the cause that an SLA had when it could be named, or one that names its connection."""
    for row in slas_of_monitor(connection, origin.dag_id):
        if row.sla == name and row.watched in (question.watched, None):
            return cause_of_sla(row)
    return _cause(name, DatasetName(f"connection://{question.conn_id}", question.table))


def _cause(name: str, dataset: DatasetName) -> DataCause:
    return DataCause(namespace=dataset.namespace, name=dataset.name, suite=name, promise=Promise.SLA)


def forget_callback(cause: DataCause, store: Store) -> None:
    """Let the next look call back, because this one could not."""
    with store.database.write() as connection:
        give_back_callback(connection, cause)


def _signal(cause: DataCause, found: Freshness, origin: Origin, since: datetime, now: datetime, max_age: timedelta) -> Signal:
    table = short_name(cause.name)
    if found.fresh:
        title = f"{table} is fresh again: {found.judgement.reason}"
        return Signal(
            cause=cause, event=Event.FRESH, at=now, title=title, origin=Origin(dag_id=origin.dag_id), occurrence_id=since.isoformat()
        )
    return Signal(
        cause=cause,
        event=Event.STALE,
        at=now,
        title=f"{table} is stale: {found.judgement.reason}, SLA {cause.suite} allows {format_duration(max_age)}",
        detail=f"missed since {since.isoformat()}",
        origin=Origin(dag_id=origin.dag_id),
        occurrence_id=since.isoformat(),
    )


def read_question(subject: str, given: Mapping[str, object]) -> FreshnessQuestion:
    """Read the arguments of a sensor or SLA.

    :raises DefinitionError: lists every argument that is not what it must be.
    """
    given = {name: None if value is REQUIRED else value for name, value in given.items()}
    problems = [
        Problem(subject, name, given.get(name), "text that is not empty") for name in ("conn_id", "table") if not _is_text(given.get(name))
    ]
    column, expression = given.get("column"), given.get("expression")
    if expression is None and not _is_text(column):
        problems.append(Problem(subject, "column", column, "text that is not empty"))
    elif expression is not None and not _is_text(expression):
        problems.append(Problem(subject, "expression", expression, "a SQL expression about one row"))
    elif expression is not None and column is not None:
        problems.append(Problem(subject, "expression", expression, "either column or expression"))
    problems += find_name_problems(subject, {"conn_id": given.get("conn_id"), "column": column})
    problems += find_name_problems(subject, {"table": given.get("table")}, LONGEST_DATASET)
    problems += find_name_problems(subject, {"where": given.get("where"), "expression": expression}, LONGEST_SQL)
    max_age = read_duration(given.get("max_age"))
    where, zone = given.get("where"), given.get("time_zone")
    if max_age is None:
        problems.append(Problem(subject, "max_age", given.get("max_age"), DURATION_ALLOWED))
    if where is not None and not isinstance(where, str):
        problems.append(Problem(subject, "where", where, "a SQL condition"))
    if zone is not None and read_zone(zone) is None:
        problems.append(Problem(subject, "time_zone", zone, zone_allowed(zone)))
    tolerance = FUTURE_TOLERANCE if given.get("future_tolerance") is None else read_duration(given["future_tolerance"])
    if tolerance is None:
        problems.append(Problem(subject, "future_tolerance", given["future_tolerance"], DURATION_ALLOWED))
    answer_within = ANSWER_WITHIN if given.get("answer_within") is None else read_duration(given["answer_within"])
    if answer_within is None:
        problems.append(Problem(subject, "answer_within", given["answer_within"], DURATION_ALLOWED))
    if problems or max_age is None or tolerance is None or answer_within is None:
        raise DefinitionError(problems)
    return FreshnessQuestion(
        conn_id=str(given["conn_id"]),
        table=str(given["table"]),
        column=None if column is None else str(column),
        max_age=max_age,
        where=str(where) if where else None,
        expression=None if expression is None else str(expression),
        time_zone=None if zone is None else str(zone),
        future_tolerance=tolerance,
        answer_within=answer_within,
    )


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
