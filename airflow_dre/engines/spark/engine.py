"""Statements to Spark through a session, classic or Connect. They run there, and only their rows come back."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, timedelta
from typing import Any, TypeVar
from uuid import uuid4

from airflow_dre.engines.callers import Caller, CallFailed
from airflow_dre.engines.spark.errors import explained, is_refused, suppress_spark_output
from airflow_dre.engines.spark.session import speaks_connect
from airflow_dre.errors import QueryFailed, StatementTimeout, WarehouseError, WarehouseUnreachable
from airflow_dre.sql.dialect import Dialect
from airflow_dre.sql.dialects import find_dialect
from airflow_dre.values.instants import format_duration
from airflow_dre.values.scalars import Row

SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",  # otherwise a sum that is too large wraps around without a word
    "spark.sql.timestampType": "TIMESTAMP_LTZ",
    "spark.sql.parser.escapedStringLiterals": "false",  # or a backslash in a text would be another one
}
"""Settings of a session while it answers statements."""
_ADAPTIVE = "spark.sql.adaptive.enabled"
_EXCHANGE = re.compile(r"^[^\w(\n]*+(?:\(\d+\) )?(\w*Exchange \w+)", re.MULTILINE)
_AGAIN = 0.5
"""Seconds between attempts to cancel a statement."""
_ATTEMPTS = 7_200
"""Attempts to cancel a statement before it is left to Spark: an hour of them."""
R = TypeVar("R")


class SparkEngine:
    """A Spark session that answers statements. :meth:`close` restores its settings."""

    def __init__(self, session: Any, timeout: timedelta | None = None) -> None:
        self.dialect: Dialect = find_dialect("spark")
        self.queries = 0
        """Number of statements so far."""
        self._session = session
        self._timeout = timeout
        self._before: dict[str, str] = {}
        self._is_open = False
        self._caller = Caller()

    @property
    def name(self) -> str:
        """The engine, for the provenance of a result."""
        return self.dialect.name

    def fetch_rows(self, sql: str, most: int) -> Sequence[Row]:
        """Return the first ``most`` rows of a statement, or for ``DESCRIBE`` the names and types of the columns.

        :raises QueryFailed: Spark refused the statement.
        :raises StatementTimeout: it took longer than it may.
        :raises WarehouseUnreachable: the session is stopped or does not answer.
        """
        self.queries += 1
        statement = _Statement(self._session, self._timeout)
        work = _with_properties(self._session, lambda: self._fetch(statement, sql, most))
        try:
            with suppress_spark_output():
                return self._caller.run(work, statement.cancel)
        except CallFailed as failed:
            raise self._explained(failed.error, statement) from failed.error

    def _fetch(self, statement: _Statement, sql: str, most: int) -> Sequence[Row]:
        """Return rows, in the thread of the caller.

        A connection on which a signal handler raised would return the rows of this statement for the next one.
        """
        self._open()
        with statement.tagged():
            return self._execute(sql, most)

    def _explained(self, error: Exception, statement: _Statement) -> WarehouseError:
        """Return an exception as one of ours, since pyspark, py4j and grpc have exceptions of their own."""
        if isinstance(error, WarehouseError):
            return error
        reason = explained(error)
        if statement.is_over and self._timeout is not None:
            return StatementTimeout(f"ended after {format_duration(self._timeout)}, the statement timeout: {reason}")
        if not is_refused(error) and not self._answers():
            return WarehouseUnreachable(f"the Spark session is stopped or does not answer: {reason}")
        return QueryFailed(reason)

    def close(self) -> None:
        """Restore the settings of the session."""
        with suppress_spark_output():
            self._caller.end(self._restore)
        self._before, self._is_open = {}, False

    def _restore(self) -> None:
        with contextlib.suppress(Exception):
            for setting, value in self._before.items():
                self._session.conf.set(setting, value)

    def _open(self) -> None:
        if not self._is_open:
            for setting, value in SETTINGS.items():
                self._set(setting, value)
            self._is_open = True

    def _set(self, setting: str, value: str) -> None:
        before = self._session.conf.get(setting)
        if before != value:
            self._session.conf.set(setting, value)
            self._before.setdefault(setting, before)

    def _execute(self, sql: str, most: int) -> Sequence[Row]:
        if sql.startswith("DESCRIBE "):
            return _columns(self._session.sql(sql).collect())
        if most == 1 and self._session.conf.get(_ADAPTIVE) == "true":
            rows = self._gathered(sql)
            if rows is not None:
                return rows
        return _collected(self._session.sql(sql).limit(most))

    def _gathered(self, sql: str) -> Sequence[Row] | None:
        """Return the row of a statement that gathers one row from a single scan, by one Spark job, or None for any other statement.

        Adaptive execution would make two jobs of it, to plan the second by the result of the first. Here nothing is left to plan.
        """
        self._session.conf.set(_ADAPTIVE, "false")
        try:
            frame = self._session.sql(sql).limit(1)
            return _collected(frame) if self._only_gathers(frame, sql) else None
        finally:
            self._session.conf.set(_ADAPTIVE, "true")

    def _only_gathers(self, frame: Any, sql: str) -> bool:
        """Return whether rows are exchanged only to be gathered for the last aggregate."""
        if speaks_connect(self._session):
            plan = str(self._session.sql(f"EXPLAIN {sql}").collect()[0][0])
        else:  # this plan is then run, and is made only once
            plan = frame._jdf.queryExecution().executedPlan().toString()
        return _EXCHANGE.findall(plan) == ["Exchange SinglePartition"]

    def _answers(self) -> bool:
        """Return whether the session answers, since the layers below do not agree on the exception for one that is gone."""
        try:
            with suppress_spark_output():
                self._caller.run(lambda: self._session.sql("SELECT 1").collect(), lambda: None)
        except CallFailed:
            return False
        return True


class _Statement:
    """A running statement, with the tag by which Spark cancels it."""

    def __init__(self, session: Any, timeout: timedelta | None) -> None:
        self.is_over = False
        """True if it took longer than it may."""
        self._tag, self._timeout, self._done = f"airflow-dre-{uuid4().hex}", timeout, threading.Event()
        if speaks_connect(session):
            self._add, self._remove, self._cancel = session.addTag, session.removeTag, session.interruptTag
        else:  # a tag of a classic session is known to its own thread only, one of its context to all
            context = session.sparkContext
            self._add, self._remove, self._cancel = context.addJobTag, context.removeJobTag, context.cancelJobsWithTag

    def cancel(self) -> None:
        """Cancel the statement until it has ended. It cannot be cancelled before Spark has planned it."""
        for _ in range(_ATTEMPTS):
            with contextlib.suppress(Exception):  # if the session is gone, the statement itself fails
                self._cancel(self._tag)
            if self._done.wait(_AGAIN):
                return

    @contextlib.contextmanager
    def tagged(self) -> Iterator[None]:
        """Tag the statement that this thread runs, and cancel it when its time is up."""
        self._add(self._tag)
        watcher = threading.Thread(target=self._watch, daemon=True, name=self._tag)
        if self._timeout is not None:
            watcher.start()
        try:
            yield
        finally:
            self._done.set()
            if self._timeout is not None:
                watcher.join(timeout=5)
            with contextlib.suppress(Exception):
                self._remove(self._tag)

    def _watch(self) -> None:
        if self._timeout is not None and not self._done.wait(self._timeout.total_seconds()):
            self.is_over = True
            self.cancel()


def _with_properties(session: Any, work: Callable[[], R]) -> Callable[[], R]:
    """Return work that runs in another thread with the local properties of this one, such as a pool of the scheduler."""
    if speaks_connect(session):
        return work
    from pyspark import inheritable_thread_target

    wrapped: Callable[[], R] = inheritable_thread_target(work)
    return wrapped


def _columns(described: Sequence[Any]) -> Sequence[Row]:
    """Return names and types from the rows of DESCRIBE, without the partitions, which follow below a heading without a type."""
    found: list[Row] = []
    for name, kind, *_ in described:
        if not kind:
            break
        found.append((str(name), str(kind)))
    return found


def _collected(frame: Any) -> Sequence[Row]:
    """Return the rows of a frame.

    Moments are fetched as what a clock shows in UTC. Spark would otherwise return them in the time zone of the machine.
    """
    moments = [place for place, field in enumerate(frame.schema.fields) if field.dataType.typeName() == "timestamp"]
    if not moments:
        return [tuple(row) for row in frame.collect()]
    numbered = frame.toDF(*[f"c{place}" for place in range(len(frame.schema.fields))])
    columns = [f"CAST(c{place} AS TIMESTAMP_NTZ)" if place in moments else f"c{place}" for place in range(len(frame.schema.fields))]
    return [
        tuple(value.replace(tzinfo=UTC) if place in moments and value is not None else value for place, value in enumerate(row))
        for row in numbered.selectExpr(*columns).collect()
    ]
