"""A wait for a target to become fresh: one question, asked and judged alike in a worker and in the triggerer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from airflow_dre.checks.kinds.freshness import FUTURE_TOLERANCE
from airflow_dre.declaring.functions import REQUIRED
from airflow_dre.errors import DefinitionError, Problem
from airflow_dre.services.slo.question import ANSWER_WITHIN
from airflow_dre.services.slo.targets import Target, read_target, target_arguments
from airflow_dre.values.instants import DURATION_ALLOWED, read_duration

_ORDER = ("conn_id", "table", "column", "expression", "partition", "metadata", "file", "asset", "dag", "max_age", "where", "time_zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshnessWait:
    """A target, and how old its newest value may be."""

    target: Target
    max_age: timedelta
    future_tolerance: timedelta = FUTURE_TOLERANCE
    """How far ahead of now the newest value may lie."""
    answer_within: timedelta = ANSWER_WITHIN
    """How long connecting and asking may take together."""


def read_wait(subject: str, given: Mapping[str, object]) -> FreshnessWait:
    """Read the arguments of a sensor.

    :raises DefinitionError: lists every argument that is not what it must be.
    """
    given = {name: None if value is REQUIRED else value for name, value in given.items()}
    problems: list[Problem] = []
    target: Target | None = None
    try:
        target = read_target(subject, given)
    except DefinitionError as error:
        problems += error.problems
    durations: dict[str, timedelta] = {}
    for name, usual in (("max_age", None), ("future_tolerance", FUTURE_TOLERANCE), ("answer_within", ANSWER_WITHIN)):
        duration = usual if given.get(name) is None else read_duration(given[name])
        if duration is None:
            problems.append(Problem(subject, name, given.get(name), DURATION_ALLOWED))
        else:
            durations[name] = duration
    if problems or target is None:
        place = {name: index for index, name in enumerate(_ORDER)}
        raise DefinitionError(sorted(problems, key=lambda problem: place.get(problem.argument, len(place))))
    return FreshnessWait(target=target, **durations)


def wait_arguments(wait: FreshnessWait) -> dict[str, Any]:
    """Return a wait as arguments of :class:`airflow_dre.triggers.freshness.FreshnessTrigger`, which are plain values."""
    return {
        "conn_id": "",
        "table": "",
        "column": None,
        **target_arguments(wait.target),
        "max_age_seconds": wait.max_age.total_seconds(),
        "future_tolerance_seconds": wait.future_tolerance.total_seconds(),
        "answer_seconds": wait.answer_within.total_seconds(),
    }


def wait_of_trigger(arguments: Mapping[str, Any]) -> FreshnessWait:
    """Return the wait of a trigger by its arguments, of which others are ignored.

    :raises DefinitionError: they were written by another version, or by hand.
    """
    return FreshnessWait(
        target=read_target("FreshnessTrigger", {name: value for name, value in arguments.items() if value != ""}),
        max_age=timedelta(seconds=arguments["max_age_seconds"]),
        future_tolerance=timedelta(seconds=arguments["future_tolerance_seconds"]),
        answer_within=timedelta(seconds=arguments["answer_seconds"]),
    )
