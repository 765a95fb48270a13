"""Policies that Airflow applies to each complete Dag that it reads. It finds them by the entry point ``airflow.policy``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.policies import hookimpl

if TYPE_CHECKING:
    from airflow.sdk import DAG


@hookimpl
def dag_policy(dag: DAG) -> None:
    """Refuse a Dag with a deadline of a task that it does not have.

    :raises airflow_dre.errors.DefinitionError: names the unknown tasks, and the tasks and groups of the Dag.
    """
    if not dag.deadline:
        return
    from airflow_dre.deadline import TaskDeadlineAlert
    from airflow_dre.errors import DefinitionError
    from airflow_dre.slo.deadline import task_problem

    deadlines = dag.deadline if isinstance(dag.deadline, list) else [dag.deadline]
    wanted = [found.alert.deadline for found in deadlines if isinstance(found, TaskDeadlineAlert)]
    known = (*dag.task_ids, *dag.task_group_dict) if wanted else ()
    problems = [task_problem(deadline, known) for deadline in wanted if deadline.task not in known]
    if problems:
        raise DefinitionError(problems)
