"""Promises about data and Dags: how fresh a table must be, and when a run must be done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from unicodedata import category

from airflow_dre.deadline import dag_deadline as dag_deadline
from airflow_dre.deadline import from_sla_miss_callback as from_sla_miss_callback
from airflow_dre.deadline import task_deadline as task_deadline
from airflow_dre.declaring.functions import REQUIRED, strict
from airflow_dre.declaring.slips import find_callback_problems

if TYPE_CHECKING:
    from airflow.sdk import DAG

    from airflow_dre.errors import Problem

LONGEST_NAME = 246
"""Most characters of the name of an SLA: its task id has four more, and at most 250."""


class FreshnessSLA:
    """A table whose newest row must never be older than ``max_age``, whether or not a Dag runs.

    Pass it to :func:`airflow_dre.monitor.reliability_monitor`, which evaluates it on a schedule of its own. A miss opens an incident and
    calls ``on_miss`` once; when the table is fresh again the incident is resolved.

    :param name: unique among the SLAs of a monitor, for example ``"flights hourly"``.
    :param conn_id: connection of the warehouse.
    :param table: the table, ``[[catalog.]schema.]table``.
    :param column: its timestamp column; set it or ``expression``.
    :param max_age: how old the newest value may be, for example ``"6h"`` or a timedelta.
    :param where: a SQL condition: only rows that meet it count.
    :param expression: SQL about one row whose value is its timestamp, for example ``"to_timestamp(epoch)"``.
    :param time_zone: IANA name of the time zone of values without one, for example ``"Asia/Tokyo"``; by default UTC.
    :param future_tolerance: how far ahead of now the newest value may lie, by default 5 minutes. Beyond it the age is not known.
    :param on_miss: callbacks that take a context, for example ``[open_incident(severity="high", routes=["oncall"])]``.
    :param on_unknown: callbacks for an SLA that cannot be evaluated; by default those of ``on_miss`` that :func:`open_incident` made.
    :param unknown_after: how many looks in a row must fail before ``on_unknown`` is called, by default 1.
    :raises airflow_dre.errors.DefinitionError: lists every argument that is not what it must be.
    """

    @strict
    def __init__(
        self,
        name: str = REQUIRED,
        *,
        conn_id: str = REQUIRED,
        table: str = REQUIRED,
        column: str | None = None,
        max_age: str | timedelta = REQUIRED,
        where: str | None = None,
        expression: str | None = None,
        time_zone: str | None = None,
        future_tolerance: str | timedelta | None = None,
        on_miss: Callable[[Any], Any] | Iterable[Callable[[Any], Any]] = (),
        on_unknown: Callable[[Any], Any] | Iterable[Callable[[Any], Any]] | None = None,
        unknown_after: int = 1,
    ) -> None:
        from airflow_dre.errors import DefinitionError, Problem
        from airflow_dre.services.slo.question import read_question

        name = "" if name is REQUIRED else name
        subject = f"FreshnessSLA {name}"
        callbacks, problems = _read_callbacks(subject, "on_miss", on_miss)
        of_unknown, more = _read_callbacks(subject, "on_unknown", on_unknown)
        problems += more
        if isinstance(unknown_after, bool) or not isinstance(unknown_after, int) or unknown_after < 1:
            problems.append(Problem(subject, "unknown_after", unknown_after, "a number of looks, at least 1"))
        problems += _name_problems(name)
        given = {
            "conn_id": conn_id,
            "table": table,
            "column": column,
            "max_age": max_age,
            "where": where,
            "expression": expression,
            "time_zone": time_zone,
            "future_tolerance": future_tolerance,
        }
        try:
            self.question = read_question(subject, given)
        except DefinitionError as error:
            raise DefinitionError([*problems, *error.problems]) from None
        if problems:
            raise DefinitionError(problems)
        self.name = name
        self.on_miss: Sequence[Callable[[Any], Any]] = callbacks
        opening = tuple(call for call in callbacks if hasattr(call, "notify_options"))
        self.on_unknown: Sequence[Callable[[Any], Any]] = opening if on_unknown is None else of_unknown
        self.unknown_after = unknown_after

    def hold_task(self, dag: DAG, task_id: str) -> None:
        """Leave the task as it is: the monitor evaluates the SLA of an operator as any other of its Dag file."""

    def __repr__(self) -> str:
        return f"FreshnessSLA({self.name!r}, table={self.question.table!r}, max_age={self.question.max_age!r})"


def _name_problems(name: object) -> list[Problem]:
    """Return why ``name`` cannot be the name of an SLA, which becomes part of a task id."""
    from airflow_dre.errors import Problem

    if not isinstance(name, str) or not name.strip():
        return [Problem("FreshnessSLA", "name", name, "text that is not empty")]
    if len(name) > LONGEST_NAME:
        return [Problem("FreshnessSLA", "name", name, f"at most {LONGEST_NAME} characters; it has {len(name)}")]
    if any(category(character) in ("Cc", "Cs") for character in name):
        return [Problem("FreshnessSLA", "name", name, "text without control characters and halves of surrogate pairs")]
    return []


def _read_callbacks(subject: str, argument: str, given: Any) -> tuple[tuple[Callable[[Any], Any], ...], list[Problem]]:
    """Return the callbacks of an SLA, given as one or as any iterable, and what is wrong with them."""
    if given is None or callable(given) or isinstance(given, str) or not isinstance(given, Iterable):
        calls: list[Any] = [] if given is None else [given]
    else:
        calls = list(given)
    return tuple(calls), find_callback_problems(subject, argument, calls)
