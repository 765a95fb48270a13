"""A task that runs Great Expectations, read from its rendered arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from airflow_dre.clock import now
from airflow_dre.services.checking.gx_arguments import GxArguments
from airflow_dre.services.gx import Expectations, record_expectations
from airflow_dre.services.quality.record import SuiteRunRecord
from airflow_dre.services.quality.warehouse_tables import named_in_time
from airflow_dre.services.run_context import RunContext
from airflow_dre.sql.names import split_table
from airflow_dre.tools.gx.running import run as running
from airflow_dre.tools.gx.running.data import Data, QueryData, TableData, read_frame
from airflow_dre.tools.gx.running.expectations import read_expectations
from airflow_dre.tools.gx.running.quiet import require_gx
from airflow_dre.tools.gx.running.refusals import refuse_data
from airflow_dre.values.dataset import DatasetName


@dataclass(frozen=True, slots=True)
class GxTask:
    """Rendered arguments, and how what they refer to is fetched."""

    arguments: GxArguments
    resolve: Callable[[object], Any]
    """Returns a checkpoint or data, made or fetched if the author passed a function or the output of a task."""
    hook: Callable[[], Any]
    """Returns the hook of the connection."""


def run_gx_task(task: GxTask, context: RunContext) -> SuiteRunRecord:
    """Run the expectations or the checkpoint of a task. Nothing is kept yet.

    :raises DefinitionError: Great Expectations is not installed, or an argument is invalid.
    :raises WarehouseUnreachable: the warehouse does not answer.
    """
    require_gx()
    ask, asset = _checkpoint_run(task) if task.arguments.checkpoint is not None else (_expectations_run(task), None)
    suite = Expectations(name=task.arguments.suite, dataset=_name_dataset(task, asset), context=context)
    return record_expectations(suite, ask, now(), statement=task.arguments.query)


def _expectations_run(task: GxTask) -> Callable[[], running.Validated]:
    given = task.arguments
    expectations = read_expectations(given.expectations, given.subject)
    data: Data
    if given.dataframe is not None:
        data = read_frame(task.resolve(given.dataframe))
    elif given.query is not None:
        data = QueryData(task.hook(), given.query)
    else:
        data = TableData(task.hook(), split_table(given.table or ""))
    refuse_data(data, expectations)
    return partial(running.run_expectations, expectations, data, given.parameters)


def _checkpoint_run(task: GxTask) -> tuple[Callable[[], running.Validated], str]:
    given = task.arguments
    checkpoint = task.resolve(given.checkpoint)
    asset = running.asset_of(checkpoint)
    frame = None if given.dataframe is None else read_frame(task.resolve(given.dataframe)).frame
    return partial(running.run_checkpoint, checkpoint, frame, given.parameters), asset


def _name_dataset(task: GxTask, asset: str | None) -> DatasetName:
    """Return the dataset: by its table, or else by the author, by the asset of a checkpoint, or by the task."""
    given = task.arguments
    if given.conn_id is not None:
        hook = task.hook()
        named = named_in_time(hook, hook.get_connection(given.conn_id), split_table(given.table) if given.table else ("query",))
        if given.table:
            return named
        namespace = named.namespace
    else:
        namespace = "great_expectations" if asset else "dataframe"
    return DatasetName(namespace, given.dataset or asset or given.task)
