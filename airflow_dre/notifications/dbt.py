"""Callbacks that record what dbt found, for tasks that run dbt themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from airflow_dre.declaring.calls import unknown_problems
from airflow_dre.declaring.functions import callback_factory, strict
from airflow_dre.declaring.names import find_name_problems
from airflow_dre.declaring.slips import PATH_ALLOWED, find_kind_problems, is_no_path, nearest
from airflow_dre.errors import DefinitionError, Problem
from airflow_dre.notifications.incidents import Verbatim, known_arguments

if TYPE_CHECKING:
    from pathlib import Path

    from airflow.sdk import Context, ObjectStoragePath

    from airflow_dre.incidents.notify_options import NotifyOptions

_ARGUMENTS = ("target_path", "conn_id", "namespace", "suite", "severity", "routes", "notify_on", "allow_stale")


class RecordDbtResults(Verbatim):
    """Record what the dbt of this task found, and then how the task ended. It is safe to call twice. See :func:`record_dbt_results`.

    :raises airflow_dre.errors.DefinitionError: the arguments are not what they must be.
    """

    @strict
    def __init__(
        self,
        *,
        target_path: str | Path | ObjectStoragePath,
        conn_id: str | None = None,
        namespace: str | None = None,
        suite: str | None = None,
        severity: str = "medium",
        routes: Iterable[str] = (),
        notify_on: str = "failed",
        allow_stale: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**known_arguments(type(self), kwargs, *_ARGUMENTS))
        self.target_path = str(target_path)
        self.conn_id = conn_id
        self.namespace = namespace
        self.suite = suite
        self.notify_options = _read_notify_options("record_dbt_results", severity, routes, notify_on)
        self.allow_stale = allow_stale
        texts = {"conn_id": conn_id, "namespace": namespace, "suite": suite}
        problems = find_kind_problems("record_dbt_results", texts, {"allow_stale": allow_stale})
        problems += find_name_problems("record_dbt_results", texts)
        if is_no_path(target_path):
            problems.append(Problem("record_dbt_results", "target_path", target_path, PATH_ALLOWED))
        if (conn_id is None) == (namespace is None):
            from airflow_dre.declaring.slips import CONN_OR_NAMESPACE

            problems.append(Problem("record_dbt_results", "conn_id", conn_id, CONN_OR_NAMESPACE))
        if problems:
            raise DefinitionError(problems)

    def notify(self, context: Context) -> None:
        """Record the results, and then how the task ended."""
        from airflow_dre.services.dbt_results import DbtResults, record_results_and_end

        results = DbtResults(
            target_path=self.target_path,
            conn_id=self.conn_id,
            namespace=self.namespace,
            suite=self.suite,
            allow_stale=self.allow_stale,
            options=self.notify_options,
        )
        record_results_and_end(results, context)


@callback_factory
def record_dbt_results(
    *,
    target_path: str | Path | ObjectStoragePath,
    conn_id: str | None = None,
    namespace: str | None = None,
    suite: str | None = None,
    severity: str = "medium",
    routes: Iterable[str] = (),
    notify_on: str = "failed",
    allow_stale: bool = False,
) -> RecordDbtResults:
    """Return a callback that records what the dbt of a task found, whether or not the task failed over it.

    Use it as ``on_success_callback`` and ``on_failure_callback`` (and ``on_retry_callback``) of a task that runs dbt, such as a
    ``BashOperator``. It does what :func:`~airflow_dre.notifications.open_incident` and
    :func:`~airflow_dre.notifications.resolve_incident` do as well: a task that failed although dbt left no results opens an incident of
    its own. What cannot be read is logged.

    :param target_path: the target folder of dbt: a path or a URL that Airflow's ``ObjectStoragePath`` opens.
    :param conn_id: connection to the warehouse that dbt wrote to; it names the datasets, and is not opened.
    :param namespace: instead: the OpenLineage namespace of the datasets, for example ``postgres://db:5432``.
    :param suite: name of the suite; the default is ``<dag_id>.<task_id>``.
    :param severity: of the incidents: ``low``, ``medium`` (default), ``high`` or ``critical``.
    :param routes: names of routes of ``[dre] routes`` that are notified.
    :param notify_on: ``"failed"`` (default): failed and errored results open an incident; ``"warned"``: warnings too; ``"never"``: none
        does. A task that failed although dbt left no results opens one in any case.
    :param allow_stale: take results that were written before the task began; the default is to refuse them.
    :raises airflow_dre.errors.DefinitionError: the arguments are not what they must be.
    """
    return RecordDbtResults(
        target_path=target_path,
        conn_id=conn_id,
        namespace=namespace,
        suite=suite,
        severity=severity,
        routes=routes,
        notify_on=notify_on,
        allow_stale=allow_stale,
    )


@strict
def record_cosmos_results(
    project_dir: str | Path,
    *,
    context: Mapping[str, Any],
    conn_id: str | None = None,
    namespace: str | None = None,
    suite: str | None = None,
    severity: str = "medium",
    routes: Iterable[str] = (),
    notify_on: str = "failed",
    **others: object,
) -> None:
    """Record what the dbt of a Cosmos task found: its ``callback``, called with the project's folder before dbt's exit code is checked.

    Pass it to Cosmos with its arguments in ``callback_args``, for example ``{"conn_id": "warehouse"}``. Cosmos adds the context.
    What cannot be read is logged, so that a Cosmos task fails over dbt and never over its records.

    :param project_dir: the folder of the dbt project, which Cosmos passes.
    :param context: the context of the task, which Cosmos passes.
    :param conn_id: connection to the warehouse that dbt wrote to; it names the datasets and is not opened.
    :param namespace: the OpenLineage namespace instead of ``conn_id``.
    :param suite: name of the suite; the default is ``<dag_id>.<task_id>``.
    :param severity: severity of an incident: ``low``, ``medium``, ``high`` or ``critical``.
    :param routes: names of routes of ``[dre] routes`` that are notified of a problem.
    :param notify_on: ``"failed"`` (default), ``"warned"`` or ``"never"``: the outcomes that open an incident.
    :raises airflow_dre.errors.DefinitionError: ``callback_args`` misspell an argument, or one is not what it must be. Further arguments of
        Cosmos are left alone.
    """
    from airflow_dre.services.dbt_results import DbtResults, record_results

    misspelled = {name: value for name, value in others.items() if nearest(name, _ARGUMENTS) is not None}
    if misspelled:
        raise DefinitionError(unknown_problems("record_cosmos_results", misspelled, _ARGUMENTS))
    options = _read_notify_options("record_cosmos_results", severity, routes, notify_on)
    target_path = f"{project_dir}/target"
    record_results(DbtResults(target_path=target_path, conn_id=conn_id, namespace=namespace, suite=suite, options=options), context)


def _read_notify_options(subject: str, severity: str, routes: Iterable[str], notify_on: str) -> NotifyOptions:
    from airflow_dre.incidents.notify_options import read_notify_options

    return read_notify_options(subject, routes=routes, severity=severity, notify_on=notify_on, severity_argument="severity")
