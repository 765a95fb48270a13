"""The question how fresh a table is, read from the arguments of a sensor or an SLA. Every Dag file with one imports this module."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from airflow_dre.checks.kinds.freshness import FUTURE_TOLERANCE
from airflow_dre.declaring.functions import REQUIRED
from airflow_dre.declaring.names import LONGEST_DATASET, LONGEST_SQL, find_name_problems
from airflow_dre.errors import DefinitionError, Problem
from airflow_dre.values.instants import DURATION_ALLOWED, read_duration, read_zone, zone_allowed

ANSWER_WITHIN = timedelta(seconds=60)
"""How long an answer may take, unless ``answer_within`` is set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshnessQuestion:
    """A table, its timestamp column, and how old the newest value may be."""

    conn_id: str
    table: str
    column: str | None = None
    max_age: timedelta
    where: str | None = None
    expression: str | None = None
    """SQL about one row whose value is its timestamp, instead of a column."""
    time_zone: str | None = None
    """IANA name of the time zone of values without one. None: UTC."""
    future_tolerance: timedelta = FUTURE_TOLERANCE
    """How far ahead of now the newest timestamp may lie."""
    answer_within: timedelta = ANSWER_WITHIN
    """How long the whole of connecting and asking may take. The statement alone gets nine tenths of it."""

    @property
    def watched(self) -> str:
        """Connection and table, which identify what an SLA is about."""
        return f"{self.conn_id}/{self.table}"

    @property
    def zone(self) -> ZoneInfo | None:
        """The time zone of values without one. None: UTC."""
        return None if self.time_zone is None else read_zone(self.time_zone)


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
