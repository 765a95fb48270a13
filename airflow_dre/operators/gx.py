"""The operator that runs Great Expectations itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from airflow_dre.operators.gate import GatedOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

    from airflow_dre.services.checking.gx_arguments import GxArguments
    from airflow_dre.services.quality.record import SuiteRunRecord


class GXCheckOperator(GatedOperator):
    """Check a table, a query or a DataFrame with Great Expectations, keep every result, then let the task pass or fail.

    Results, incidents, lineage and the gate are those of :class:`~airflow_dre.operators.quality.QualityCheckOperator`. Data is read when
    the task runs, never while the Dag is parsed, and no row that broke an expectation leaves it. Needs the extra ``gx``.

    :param expectations: a list of expectations (objects, or dicts of ``type``, ``kwargs``, ``severity``, ``meta``), an
        ``ExpectationSuite``, its JSON as a dict or as text, or the path of a file with it. Texts are templated. Or use ``checkpoint``.
    :param checkpoint: a ``Checkpoint``, or a function of the context that returns one. It brings its own data and runs its actions.
    :param conn_id: connection of the warehouse: SQLite or PostgreSQL. (templated)
    :param table: the table, ``[schema.]table``, each part as the database spells it, in double quotes if it is not made of letters,
        digits, ``_``, ``$`` and ``-``. With ``checkpoint`` it only names the dataset. (templated)
    :param query: a ``SELECT`` whose rows are checked, instead of ``table``. (templated)
    :param dataframe: instead of ``table``: a pandas DataFrame or a list of dicts, one for each row; a function (of the context) that
        returns it; or the output of a task that does.
    :param dataset: name of the data if no table names it. The default is ``<dag_id>.<task_id>``. (templated)
    :param parameters: values by name, for ``{"$PARAMETER": ...}`` in expectations. Default: none. (templated)
    :param suite: name of the suite. Results of one suite and dataset form one history. The default is ``<dag_id>.<task_id>``. (templated)
    :param fail_on: which results fail the task: ``"error"`` (default) for failed and errored checks, ``"warn"`` for warnings too,
        ``"never"`` for none.
    :param routes: names of routes of ``[dre] routes`` that are notified of a problem, even if it does not fail the task. Routes of
        ``open_incident(...)`` among the failure callbacks of the task and of its Dag are added. Default: none.
    :param incident_severity: severity of the incident: ``low``, ``medium``, ``high`` or ``critical``. The default is the highest of the
        callbacks ``open_incident(...)``, or ``medium`` without one.
    :param notify_on: which results open an incident: ``"failed"`` (default) for failed and errored checks, ``"warned"`` for warnings too,
        ``"never"`` for none. Results are kept in any case.
    :raises airflow_dre.errors.DefinitionError: an argument is invalid. The error lists all of them when the Dag is parsed.
    """

    template_fields: Sequence[str] = (
        "table",
        "query",
        "expectations",
        "dataset",
        "parameters",
        "suite",
        *GatedOperator.template_fields,
    )  # without the DataFrame: rendered fields are kept and shown

    def __init__(
        self,
        *,
        expectations: object = None,
        checkpoint: object = None,
        table: str | None = None,
        query: str | None = None,
        dataframe: object = None,
        dataset: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        suite: str | None = None,
        fail_on: str = "error",
        **kwargs: Any,
    ) -> None:
        from airflow.sdk import XComArg

        super().__init__(suite=suite, fail_on=fail_on, **kwargs)
        self.expectations = expectations
        self.checkpoint = checkpoint
        self.table = table
        self.query = query
        self.dataframe = dataframe
        self.dataset = dataset
        self.parameters = parameters
        if dataframe is not None and not self.was_named("conn_id"):
            self.conn_id = None  # default_args of the Dag are for the tasks that need a connection
        self._refuse_mistakes()
        XComArg.apply_upstream_relationship(self, dataframe)

    def measure(self, context: Context) -> SuiteRunRecord:
        """Run the expectations or the checkpoint."""
        from airflow_dre.operators.given import resolve_data
        from airflow_dre.services.checking.gx_task import GxTask, run_gx_task
        from airflow_dre.services.run_context import run_context_of

        task = GxTask(self._arguments, lambda given: resolve_data(given, context), self.get_db_hook)
        return run_gx_task(task, run_context_of(context))

    @property
    def _arguments(self) -> GxArguments:
        from airflow_dre.services.checking.gx_arguments import GxArguments

        return GxArguments(
            subject=self.subject,
            task=f"{self.dag_id}.{self.task_id}",
            suite=self.suite_name,
            expectations=self.expectations,
            checkpoint=self.checkpoint,
            conn_id=self.conn_id,
            table=self.table,
            query=self.query,
            dataframe=self.dataframe,
            dataset=self.dataset,
            parameters=self.parameters,
        )

    def _refuse_mistakes(self) -> None:
        from airflow_dre.services.checking.gx_arguments import find_gx_problems

        self.refuse([*self.find_gate_problems(), *find_gx_problems(self._arguments)])
