"""The sensor that waits until a table, a file or an asset is fresh."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator, BaseSensorOperator
from airflow.sdk.bases.sensor import PokeReturnValue
from airflow.sdk.configuration import conf
from airflow.sdk.exceptions import (
    AirflowFailException,
    AirflowSensorTimeout,
    AirflowSkipException,
    AirflowTaskTimeout,
    TaskDeferralError,
    TaskDeferralTimeout,
)

from airflow_dre.declaring.functions import REQUIRED
from airflow_dre.declaring.operators import DeclaredOperator
from airflow_dre.errors import DefinitionError, Problem
from airflow_dre.triggers.failures import FINAL

if TYPE_CHECKING:
    from os import PathLike

    from airflow.sdk import Asset, Context

    from airflow_dre.incidents.notify_options import NotifyOptions
    from airflow_dre.services.slo.freshness import Freshness
    from airflow_dre.services.slo.wait import FreshnessWait
    from airflow_dre.values.dataset import DatasetName


_TARGET = ("conn_id", "table", "column", "expression", "partition", "metadata", "file", "asset")
"""The arguments that name the target and may be templates."""


class FreshnessSensor(DeclaredOperator, BaseSensorOperator):
    """Wait until the newest value of a table, a file or an asset is at most ``max_age`` old.

    Set ``table`` with one of ``column``, ``expression``, ``partition`` and ``metadata``, or ``file``, or ``asset``.

    ``mode="poke"``, ``mode="reschedule"`` and ``deferrable=True`` have the same outcome and the same return value: the dataset, its newest
    timestamp and that it is fresh. A table without any timestamp is not fresh. ``soft_fail`` skips the task if the wait runs out of time,
    ``silent_fail`` continues after an error, and ``never_fail`` skips the task in both cases, in every mode.

    :param conn_id: connection of the warehouse, for a table. (templated)
    :param table: the table, ``[[catalog.]schema.]table``. (templated)
    :param column: its timestamp column. (templated)
    :param partition: instead of ``column``: the column that partitions the table, of dates, timestamps, or texts or whole numbers such as
        ``2026-01-31``, ``20260131`` and ``2026013107``. The beginning of the newest partition counts. (templated)
    :param metadata: instead of ``column``: True for the moment of the last change that the database keeps (BigQuery and Snowflake keep
        one), or a SELECT of that moment, for example from a table of loads. (templated)
    :param file: instead of a table: a path, a pattern such as ``/data/orders/*.csv``, or a URL that ``ObjectStoragePath`` takes. The
        modification time of the newest file counts. (templated)
    :param asset: instead of a table: an ``Asset``, its URI or its name. Its last event counts, as far as it was recorded. (templated)
    :param max_age: allowed age of the newest value, as a duration such as ``"6h"``, or a timedelta. (templated)
    :param where: a SQL condition. Only rows that meet it count. The default is all rows. (templated)
    :param expression: instead of ``column``: SQL about one row whose value is its timestamp. (templated)
    :param time_zone: IANA name of the time zone of values of a table without one, for example ``"Asia/Tokyo"``. The default is UTC.
    :param future_tolerance: longest time by which the newest value may be ahead of now, as a duration or a timedelta. Beyond it the age is
        unknown, which is an error. The default is 5 minutes.
    :param answer_within: longest time for one answer, connecting included, as a duration or a timedelta. The default is 5 minutes.
    :param reconnect_for: longest time for which a lost connection is tried again before it is an error, as a duration or a timedelta, and
        never longer than ``timeout``. None: it is an error at once. The default is 2 minutes.
    :param routes: names of routes of ``[dre] routes`` that are notified if the wait runs out of time. Default: none.
    :param incident_severity: severity of that incident: ``low``, ``medium``, ``high`` or ``critical``. The default is the highest of the
        callbacks ``open_incident(...)`` of the task and its Dag, or ``medium`` without one.
    :param notify_on: ``"failed"`` (default) opens an incident of the dataset if the wait runs out of time, ``"never"`` does not.
    :param deferrable: wait in the triggerer instead of in a worker. The default is ``[operators] default_deferrable``.
    :raises airflow_dre.errors.DefinitionError: an argument is invalid. The error lists all of them.
    """

    template_fields: Sequence[str] = (
        "conn_id",
        "table",
        "column",
        "max_age",
        "where",
        "expression",
        "partition",
        "metadata",
        "file",
        "asset",
    )
    ui_color = "#e0ecf8"

    def __init__(
        self,
        *,
        conn_id: str | None = None,
        table: str | None = None,
        column: str | None = None,
        max_age: str | timedelta = REQUIRED,
        where: str | None = None,
        expression: str | None = None,
        partition: str | None = None,
        metadata: str | bool | None = None,
        file: str | PathLike[str] | None = None,
        asset: Asset | str | None = None,
        time_zone: str | None = None,
        future_tolerance: str | timedelta | None = None,
        answer_within: str | timedelta = timedelta(minutes=5),
        reconnect_for: str | timedelta | None = timedelta(minutes=2),
        routes: str | Iterable[str] = (),
        incident_severity: str | None = None,
        notify_on: str = "failed",
        deferrable: bool | None = None,
        **kwargs: Any,
    ) -> None:
        from airflow_dre.services.slo.targets import plain_argument

        super().__init__(**kwargs)
        self.conn_id = conn_id
        self.table = table
        self.column = column
        self.max_age = max_age
        self.where = where
        self.expression = expression
        self.partition = partition
        self.metadata = metadata
        self.file = plain_argument("file", file)
        self.asset = plain_argument("asset", asset)
        self.time_zone = time_zone
        self.future_tolerance = future_tolerance
        self.answer_within = answer_within
        self.reconnect_for = reconnect_for
        listed = isinstance(routes, Iterable) and not isinstance(routes, (str, Mapping))
        self.routes = (routes,) if isinstance(routes, str) else tuple(routes) if listed else routes
        self.incident_severity = incident_severity
        self.notify_on = notify_on
        self.deferrable = conf.getboolean("operators", "default_deferrable", fallback=False) if deferrable is None else deferrable
        self._dataset: DatasetName | None = None
        self._last = "it was not asked yet"
        self._ended: BaseException | None = None
        """The exception that ended the wait after an error."""
        self._refuse_mistakes()

    def _refuse_mistakes(self) -> None:
        """Refuse invalid arguments. Values of a template or of another task are read when the task runs."""
        from airflow_dre.declaring.slips import find_kind_problems
        from airflow_dre.incidents.notify_options import find_notify_problems
        from airflow_dre.values.instants import DURATION_ALLOWED, read_duration

        given = [getattr(self, name) for name in (*_TARGET, "max_age")]
        problems: list[Problem] = []
        if self.max_age is REQUIRED or not any(map(_is_later, given)):
            try:
                self._wait()
            except DefinitionError as error:
                problems = [problem for problem in error.problems if not _is_later(problem.value)]
        if self.reconnect_for is not None and read_duration(self.reconnect_for) is None:
            problems.append(Problem(self._subject, "reconnect_for", self.reconnect_for, f"{DURATION_ALLOWED}, or None"))
        problems += find_kind_problems(self._subject, {}, {"deferrable": self.deferrable})
        problems += find_notify_problems(self._subject, routes=self.routes, severity=self.incident_severity, notify_on=self.notify_on)
        self.refuse(problems)

    def poke(self, context: Context) -> PokeReturnValue:
        """Query once. An error ends the wait unless ``silent_fail`` is set."""
        try:
            found = self._ask(self._reconnect_seconds())
        except (Exception, AirflowTaskTimeout) as error:
            self._settle(error)
            return PokeReturnValue(is_done=False)
        self.log.info("%s: %s", self._shown, found.judgement.reason)
        return PokeReturnValue(is_done=found.fresh, xcom_value=found.summary())

    def execute(self, context: Context) -> Any:
        """Wait in the worker, or hand over to the triggerer unless the table is fresh already."""
        try:
            value = self._defer_unless_fresh(context) if self.deferrable else super().execute(context)
        except (AirflowSensorTimeout, AirflowSkipException) as ended:
            if ended is self._ended:
                raise
            raise self._out_of_time(context) from None
        self._recovered(context)
        return value

    def execute_complete(self, context: Context, event: dict[str, Any]) -> dict[str, object]:
        """Take what the trigger found.

        :raises Exception: what the trigger met when it asked, unless ``silent_fail`` or ``never_fail`` is set.
        """
        if "over" in event:
            return self._last_look(context)
        if "error" in event:
            from airflow_dre.triggers.failures import read_error

            self._settle(read_error(event))
            self._defer(self._remaining(context))
        summary: dict[str, object] = event["summary"]
        if "dataset" in event:  # a trigger of an earlier version does not say it
            from airflow_dre.values.dataset import DatasetName

            self._dataset, self._last = DatasetName(*event["dataset"]), event["reason"]
            self._recovered(context)
        return summary

    def resume_execution(self, next_method: str, next_kwargs: dict[str, Any] | None, context: Context) -> Any:
        """Go on where the triggerer ended: ask a last time where the time is over, and settle an error of the triggerer as any other."""
        try:
            return BaseOperator.resume_execution(self, next_method, next_kwargs, context)
        except TaskDeferralTimeout:
            return self._last_look(context)
        except TaskDeferralError as error:
            self._settle(error)
        return self._defer(self._remaining(context))

    def _defer_unless_fresh(self, context: Context) -> Any:
        asked = self.poke(context)
        return asked.xcom_value if asked.is_done else self._defer(timedelta(seconds=self.timeout))

    def _defer(self, timeout: timedelta) -> Any:
        from airflow_dre.services.slo.wait import wait_arguments
        from airflow_dre.triggers.freshness import FreshnessTrigger

        interval = float(self.poke_interval)
        try:
            wait = self._wait()
        except DefinitionError as error:  # silent_fail: every query ends so, until the time is over
            waiting: dict[str, Any] = {"silent_fail": True, "unreadable": str(error), "wait_seconds": timeout.total_seconds()}
            trigger = FreshnessTrigger(self.conn_id or "", self.table or self._shown, self.column, 0.0, None, interval, **waiting)
            return self.defer(trigger=trigger, method_name="execute_complete", timeout=timeout)
        trigger = FreshnessTrigger(
            **wait_arguments(wait),
            poke_interval=interval,
            silent_fail=self.silent_fail,
            reconnect_seconds=self._reconnect_seconds(),
            wait_seconds=timeout.total_seconds(),
        )
        return self.defer(trigger=trigger, method_name="execute_complete", timeout=timeout)

    def _remaining(self, context: Context) -> timedelta:
        """Return the time that is left to wait. A task that was deferred keeps its start."""
        started = getattr(context.get("ti"), "start_date", None)
        passed = timedelta(0) if started is None else datetime.now(UTC) - started
        return max(timedelta(seconds=self.timeout) - passed, timedelta(seconds=1))

    def _last_look(self, context: Context) -> dict[str, object]:
        """Query once more when the time is over, because another row may have arrived, and the failure names the newest."""
        try:
            found = self._ask(0.0)
        except (Exception, AirflowTaskTimeout) as error:
            self._settle(error)
        else:
            if found.fresh:
                self._recovered(context)
                return found.summary()
        raise self._out_of_time(context)

    def _settle(self, error: BaseException) -> None:
        """End the wait over an error, or return where it goes on: what the flags of Airflow's sensors mean in every mode.

        :raises AirflowSkipException: ``never_fail`` is set, or ``soft_fail`` and the error is one of a time that is over.
        """
        over = isinstance(error, (AirflowSensorTimeout, AirflowTaskTimeout, AirflowFailException))
        skipped = isinstance(error, AirflowSkipException)
        if self.silent_fail and not isinstance(error, FINAL):
            from airflow_dre.services.slo.answers import reason_of

            reason = reason_of(error)
            self._last = f"it could not be asked: {reason}"
            self.log.error("%s: %s", self._shown, reason)
            return
        flag = None if skipped else "soft_fail" if over and self.soft_fail else "never_fail" if self.never_fail else None
        if flag is None:
            self._ended = error
            raise error
        self._ended = AirflowSkipException(f"Skipping due to {flag} is set to True.")
        raise self._ended from error

    def _out_of_time(self, context: Context) -> Exception:
        """Return what a wait that ran out of time ends with, and record that the dataset is stale unless the task is skipped."""
        reason = self._overdue()
        if self.soft_fail or self.never_fail:
            return AirflowSkipException(f"{reason}. Skipping due to {'soft_fail' if self.soft_fail else 'never_fail'} is set to True.")
        if self._dataset is not None:
            from airflow_dre.services.slo.waits import record_stale

            record_stale(self._dataset, self._suite, reason, context, self._notify_options())
        return AirflowSensorTimeout(reason)

    def _overdue(self) -> str:
        """Return a text with the age of the newest row and the allowed age."""
        from airflow_dre.values.instants import format_duration, read_duration

        age = read_duration(self.max_age)
        allowed = "" if age is None else f", at most {format_duration(age)} is allowed"
        waited = format_duration(timedelta(seconds=self.timeout)) if self.timeout >= 1 else f"{self.timeout:g} s"
        return f"{self._shown} is stale: {self._last}{allowed}; waited {waited} for it to become fresh"

    def _recovered(self, context: Context) -> None:
        """Record that the dataset is fresh, if this try has queried it."""
        if self._dataset is not None:
            from airflow_dre.services.slo.waits import record_fresh

            record_fresh(self._dataset, self._suite, f"{self._shown} is fresh again: {self._last}", context)

    @property
    def _suite(self) -> str:
        return f"{self.dag_id}.{self.task_id}"

    def _notify_options(self) -> NotifyOptions:
        from airflow_dre.incidents.notify_options import options_of_callbacks, read_notify_options

        own = read_notify_options(self._subject, routes=self.routes, severity=self.incident_severity, notify_on=self.notify_on)
        return own.joined_with(options_of_callbacks(*self.failure_callbacks))

    def _ask(self, reconnect_seconds: float) -> Freshness:
        """Query, and try a lost connection again for some seconds.

        :raises Exception: any error of the query.
        """
        from airflow_dre.clock import now
        from airflow_dre.services.asking import ask_again
        from airflow_dre.services.slo.rounds import ask_once

        wait = self._wait()
        found = ask_again(lambda: ask_once(wait, now()), reconnect_seconds)
        self._dataset, self._last = found.dataset, str(found.judgement.reason)
        return found

    def _reconnect_seconds(self) -> float:
        from airflow_dre.values.instants import read_duration

        budget = read_duration(self.reconnect_for)
        return 0.0 if budget is None else min(budget.total_seconds(), float(self.timeout))

    @property
    def _subject(self) -> str:
        return f"FreshnessSensor {self.task_id}"

    @property
    def _shown(self) -> str:
        """The name of the target in messages."""
        return str(self.table or self.file or f"asset {self.asset}")

    def _wait(self) -> FreshnessWait:
        from airflow_dre.services.slo.wait import read_wait

        names = (*_TARGET, "max_age", "where", "time_zone", "future_tolerance", "answer_within")
        return read_wait(self._subject, {name: getattr(self, name) for name in names})


def _is_later(value: object) -> bool:
    """Return whether a value is known only when the task runs."""
    return "{{" in str(value) or hasattr(value, "resolve")
