"""Promises about data and Dags: how fresh a table must be, and when a run must be done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, time, timedelta
from typing import TYPE_CHECKING, Any

from airflow_dre.deadline import dag_deadline as dag_deadline
from airflow_dre.deadline import from_sla_miss_callback as from_sla_miss_callback
from airflow_dre.deadline import task_deadline as task_deadline
from airflow_dre.declaring.functions import REQUIRED, strict
from airflow_dre.declaring.made import remember_made
from airflow_dre.declaring.slips import find_callback_problems

if TYPE_CHECKING:
    from os import PathLike

    from airflow.sdk import DAG, Asset

    from airflow_dre.errors import Problem
    from airflow_dre.services.slo.authored import AuthoredSla
    from airflow_dre.services.slo.question import FreshnessQuestion
    from airflow_dre.services.slo.targets import Target
    from airflow_dre.slo.promise import FreshnessPromise

    Callback = Callable[[Any], Any]


class FreshnessSLA:
    """A promise about the newest value of a table or file, or the newest event of an asset or a Dag, whether or not a Dag runs.

    Pass it to :func:`airflow_dre.monitor.reliability_monitor`, which evaluates it on a schedule of its own. A miss opens an incident and
    calls ``on_miss`` once. When the promise is kept again, the incident is resolved and ``on_recover`` is called once.

    *What:* ``table`` with ``column``, ``expression``, ``partition`` or ``metadata``, or ``file``, ``asset`` or ``dag``. *By when:*
    ``max_age``, ``due`` or both. With ``max_age`` alone the newest value must never be older. With ``due`` something new must be there at
    each due moment: at most ``max_age`` old, or without it not older than the day or period that is due.

    :param name: unique among the SLAs of a monitor, for example ``"flights hourly"``.
    :param conn_id: connection of the warehouse.
    :param table: the table, ``[[catalog.]schema.]table``.
    :param column: its timestamp column.
    :param max_age: how old the newest value may be, for example ``"6h"`` or a timedelta. On days that do not count nothing gets older.
    :param where: a SQL condition: only rows that meet it count.
    :param expression: SQL about one row whose value is its timestamp, for example ``"to_timestamp(epoch)"``.
    :param time_zone: IANA name of a time zone, by default UTC: that of values without one, and of due moments and days.
    :param future_tolerance: how far ahead of now the newest value may lie, by default 5 minutes. Beyond it the age is not known.
    :param on_miss: callbacks that take a context, for example ``[open_incident(severity="high", routes=["oncall"])]``.
    :param on_unknown: callbacks for an SLA that cannot be evaluated; by default those of ``on_miss`` that :func:`open_incident` made.
    :param unknown_after: how many looks in a row must fail before ``on_unknown`` is called, by default 1.
    :param partition: the column that partitions the table: its largest value names the newest partition.
    :param metadata: ``True``: the last change of the table that the database keeps, or a SELECT of that moment.
    :param file: a path, a pattern or a URL: the newest modification counts.
    :param asset: an asset, or its URI or name: its last event counts.
    :param dag: a Dag or its id: the end of its last successful run counts.
    :param due: a time of day such as ``"08:00"`` or a list of them, a cron expression such as ``"0 8 * * 1-5"``, or a time after each hour,
        day, week, month, quarter or year such as ``"3h after day"``.
    :param days: the days that count, by default every day: ``"weekdays"``, ``"month_ends"``, ``"working_days:DE"``, ``"market_days:XNYS"``,
        dates, or a list of such.
    :param except_days: days that do not count, spelled alike.
    :param due_time_zone: IANA name of the time zone of ``due`` and ``days``, where values without one are in another.
    :param warn_before: how long before a miss ``on_warn`` is called, for example ``"30m"``.
    :param grace: how late it may be before it counts as missed, by default not at all.
    :param repeat_every: how often ``on_miss`` is called again while a miss lasts, by default never.
    :param on_warn: callbacks for a promise that is missed soon. They need ``warn_before``.
    :param on_recover: callbacks for the end of a miss.
    :raises airflow_dre.errors.DefinitionError: lists every argument that is not what it must be.
    """

    @strict
    def __init__(
        self,
        name: str = REQUIRED,
        *,
        conn_id: str | None = None,
        table: str | None = None,
        column: str | None = None,
        max_age: str | timedelta | None = None,
        where: str | None = None,
        expression: str | None = None,
        time_zone: str | None = None,
        future_tolerance: str | timedelta | None = None,
        on_miss: Callback | Iterable[Callback] = (),
        on_unknown: Callback | Iterable[Callback] | None = None,
        unknown_after: int = 1,
        partition: str | None = None,
        metadata: bool | str | None = None,
        file: str | PathLike[str] | None = None,
        asset: str | Asset | None = None,
        dag: str | DAG | None = None,
        due: str | time | Sequence[str | time] | None = None,
        days: str | date | Iterable[str | date] | None = None,
        except_days: str | date | Iterable[str | date] | None = None,
        due_time_zone: str | None = None,
        warn_before: str | timedelta | None = None,
        grace: str | timedelta | None = None,
        repeat_every: str | timedelta | None = None,
        on_warn: Callback | Iterable[Callback] = (),
        on_recover: Callback | Iterable[Callback] = (),
    ) -> None:
        given: dict[str, Any] = {argument: value for argument, value in locals().items() if argument != "self"}
        from airflow_dre.errors import DefinitionError
        from airflow_dre.services.slo.declared_sla import CALLBACKS, read_declared_sla

        given["name"] = "" if name is REQUIRED else name
        subject = f"FreshnessSLA {given['name']}"
        calls: dict[str, tuple[Callback, ...]] = {}
        problems: list[Problem] = []
        for argument in CALLBACKS:
            calls[argument], wrong = _read_callbacks(subject, argument, given[argument])
            problems += wrong
        problems += _find_warning_problems(subject, calls["on_warn"], warn_before)
        try:
            self.declared = read_declared_sla({**given, **_incidents_of(calls, given)})
        except DefinitionError as error:
            raise DefinitionError([*problems, *error.problems]) from None
        if problems:
            raise DefinitionError(problems)
        opening = tuple(call for call in calls["on_miss"] if hasattr(call, "notify_options"))
        self.on_warn: Sequence[Callback] = calls["on_warn"]
        self.on_miss: Sequence[Callback] = calls["on_miss"]
        self.on_recover: Sequence[Callback] = calls["on_recover"]
        self.on_unknown: Sequence[Callback] = opening if on_unknown is None else calls["on_unknown"]
        remember_made(self)

    def watched(self) -> AuthoredSla:
        """Return the SLA as a monitor watches it."""
        from airflow_dre.services.slo.authored import AuthoredSla, Occasion

        callbacks: dict[Occasion, Sequence[Callback]] = {
            "warn": self.on_warn,
            "miss": self.on_miss,
            "recover": self.on_recover,
            "unknown": self.on_unknown,
        }
        return AuthoredSla(declared=self.declared, callbacks=callbacks)

    @property
    def name(self) -> str:
        """Its name."""
        return self.declared.name

    @property
    def target(self) -> Target:
        """The table, file, asset or Dag that it watches."""
        return self.declared.target

    @property
    def promise(self) -> FreshnessPromise:
        """The promise about its newest value."""
        return self.declared.promise

    @property
    def unknown_after(self) -> int:
        """The number of looks in a row that must fail before ``on_unknown`` is called."""
        return self.declared.unknown_after

    @property
    def question(self) -> FreshnessQuestion | None:
        """The question how old the newest value of a table is. None where the SLA watches something else, or has no ``max_age``."""
        from airflow_dre.services.slo.question import FreshnessQuestion
        from airflow_dre.services.slo.targets import TableTarget

        target, max_age = self.target, self.promise.max_age
        if not isinstance(target, TableTarget) or max_age is None:
            return None
        return FreshnessQuestion(
            conn_id=target.conn_id,
            table=target.table,
            column=target.column,
            max_age=max_age,
            where=target.where,
            expression=target.expression,
            time_zone=target.time_zone,
            future_tolerance=self.declared.future_tolerance,
        )

    def hold_task(self, dag: DAG, task_id: str) -> None:
        """Leave the task as it is: the monitor evaluates the SLA of an operator as any other of its Dag file."""

    def __repr__(self) -> str:
        shown = {name: value for name, value in self.declared.arguments.items() if name in ("table", "file", "asset", "dag", "due", "days")}
        if self.promise.max_age is not None:
            shown["max_age"] = self.promise.max_age
        return f"FreshnessSLA({', '.join([repr(self.name), *(f'{name}={value!r}' for name, value in shown.items())])})"


def _find_warning_problems(subject: str, on_warn: Sequence[Callback], warn_before: object) -> list[Problem]:
    """Return what is wrong with callbacks that would never be called. Those that open an incident are checked with the other arguments."""
    from airflow_dre.errors import Problem

    foreign = [call for call in on_warn if not hasattr(call, "notify_options")]
    return [Problem(subject, "on_warn", foreign[0], "no on_warn without warn_before")] if foreign and warn_before is None else []


def _incidents_of(calls: dict[str, tuple[Callback, ...]], given: dict[str, Any]) -> dict[str, object]:
    """Return the callbacks that open an incident as data."""
    from airflow_dre.services.slo.declared_sla import notice_arguments

    found = {name: [notice_arguments(call.notify_options) for call in of if hasattr(call, "notify_options")] for name, of in calls.items()}
    return {name: None if given[name] is None or (name != "on_unknown" and not several) else several for name, several in found.items()}


def _read_callbacks(subject: str, argument: str, given: Any) -> tuple[tuple[Callable[[Any], Any], ...], list[Problem]]:
    """Return the callbacks of an SLA, given as one or as any iterable, and what is wrong with them."""
    if given is None or callable(given) or isinstance(given, str) or not isinstance(given, Iterable):
        calls: list[Any] = [] if given is None else [given]
    else:
        calls = list(given)
    return tuple(calls), find_callback_problems(subject, argument, calls)
