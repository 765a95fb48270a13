"""The monitor: a ready Dag that evaluates SLAs, sends messages that wait, and writes results that wait."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow_dre.declaring.calls import unknown_problems
from airflow_dre.declaring.functions import strict
from airflow_dre.declaring.slips import find_callback_problems

if TYPE_CHECKING:
    from airflow.sdk import DAG

    from airflow_dre.errors import Problem
    from airflow_dre.services.slo.question import FreshnessQuestion
    from airflow_dre.sla import FreshnessSLA


@strict
def reliability_monitor(
    slas: Iterable[FreshnessSLA] = (),
    *,
    dag_id: str = "reliability_monitor",
    schedule: Any = timedelta(minutes=5),
    look_seconds: float = 60.0,
    **dag_arguments: Any,
) -> DAG:
    """Return the monitor Dag.

    Two lines in a file of your Dags folder add it::

        from airflow_dre import FreshnessSLA, reliability_monitor
        dag = reliability_monitor([FreshnessSLA("flights", conn_id="warehouse", table="flights", column="time_hour", max_age="2h")])

    Airflow reads a file only where its text holds the words ``airflow`` and ``dag`` (or ``asset``), so keep the name ``dag``.

    It starts unpaused, runs once at a time and does not catch up. One task evaluates one SLA, and each look has a limit, so that a
    warehouse that is down or hangs hides no other. Task ``dispatch`` waits for no look: it writes what waits in the spool, sends what waits
    in the outbox, and ends the incidents of SLAs that the monitor has no longer. ``dispatch_after_looks`` sends what the looks found.

    :param slas: SLAs with different names.
    :param dag_id: id of the Dag; SLAs that a monitor of this id had before, and has no longer, are ended.
    :param schedule: how often to look; a miss is found at the next look.
    :param look_seconds: how long one look may take, connecting included; one that takes longer makes the SLA unknown.
    :param dag_arguments: passed to ``DAG``.
    :raises airflow_dre.errors.DefinitionError: two SLAs share a name, or ``look_seconds`` is no number from 1 to 3600.
    """
    from airflow.sdk import DAG

    from airflow_dre.operators.monitor import DispatchOperator, EvaluateSlaOperator

    promised = _read_slas(slas, dag_id, dag_arguments, look_seconds)
    task_ids = task_ids_of([sla.name for sla, _ in promised])
    arguments = {
        "start_date": datetime(2024, 1, 1, tzinfo=UTC),
        "catchup": False,
        "max_active_runs": 1,
        "is_paused_upon_creation": False,
        "dagrun_timeout": timedelta(minutes=15) + 4 * timedelta(seconds=look_seconds),
        "tags": ["data reliability"],
        "description": "Evaluates freshness SLAs, sends incident messages that wait, writes results that wait",
        **dag_arguments,
    }
    with DAG(dag_id=dag_id, schedule=schedule, **arguments) as dag:
        looks = [
            EvaluateSlaOperator(
                task_id=task_ids[sla.name],
                sla=sla.name,
                question=question,
                on_miss=sla.on_miss,
                on_unknown=sla.on_unknown,
                unknown_after=sla.unknown_after,
                look_seconds=look_seconds,
                execution_timeout=2 * timedelta(seconds=look_seconds) + timedelta(minutes=1),
                retries=1,
                retry_delay=timedelta(seconds=30),
            )
            for sla, question in promised
        ]
        first: dict[str, Any] = {"priority_weight": 1000, "weight_rule": "absolute", "retries": 1, "retry_delay": timedelta(seconds=30)}
        watches = [(sla.name, question.watched) for sla, question in promised]
        DispatchOperator(task_id="dispatch", watches=watches, schedule=schedule, execution_timeout=timedelta(minutes=5), **first)
        if looks:
            looks >> DispatchOperator(
                task_id="dispatch_after_looks", trigger_rule="all_done", execution_timeout=timedelta(minutes=5), **first
            )
    return dag


LONGEST_TASK_ID = 250
"""Most characters of a task id in Airflow."""
_MOST_BYTES = 180
"""Most bytes of a task id that is not ASCII: it is part of the name of a folder of logs, which holds 255."""


def task_ids_of(names: Sequence[str]) -> dict[str, str]:
    """Return a task id for each SLA name, different for different names.

    Letters and digits of every script, ``_``, ``.`` and ``-`` stay; other characters become ``_``. A digest is added where a name of
    another script lost a character or is long, and where two names that lost characters would have one id. A name of ASCII alone never
    changes its id.
    """
    slugs = {name: _slug(name) for name in names}
    taken = set()
    ids = {}
    for name in sorted(names, key=lambda name: (slugs[name] != name, name)):  # names that lost nothing choose first
        slug, length = slugs[name], 8
        kept = slug == name or (name.isascii() and list(slugs.values()).count(slug) == 1)
        task_id = f"sla_{slug}" if kept else ""
        while not task_id or task_id in taken:
            task_id = f"sla_{slug[: LONGEST_TASK_ID - 5 - length]}_{hashlib.sha256(name.encode()).hexdigest()[:length]}"
            length += 8
        taken.add(task_id)
        ids[name] = task_id
    return ids


def _slug(name: str) -> str:
    if name.isascii():
        return re.sub(r"[^A-Za-z0-9_.-]+", "_", name)
    return re.sub(r"[^\w.-]+", "_", name).encode()[:_MOST_BYTES].decode(errors="ignore")


def _read_slas(
    given: Any, dag_id: object, dag_arguments: Mapping[str, Any], look_seconds: object
) -> list[tuple[FreshnessSLA, FreshnessQuestion]]:
    """Return the SLAs of a monitor with their questions.

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
    if problems:
        raise DefinitionError(problems)
    return [(sla, sla.question) for sla in slas]


def _find_id_problems(dag_id: object) -> list[Problem]:
    from airflow_dre.errors import Problem

    if isinstance(dag_id, str) and re.fullmatch(r"[\w.-]+", dag_id) and len(dag_id) <= LONGEST_TASK_ID:
        return []
    return [Problem("reliability_monitor", "dag_id", dag_id, f"at most {LONGEST_TASK_ID} letters, digits, dashes, dots and underscores")]


def _find_sla_problems(slas: list[Any]) -> list[Problem]:
    from airflow_dre.errors import Problem

    wrong = [sla for sla in slas if isinstance(sla, type) or not hasattr(sla, "question")]
    problems = [Problem("reliability_monitor", "slas", sla, "SLAs made by FreshnessSLA(...)") for sla in wrong]
    problems += [
        Problem("reliability_monitor", "slas", sla, "SLAs of a table with a column or expression, and max_age")
        for sla in slas
        if sla not in wrong and sla.question is None
    ]
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
    problems = unknown_problems("reliability_monitor", unknown, ["slas", "dag_id", "schedule", "look_seconds", *names])
    callbacks = ("on_failure_callback", "on_success_callback")
    return problems + [problem for name in callbacks for problem in find_callback_problems("reliability_monitor", name, given.get(name))]
