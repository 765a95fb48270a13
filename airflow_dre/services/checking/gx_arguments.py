"""The arguments of a task that runs Great Expectations, checked while its Dag is parsed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from airflow_dre.declaring.names import LONGEST_DATASET, find_name_problems
from airflow_dre.declaring.slips import comes_later, find_kind_problems
from airflow_dre.errors import Problem
from airflow_dre.tools.gx.running.shape import find_shape_problems

_SOURCES = ("expectations", "checkpoint", "conn_id", "table", "query", "dataframe", "dataset")


@dataclass(frozen=True, slots=True, kw_only=True)
class GxArguments:
    """The arguments of a task that runs Great Expectations: as written while the Dag is parsed, and rendered while the task runs."""

    subject: str
    """Name of the task in messages."""
    task: str
    """``<dag_id>.<task_id>``, the name of data without any other."""
    suite: str
    expectations: object
    checkpoint: object
    conn_id: str | None
    table: str | None
    query: str | None
    dataframe: object
    dataset: str | None
    parameters: Mapping[str, Any] | None


def find_gx_problems(arguments: GxArguments) -> list[Problem]:
    """Return what is wrong with the arguments when the Dag is parsed."""
    subject = arguments.subject
    texts = {name: getattr(arguments, name) for name in ("conn_id", "table", "query", "dataset")}
    problems = find_kind_problems(subject, texts, {})
    problems += [Problem(subject, name, text, "text that is not empty") for name, text in texts.items() if _is_blank(text)]
    problems += find_name_problems(subject, {"table": arguments.table, "dataset": arguments.dataset}, LONGEST_DATASET)
    if not _may_be_parameters(arguments.parameters):
        problems.append(Problem(subject, "parameters", arguments.parameters, "a dict of values by name"))
    given = {name for name in _SOURCES if getattr(arguments, name) is not None}
    if len(given & {"expectations", "checkpoint"}) != 1:
        problems.append(_refused(subject, given & {"expectations", "checkpoint"}, "exactly one of expectations and checkpoint"))
    if allowed := _allowed_instead(given):
        problems.append(_refused(subject, given - {"expectations", "checkpoint", "dataset"}, allowed))
    if {"dataset", "table"} <= given:
        problems.append(_refused(subject, {"dataset", "table"}, "dataset only where no table names the data"))
    if arguments.expectations is not None:
        problems += find_shape_problems(arguments.expectations, subject)
    return problems


def _refused(subject: str, given: set[str], allowed: str) -> Problem:
    return Problem(subject, "arguments", ", ".join(sorted(given)), allowed)


def _may_be_parameters(given: object) -> bool:
    is_template = isinstance(given, str) and "{{" in given
    return given is None or is_template or isinstance(given, Mapping) or comes_later(given)


def _is_blank(text: object) -> bool:
    return isinstance(text, str) and not text.strip()


def _allowed_instead(given: set[str]) -> str | None:
    """Return what is allowed instead of the arguments that name the data, or None if they are valid."""
    data = given & {"table", "query", "dataframe"}
    if "checkpoint" in given:
        if "query" in data or len(data) > 1:
            return "a checkpoint with nothing, with conn_id and table (to name the dataset) or with dataframe (its data)"
    elif len(data) != 1:
        return "exactly one of table, query and dataframe"
    if ("conn_id" in given) != bool(data & {"table", "query"}):
        return "conn_id with table or query, and with nothing else"
    return None
