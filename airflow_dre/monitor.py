"""Who watches when nothing runs: a ready Dag that evaluates SLAs, sends messages that wait, and writes results that wait."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow.sdk import DAG

    from airflow_dre.sla import FreshnessSLA


def reliability_monitor(
    slas: Iterable[FreshnessSLA] = (),
    *,
    dag_id: str = "reliability_monitor",
    schedule: Any = timedelta(minutes=5),
    **dag_arguments: Any,
) -> DAG:
    """The monitor Dag. Two lines in a file of your Dags folder add it::

        from airflow_dre import FreshnessSLA, reliability_monitor
        dag = reliability_monitor([FreshnessSLA("flights", conn_id="warehouse", table="flights", column="time_hour", max_age="2h")])

    It starts unpaused, runs once at a time and does not catch up. One task evaluates one SLA, so that a warehouse that is down hides no
    other; the last task writes what waits in the spool and sends what waits in the outbox, even if the others failed.

    :param slas: SLAs with different names.
    :param dag_id: id of the Dag.
    :param schedule: how often to look; a miss is found at the next look.
    :param dag_arguments: passed to ``DAG``.
    :raises airflow_dre.errors.DefinitionError: two SLAs share a name.
    """
    from airflow.sdk import DAG

    from airflow_dre.operators.monitor import DispatchOperator, EvaluateSlaOperator

    promised = list(slas)
    _refuse_doubles(promised)
    arguments = {
        "start_date": datetime(2024, 1, 1, tzinfo=UTC),
        "catchup": False,
        "max_active_runs": 1,
        "is_paused_upon_creation": False,
        "dagrun_timeout": timedelta(hours=1),
        "tags": ["data reliability"],
        "description": "Evaluates freshness SLAs, sends incident messages that wait, writes results that wait",
        **dag_arguments,
    }
    with DAG(dag_id=dag_id, schedule=schedule, **arguments) as dag:
        looks = [
            EvaluateSlaOperator(
                task_id=f"sla_{_slug(sla.name)}",
                sla=sla.name,
                question=sla.question,
                on_miss=sla.on_miss,
                retries=1,
                retry_delay=timedelta(seconds=30),
            )
            for sla in promised
        ]
        dispatch = DispatchOperator(task_id="dispatch", trigger_rule="all_done", retries=1, retry_delay=timedelta(seconds=30))
        if looks:
            looks >> dispatch
    return dag


def _slug(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", name)


def _refuse_doubles(slas: list[FreshnessSLA]) -> None:
    from airflow_dre.errors import DefinitionError, Problem

    names = [_slug(sla.name) for sla in slas]
    problems = [
        Problem("reliability_monitor", "slas", sla.name, "SLAs whose names differ in letters and digits")
        for place, sla in enumerate(slas)
        if names.index(_slug(sla.name)) != place
    ]
    if problems:
        raise DefinitionError(problems)
