"""Asking Spark through a session, classic or Connect: the statements run there, and only their answers come back."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, timedelta
from typing import Any
from uuid import uuid4

from airflow_dre.checks.instants import spoken
from airflow_dre.checks.values import Row
from airflow_dre.engines.spark_errors import explained, is_refused, quiet
from airflow_dre.engines.spark_session import speaks_connect
from airflow_dre.errors import QueryFailed, StatementTimeout, WarehouseError, WarehouseUnreachable
from airflow_dre.sql.dialect import Dialect
from airflow_dre.sql.dialects import find_dialect

SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",  # otherwise a sum that is too large wraps around without a word
    "spark.sql.timestampType": "TIMESTAMP_LTZ",
    "spark.sql.parser.escapedStringLiterals": "false",  # or a backslash in a text would be another one
}
"""What a session has while it is asked."""
_ADAPTIVE = "spark.sql.adaptive.enabled"
_EXCHANGE = re.compile(r"^[^\w(\n]*+(?:\(\d+\) )?(\w*Exchange \w+)", re.MULTILINE)
_AGAIN = 0.5
"""Seconds between attempts to cancel: there is nothing to be cancelled before Spark has planned a statement."""


class SparkEngine:
    """A Spark session that answers statements; what is set in it for that is given back by :meth:`close`."""

    def __init__(self, session: Any, timeout: timedelta | None = None) -> None:
        self.dialect: Dialect = find_dialect("spark")
        self.queries = 0
        """Statements asked so far."""
        self._session = session
        self._timeout = timeout
        self._before: dict[str, str] = {}
        self._is_open = False

    @property
    def name(self) -> str:
        """What answers, for the provenance of a result."""
        return self.dialect.name

    def fetch_rows(self, sql: str, most: int) -> Sequence[Row]:
        """The first ``most`` rows of a statement; of ``DESCRIBE`` the names and types of the columns.

        :raises QueryFailed: Spark refused the statement.
        :raises StatementTimeout: it took longer than it may.
        :raises WarehouseUnreachable: the session is stopped, or nobody answers it.
        """
        self.queries += 1
        ended = threading.Event()
        try:
            with quiet():
                self._open()
                with self._cancelled_in_time(ended):
                    return self._ask(sql, most)
        except WarehouseError:
            raise
        except Exception as error:  # pyspark, py4j and grpc have exceptions of their own
            said = explained(error)
            if ended.is_set() and self._timeout is not None:
                raise StatementTimeout(f"ended after {spoken(self._timeout)}, the statement timeout: {said}") from error
            if not is_refused(error):
                self._make_sure_it_answers(said)
            raise QueryFailed(said) from error

    def close(self) -> None:
        """Give the session back as it was."""
        with quiet(), contextlib.suppress(Exception):
            for setting, value in self._before.items():
                self._session.conf.set(setting, value)
        self._before, self._is_open = {}, False

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

    def _ask(self, sql: str, most: int) -> Sequence[Row]:
        if sql.startswith("DESCRIBE "):
            return _columns(self._session.sql(sql).collect())
        if most == 1 and self._session.conf.get(_ADAPTIVE) == "true":
            rows = self._gathered(sql)
            if rows is not None:
                return rows
        return _collected(self._session.sql(sql).limit(most))

    def _gathered(self, sql: str) -> Sequence[Row] | None:
        """What a statement gives that gathers one row from a single scan, by one Spark job; None: it is a statement of another kind.

        Adaptive execution would make two jobs of it, to plan the second by what the first found; here there is nothing left to plan.
        """
        self._session.conf.set(_ADAPTIVE, "false")
        try:
            frame = self._session.sql(sql).limit(1)
            return _collected(frame) if self._only_gathers(frame, sql) else None
        finally:
            self._session.conf.set(_ADAPTIVE, "true")

    def _only_gathers(self, frame: Any, sql: str) -> bool:
        """Whether rows are exchanged only to be gathered for the last aggregate."""
        if speaks_connect(self._session):
            plan = str(self._session.sql(f"EXPLAIN {sql}").collect()[0][0])
        else:  # which is the plan that is then run, and need not be made twice
            plan = frame._jdf.queryExecution().executedPlan().toString()
        return _EXCHANGE.findall(plan) == ["Exchange SinglePartition"]

    @contextlib.contextmanager
    def _cancelled_in_time(self, ended: threading.Event) -> Iterator[None]:
        """Cancel what the session runs for this statement when time is up, and tell so by ``ended``."""
        if self._timeout is None:
            yield
            return
        tag, done, seconds = f"airflow-dre-{uuid4().hex}", threading.Event(), self._timeout.total_seconds()
        if speaks_connect(self._session):
            add, remove, cancel = self._session.addTag, self._session.removeTag, self._session.interruptTag
        else:  # a tag of a classic session is known to its own thread only, one of its context to all
            context = self._session.sparkContext
            add, remove, cancel = context.addJobTag, context.removeJobTag, context.cancelJobsWithTag

        def watch() -> None:
            if done.wait(seconds):
                return
            ended.set()
            while not done.wait(_AGAIN):
                with contextlib.suppress(Exception):  # a session that is gone is told of by the statement itself
                    cancel(tag)

        add(tag)
        watcher = threading.Thread(target=watch, daemon=True, name=tag)
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join(timeout=5)
            with contextlib.suppress(Exception):
                remove(tag)

    def _make_sure_it_answers(self, said: str) -> None:
        """Tell a refused statement from a session that is gone: the layers below do not agree on the exception."""
        try:
            with quiet():
                self._session.sql("SELECT 1").collect()
        except Exception:  # the first error stands behind it, which may quote a row
            raise WarehouseUnreachable(f"the Spark session is stopped, or nobody answers it: {said}") from None


def _columns(described: Sequence[Any]) -> Sequence[Row]:
    """Names and types from what DESCRIBE gives: partitions follow the columns, below a heading that has no type."""
    found: list[Row] = []
    for name, kind, *_ in described:
        if not kind:
            break
        found.append((str(name), str(kind)))
    return found


def _collected(frame: Any) -> Sequence[Row]:
    """The rows of a frame. Python would get a moment in the time zone of its machine, so it comes as what the clock shows in UTC."""
    moments = [place for place, field in enumerate(frame.schema.fields) if field.dataType.typeName() == "timestamp"]
    if not moments:
        return [tuple(row) for row in frame.collect()]
    numbered = frame.toDF(*[f"c{place}" for place in range(len(frame.schema.fields))])
    told = [f"CAST(c{place} AS TIMESTAMP_NTZ)" if place in moments else f"c{place}" for place in range(len(frame.schema.fields))]
    return [
        tuple(value.replace(tzinfo=UTC) if place in moments and value is not None else value for place, value in enumerate(row))
        for row in numbered.selectExpr(*told).collect()
    ]
