"""The five arguments of an ``sla_miss_callback`` of Airflow 2, made of a missed deadline or SLA of today."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from airflow_dre.errors import WarehouseUnreachable
from airflow_dre.services.slo.run_states import is_answered, read_all_states
from airflow_dre.slo.deadline import DeadlineMiss
from airflow_dre.slo.miss import SlaMiss

_ENDED = ("success", "skipped", "removed")


@dataclass(frozen=True, slots=True, kw_only=True)
class OldDag:
    """The first argument: as much of a Dag as is known where no Dag file is parsed."""

    dag_id: str
    tags: tuple[str, ...] = ()
    owner: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"<DAG: {self.dag_id}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class OldSlaMiss:
    """One of ``slas``, with the columns of the table ``sla_miss``."""

    dag_id: str
    task_id: str
    run_id: str
    execution_date: datetime
    """The due moment: a run may have no logical date."""
    timestamp: datetime
    """The moment of the call."""
    description: str
    email_sent: bool = False
    notification_sent: bool = False

    @property
    def logical_date(self) -> datetime:
        """The same as ``execution_date``."""
        return self.execution_date


@dataclass(frozen=True, slots=True, kw_only=True)
class OldTaskInstance:
    """One of ``blocking_tis``: a task instance of the run that has not succeeded."""

    dag_id: str
    task_id: str
    run_id: str
    state: str | None
    execution_date: datetime


def call_sla_miss_callback(function: Callable[..., Any], miss: DeadlineMiss | SlaMiss) -> Any:
    """Call an ``sla_miss_callback`` of Airflow 2 with its five arguments, and return what it returns.

    The miss of an SLA has no Dag and no tasks: its subject takes their place.
    """
    if isinstance(miss, DeadlineMiss):
        dag_id, task, run_id, state = miss.dag_id, miss.task or miss.dag_id, miss.run_id, miss.state
    else:
        dag_id, task, run_id, state = miss.what, miss.sla, "", "not fresh"
    due = miss.due or miss.since
    late = OldSlaMiss(
        dag_id=dag_id,
        task_id=task,
        run_id=run_id,
        execution_date=due,
        timestamp=due + miss.how_late,
        description=f"{miss.what} missed its deadline: {state}",
    )
    blocking = [
        OldTaskInstance(dag_id=dag_id, task_id=name, run_id=run_id, state=state, execution_date=due)
        for name, state in _states(miss).items()
        if state not in _ENDED
    ]
    lines = [f"{found.task_id} on {found.execution_date.isoformat()}" for found in blocking]
    return function(OldDag(dag_id=dag_id), f"{task} on {due.isoformat()}", "\n".join(lines), [late], blocking)


def _states(miss: DeadlineMiss | SlaMiss) -> Mapping[str, str | None]:
    """Return the states of all tasks of the run, or of those that the deadline is about where Airflow cannot be asked."""
    if not isinstance(miss, DeadlineMiss):
        return {}
    if is_answered():
        try:
            return read_all_states(miss.dag_id, miss.run_id)
        except WarehouseUnreachable:
            return miss.tasks
    return miss.tasks
