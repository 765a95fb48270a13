"""States of runs and tasks, asked of Airflow from a process without its database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from airflow_dre.errors import WarehouseUnreachable
from airflow_dre.slo.deadline import States

if TYPE_CHECKING:
    from airflow.sdk.execution_time.comms import GetDagRunState, GetTaskStates

_GONE = 404


def read_states(dag_id: str, run_id: str, task: str = "") -> States:
    """Return the state of a run and of the instances of a task, or of the tasks of a group.

    :param task: a task or a task group. Empty: only the run.
    :raises airflow_dre.errors.WarehouseUnreachable: Airflow did not answer.
    """
    run = _run_state(dag_id, run_id)
    if run is None or not task:
        return States(run=run)
    tasks = _task_states(dag_id, run_id, task_ids=[task]) or _task_states(dag_id, run_id, task_group_id=task)
    return States(run=run, tasks=tasks, others=None if tasks else tuple(read_all_states(dag_id, run_id)))


def read_all_states(dag_id: str, run_id: str) -> Mapping[str, str | None]:
    """Return the state of every task instance of a run.

    :raises airflow_dre.errors.WarehouseUnreachable: Airflow did not answer.
    """
    return _task_states(dag_id, run_id)


def is_answered() -> bool:
    """Return whether a process supervises this one and can be asked."""
    from airflow.sdk.execution_time import task_runner

    return getattr(task_runner, "SUPERVISOR_COMMS", None) is not None


def _run_state(dag_id: str, run_id: str) -> str | None:
    from airflow.sdk.execution_time.comms import DagRunStateResult, GetDagRunState

    found = _ask(GetDagRunState(dag_id=dag_id, run_id=run_id))
    return str(getattr(found.state, "value", found.state)) if isinstance(found, DagRunStateResult) else None


def _task_states(dag_id: str, run_id: str, *, task_ids: list[str] | None = None, task_group_id: str | None = None) -> dict[str, str | None]:
    from airflow.sdk.execution_time.comms import GetTaskStates, TaskStatesResult

    found = _ask(GetTaskStates(dag_id=dag_id, run_ids=[run_id], task_ids=task_ids, task_group_id=task_group_id))
    if not isinstance(found, TaskStatesResult):
        return {}
    states = found.task_states.get(run_id) or {}
    return {str(name): None if state is None else str(getattr(state, "value", state)) for name, state in states.items()}


def _ask(message: GetDagRunState | GetTaskStates) -> object:
    """Return the answer of the process that supervises this one, or None where there is no such run, task or group."""
    from airflow.sdk.api.client import ServerResponseError
    from airflow.sdk.exceptions import AirflowRuntimeError
    from airflow.sdk.execution_time import task_runner
    from airflow.sdk.execution_time.comms import ErrorResponse

    try:
        answer = task_runner.SUPERVISOR_COMMS.send(message)
    except ServerResponseError as error:  # of ``dag.test()``, which asks without another process
        if error.response.status_code == _GONE:
            return None
        raise WarehouseUnreachable(f"Airflow did not answer a question about states: {error}") from error
    except AirflowRuntimeError as error:
        answer = error.error
    if isinstance(answer, ErrorResponse):
        if _is_gone(answer):
            return None
        raise WarehouseUnreachable(f"Airflow did not say what state it is in: {answer.error.value}: {answer.detail}")
    return answer


def _is_gone(answer: object) -> bool:
    detail = getattr(answer, "detail", None)
    return isinstance(detail, Mapping) and (detail.get("status_code") == _GONE or "not_found" in str(detail))
