"""The operator that runs Great Expectations itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from airflow_dre.operators.gate import GatedOperator
from airflow_dre.operators.given import made

if TYPE_CHECKING:
    from airflow.sdk import Context

    from airflow_dre.errors import Problem
    from airflow_dre.store.records import SuiteRunRecord
    from airflow_dre.tools.gx.running.data import Data
    from airflow_dre.tools.gx.running.run import Validated
    from airflow_dre.values.dataset import DatasetName

_ARGUMENTS = ("expectations", "checkpoint", "conn_id", "table", "query", "dataframe", "dataset")


class GXCheckOperator(GatedOperator):
    """
    Let Great Expectations check a table, a query or a DataFrame; keep every result, then decide about the task.

    Results, incidents, lineage and the gate are those of :class:`~airflow_dre.operators.quality.QualityCheckOperator`. Data is read when
    the task runs, never while the Dag is parsed, and no row that broke an expectation leaves it. Needs the extra ``gx``.

    :param expectations: a list of expectations (objects, or dicts of ``type``, ``kwargs``, ``severity``, ``meta``), an
        ``ExpectationSuite``, its JSON as a dict or as text, or the path of a file with it; texts are templated. Or ``checkpoint``.
    :param checkpoint: a ``Checkpoint``, or a function of the context that returns one. It brings its own data and runs its actions.
    :param conn_id: connection of the warehouse: SQLite or PostgreSQL. (templated)
    :param table: the table, ``[schema.]table``, each part as the database spells it; odd names in double quotes. With ``checkpoint``:
        the table that it looks at, to name the dataset. (templated)
    :param query: a ``SELECT`` whose rows are looked at, instead of ``table``. (templated)
    :param dataframe: instead of ``table``: a pandas DataFrame or a list of dicts, one a row; a function (of the context) that returns
        it; or the output of a task that does.
    :param dataset: name of the data where no table names it; the default is ``<dag_id>.<task_id>``. (templated)
    :param parameters: values for ``{"$PARAMETER": ...}`` in expectations. (templated)
    :param suite: name of the suite; the default is ``<dag_id>.<task_id>``. Results of one suite and dataset form one history. (templated)
    :param fail_on: ``"error"`` (default): failed and errored checks fail the task; ``"warn"``: warnings too; ``"never"``: none does.
    :param routes: names of routes of ``[dre] routes`` that are notified of a problem, whatever ``fail_on`` is; those of a callback
        ``open_incident(...)`` of the task are added.
    :param incident_severity: ``low``, ``medium``, ``high`` or ``critical``; the default is that of the callback, or else ``medium``.
    :param notify_on: ``"failed"`` (default): failed and errored checks open an incident; ``"warned"``: warnings too; ``"never"``: no check
        does.
    :raises airflow_dre.errors.DefinitionError: lists everything that is wrong with the arguments, when the Dag is parsed.
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
        """Let Great Expectations look."""
        from airflow_dre.clock import now
        from airflow_dre.services.gx import Expectations, record_expectations
        from airflow_dre.services.incidents.contexts import run_context_of
        from airflow_dre.tools.gx.running.quiet import require_gx

        require_gx()
        ask, asset = self._checkpoint_run(context) if self.checkpoint is not None else self._expectations_run(context)
        subject = Expectations(name=self.suite_name, dataset=self._name_dataset(asset), context=run_context_of(context))
        return record_expectations(subject, ask, now(), statement=self.query)

    def _expectations_run(self, context: Context) -> tuple[Callable[[], Validated], None]:
        from airflow_dre.sql.names import split_table
        from airflow_dre.tools.gx.running.data import QueryData, TableData, read_frame
        from airflow_dre.tools.gx.running.expectations import read_expectations
        from airflow_dre.tools.gx.running.refusals import refuse_data
        from airflow_dre.tools.gx.running.run import run_expectations

        expectations = read_expectations(self.expectations, self.subject)
        data: Data
        if self.dataframe is not None:
            data = read_frame(made(self.dataframe, context))
        elif self.query is not None:
            data = QueryData(self.get_db_hook(), self.query)
        else:
            data = TableData(self.get_db_hook(), split_table(self.table or ""))
        refuse_data(data, expectations)
        return partial(run_expectations, expectations, data, self.parameters), None

    def _checkpoint_run(self, context: Context) -> tuple[Callable[[], Validated], str]:
        from airflow_dre.tools.gx.running.data import read_frame
        from airflow_dre.tools.gx.running.run import asset_of, run_checkpoint

        checkpoint = made(self.checkpoint, context)
        asset = asset_of(checkpoint)
        frame = None if self.dataframe is None else read_frame(made(self.dataframe, context)).frame
        return partial(run_checkpoint, checkpoint, frame, self.parameters), asset

    def _name_dataset(self, asset: str | None) -> DatasetName:
        """Return the dataset by its table; what has no table is named by the author, by the asset of a checkpoint, or by the task."""
        from airflow_dre.services.quality.source_of import named_in_time
        from airflow_dre.sql.names import split_table
        from airflow_dre.values.dataset import DatasetName

        if self.conn_id is not None:
            hook = self.get_db_hook()
            named = named_in_time(hook, hook.get_connection(self.conn_id), split_table(self.table) if self.table else ("query",))
            if self.table:
                return named
            namespace = named.namespace
        else:
            namespace = "great_expectations" if asset else "dataframe"
        return DatasetName(namespace, self.dataset or asset or f"{self.dag_id}.{self.task_id}")

    def _refuse_mistakes(self) -> None:
        from airflow_dre.declaring.names import LONGEST_DATASET, find_name_problems
        from airflow_dre.declaring.slips import find_kind_problems
        from airflow_dre.errors import Problem
        from airflow_dre.tools.gx.running.shape import find_shape_problems

        problems: list[Problem] = self.find_gate_problems()
        texts = {name: getattr(self, name) for name in ("conn_id", "table", "query", "dataset")}
        problems += find_kind_problems(self.subject, texts, {})
        problems += [Problem(self.subject, name, text, "text that is not empty") for name, text in texts.items() if _is_blank(text)]
        problems += find_name_problems(self.subject, {"table": self.table, "dataset": self.dataset}, LONGEST_DATASET)
        if _are_no_parameters(self.parameters):
            problems.append(Problem(self.subject, "parameters", self.parameters, "a dict of values by name"))
        given = {name for name in _ARGUMENTS if getattr(self, name) is not None}
        if len(given & {"expectations", "checkpoint"}) != 1:
            problems.append(self._refused(given & {"expectations", "checkpoint"}, "exactly one of expectations and checkpoint"))
        if why := _why_not(given):
            problems.append(self._refused(given - {"expectations", "checkpoint", "dataset"}, why))
        if {"dataset", "table"} <= given:
            problems.append(self._refused({"dataset", "table"}, "dataset only where no table names the data"))
        if self.expectations is not None:
            problems += find_shape_problems(self.expectations, self.subject)
        self.refuse(problems)

    def _refused(self, given: set[str], allowed: str) -> Problem:
        from airflow_dre.errors import Problem

        return Problem(self.subject, "arguments", ", ".join(sorted(given)), allowed)


def _are_no_parameters(given: object) -> bool:
    from airflow_dre.declaring.slips import comes_later

    rendered = isinstance(given, str) and "{{" in given
    return not (given is None or rendered or isinstance(given, Mapping) or comes_later(given))


def _is_blank(text: object) -> bool:
    return isinstance(text, str) and not text.strip()


def _why_not(given: set[str]) -> str | None:
    """What is allowed instead of the arguments that say where the data is."""
    data = given & {"table", "query", "dataframe"}
    if "checkpoint" in given:
        if "query" in data or len(data) > 1:
            return "a checkpoint with nothing, with conn_id and table (to name the dataset) or with dataframe (its data)"
    elif len(data) != 1:
        return "exactly one of table, query and dataframe"
    if ("conn_id" in given) != bool(data & {"table", "query"}):
        return "conn_id with table or query, and with nothing else"
    return None
