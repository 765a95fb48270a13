"""The monitor: a ready Dag that watches SLAs and SLOs, sends messages that wait, and writes results that wait."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow_dre.declaring.calls import unknown_problems
from airflow_dre.declaring.functions import strict
from airflow_dre.declaring.slips import find_callback_problems

if TYPE_CHECKING:
    from airflow.sdk import DAG

    from airflow_dre.errors import Problem
    from airflow_dre.sla import FreshnessSLA
    from airflow_dre.slo.declared import SLO

LONGEST_DAG_ID = 250
_OTHERWISE = timedelta(hours=25)
"""Longest time of a run whose schedule does not show the next one."""


@strict
def reliability_monitor(
    slas: Iterable[FreshnessSLA] | None = None,
    slos: Iterable[SLO] | None = None,
    *,
    dag_id: str = "reliability_monitor",
    every: str | timedelta = timedelta(minutes=1),
    schedule: Any = timedelta(hours=1),
    look_seconds: float = 60.0,
    **dag_arguments: Any,
) -> DAG:
    """Return the monitor Dag.

    Two lines in a file of your Dags folder add it::

        from airflow_dre import FreshnessSLA, reliability_monitor
        dag = reliability_monitor([FreshnessSLA("flights", conn_id="warehouse", table="flights", column="time_hour", max_age="2h")])

    Airflow reads a file only where its text holds the words ``airflow`` and ``dag`` (or ``asset``), so keep the name ``dag``.

    It starts unpaused and does not catch up. Its one task keeps the SLAs as data and then waits in the triggerer, which evaluates all of
    them every minute with one query a connection. It holds no worker slot and makes 24 Dag runs a day: it returns to a worker only to call
    callbacks of the Dag file. A connection that is down or hangs delays no other. Each look also sends what waits in the outbox, writes
    what waits in the spool, and ends the incidents of SLAs that the monitor has no longer.

    :param slas: SLAs with different names. The default is every SLA that the same file made before, and those of ``[dre] slas_folder``.
    :param slos: SLOs with different names. The default is every SLO that the same file made before. Files of OpenSLO in
        ``[dre] slas_folder`` are read where ``slas`` is omitted.
    :param dag_id: id of the Dag; SLAs that a monitor of this id had before, and has no longer, are ended.
    :param every: time between two looks, for example ``"1m"`` or a timedelta, at least a second; a miss is found at the next look.
    :param schedule: how often a new run takes over. A run that the schedule did not make looks once.
    :param look_seconds: how long one round of questions to a connection may take, connecting included. A longer one makes its SLAs unknown.
    :param dag_arguments: passed to ``DAG``.
    :raises airflow_dre.errors.DefinitionError: two SLAs share a name, or ``every`` or ``look_seconds`` is not what it must be.
    """
    from airflow.sdk import DAG

    from airflow_dre.operators.monitor import OVERLAP, MonitorOperator

    promised = _read_slas(_given(slas, "FreshnessSLA"), dag_id, dag_arguments, look_seconds, every)
    objectives = _read_slos(_given(slos, "SLO"))
    longest = schedule if isinstance(schedule, timedelta) else _OTHERWISE
    arguments = {
        "start_date": datetime(2024, 1, 1, tzinfo=UTC),
        "catchup": False,
        "max_active_runs": 2,
        "is_paused_upon_creation": False,
        "dagrun_timeout": longest + OVERLAP + timedelta(minutes=30),
        "tags": ["data reliability"],
        "description": "Watches SLAs and SLOs, sends incident messages that wait, writes results that wait",
        **dag_arguments,
    }
    with DAG(dag_id=dag_id, schedule=schedule, **arguments) as dag:
        MonitorOperator(
            task_id="monitor",
            slas=[sla.watched() for sla in promised],
            slos=objectives,
            every=_read_every(every) or timedelta(minutes=1),
            look_seconds=look_seconds,
            schedule=schedule,
            alone=arguments["max_active_runs"] == 1,
            reads_folder=slas is None,
            priority_weight=1000,
            weight_rule="absolute",
            retries=1,
            retry_delay=timedelta(seconds=30),
        )
    return dag


def _given(listed: Any, kind: str) -> Any:
    """Return what is given, or else what the Dag file made before."""
    if listed is not None:
        return listed
    from airflow_dre.declaring.made import made_here

    return made_here(kind)


def _read_every(every: object) -> timedelta | None:
    """Return the time between two looks, or None for one that is not allowed."""
    from airflow_dre.values.instants import read_duration

    duration = read_duration(every)
    return duration if duration is not None and timedelta(seconds=1) <= duration <= timedelta(days=1) else None


def _read_slas(given: Any, dag_id: object, dag_arguments: Mapping[str, Any], look_seconds: object, every: object) -> list[FreshnessSLA]:
    """Return the SLAs of a monitor.

    :raises airflow_dre.errors.DefinitionError: lists everything that is wrong with them and with the arguments of the Dag.
    """
    from airflow_dre.errors import DefinitionError, Problem

    listed = isinstance(given, Iterable) and not isinstance(given, (str, Mapping))
    slas = list(given) if listed else []
    problems = _find_id_problems(dag_id) + _find_sla_problems(slas) + _find_dag_problems(dag_arguments)
    if not listed and given is not None:
        problems.insert(0, Problem("reliability_monitor", "slas", given, "a list of SLAs: write [FreshnessSLA(...)]"))
    if isinstance(look_seconds, bool) or not isinstance(look_seconds, (int, float)) or not 1 <= look_seconds <= 3600:
        problems.append(Problem("reliability_monitor", "look_seconds", look_seconds, "a number of seconds from 1 to 3600"))
    if _read_every(every) is None:
        problems.append(Problem("reliability_monitor", "every", every, "a duration from '1s' to '1d', such as '1m', or a timedelta"))
    if problems:
        raise DefinitionError(problems)
    return slas


def _read_slos(given: Any) -> list[SLO]:
    """Return the SLOs of a monitor.

    :raises airflow_dre.errors.DefinitionError: lists what is not an SLO, and names that two of them share.
    """
    from airflow_dre.errors import DefinitionError, Problem

    if given is None:
        return []
    if not isinstance(given, Iterable) or isinstance(given, (str, Mapping)):
        raise DefinitionError.about("reliability_monitor", "slos", given, "a list of SLOs: write [SLO(...)]")
    slos = list(given)
    wrong = [slo for slo in slos if isinstance(slo, type) or not hasattr(slo, "definition")]
    problems = [Problem("reliability_monitor", "slos", slo, "SLOs made by SLO(...)") for slo in wrong]
    names = [slo.name for slo in slos if slo not in wrong]
    problems += [
        Problem("reliability_monitor", "slos", name, "SLOs with different names") for name in dict.fromkeys(names) if names.count(name) > 1
    ]
    if problems:
        raise DefinitionError(problems)
    return slos


def _find_id_problems(dag_id: object) -> list[Problem]:
    from airflow_dre.errors import Problem

    if isinstance(dag_id, str) and re.fullmatch(r"[\w.-]+", dag_id) and len(dag_id) <= LONGEST_DAG_ID:
        return []
    return [Problem("reliability_monitor", "dag_id", dag_id, f"at most {LONGEST_DAG_ID} letters, digits, dashes, dots and underscores")]


def _find_sla_problems(slas: list[Any]) -> list[Problem]:
    from airflow_dre.errors import Problem

    wrong = [sla for sla in slas if isinstance(sla, type) or not hasattr(sla, "watched")]
    problems = [Problem("reliability_monitor", "slas", sla, "SLAs made by FreshnessSLA(...)") for sla in wrong]
    names = [sla.name for sla in slas if sla not in wrong]
    return problems + [
        Problem("reliability_monitor", "slas", name, "SLAs with different names")
        for place, name in enumerate(names)
        if names.index(name) != place
    ]


def _find_dag_problems(given: Mapping[str, Any]) -> list[Problem]:
    from inspect import signature

    from airflow.sdk import DAG

    names = [name for name in signature(DAG).parameters if name not in ("dag_id", "schedule")]
    unknown = {name: value for name, value in given.items() if name not in names}
    problems = unknown_problems("reliability_monitor", unknown, ["slas", "slos", "dag_id", "every", "schedule", "look_seconds", *names])
    callbacks = ("on_failure_callback", "on_success_callback")
    return problems + [problem for name in callbacks for problem in find_callback_problems("reliability_monitor", name, given.get(name))]
