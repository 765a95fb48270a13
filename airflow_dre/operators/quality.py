"""The operator that checks a table, files or frames."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.declaring.functions import REQUIRED
from airflow_dre.declaring.slips import find_names_problems, is_same_table
from airflow_dre.operators.gate import FAIL_ON, GatedOperator
from airflow_dre.operators.templates import refuse_texts, render_checks
from airflow_dre.services.quarantine import MODES, ON

if TYPE_CHECKING:
    from airflow.sdk import Context

    from airflow_dre.config import Settings
    from airflow_dre.errors import Problem
    from airflow_dre.services.checking.arguments import CheckArguments
    from airflow_dre.services.checking.task import TaskResult
    from airflow_dre.services.quality.record import SuiteRunRecord

_ARGUMENTS = (
    *("checks", "conn_id", "table", "data", "dataset", "read_options", "where", "statement_timeout", "trust_constraints"),
    *("quarantine_to", "quarantine", "quarantine_on", "quarantine_limit", "sample_rows", "key_columns", "mask_columns"),
    *("partition_by", "partitions", "changes"),
)


class QualityCheckOperator(GatedOperator):
    """Check a table, files or a frame with as few scans as possible, keep every result, then let the task pass or fail.

    All checks run, and their results are kept, before the task passes or fails. Bad data fails the task without retry. A warehouse that
    does not answer, and files that are missing, raise an error, so that Airflow retries. A failing suite opens one incident for the
    dataset, and a passing one resolves it.

    :param conn_id: connection of the warehouse. :mod:`airflow_dre.sql.dialects` lists the supported databases. (templated)
    :param table: the table, ``[[catalog.]schema.]table``, each part as the database spells it, in double quotes if it is not made of
        letters, digits, ``_``, ``$`` and ``-``. (templated)
    :param data: instead of ``conn_id`` and ``table``: files (a path, a pattern such as ``/data/orders/*.parquet``, a URL that
        ``ObjectStoragePath`` opens such as ``s3://conn@bucket/orders/*.csv``, or a list of these); a pandas or polars DataFrame, a polars
        LazyFrame, Arrow data or a Spark DataFrame; a list of dicts, one for each row; a function (of the context) that returns any of
        these; or the output of a task that does. DuckDB reads it (extra ``duckdb``). Its name in SQL is ``data``. (templated if it is
        paths)
    :param dataset: name of the data for results, incidents and lineage. Set it if the path differs from run to run. The default is the
        path, or ``<dag_id>.<task_id>`` for data without a path. (templated)
    :param read_options: options for reading files by name, for example ``{"delim": ";"}``. The documentation of files lists them.
    :param checks: a list of checks made by :mod:`airflow_dre.checks`, at least one. Their texts are templated.
    :param where: a SQL condition. Only rows that meet it are checked. The default is all rows. (templated)
    :param suite: name of the suite. Results of one suite and dataset form one history. The default is ``<dag_id>.<task_id>``. (templated)
    :param fail_on: which results fail the task: ``"error"`` (default) for failed and errored checks, ``"warn"`` for warnings too,
        ``"never"`` for none.
    :param routes: names of routes of ``[dre] routes`` that are notified of a problem, even if it does not fail the task. Routes of
        ``open_incident(...)`` among the failure callbacks of the task and of its Dag are added. Default: none.
    :param incident_severity: severity of the incident: ``low``, ``medium``, ``high`` or ``critical``. The default is the highest of the
        callbacks ``open_incident(...)``, or ``medium`` without one.
    :param notify_on: which results open an incident: ``"failed"`` (default) for failed and errored checks, ``"warned"`` for warnings too,
        ``"never"`` for none. Results are kept in any case.
    :param statement_timeout: longest time that one statement may take, as a duration such as ``"90s"`` or ``"10m"``, or a timedelta. Its
        checks are then errored. Connecting may take as long, but at least 20 seconds. The default is the limit of the database, and 5
        minutes for connecting.
    :param trust_constraints: let constraints that the database enforces answer ``not_null`` and ``unique`` without a scan. Their rows are
        then not counted. It has an effect in SQLite, PostgreSQL and DuckDB. The default is False.
    :param quarantine_to: a table of the same warehouse for the rows that break the row checks, with the names of these checks and the run.
        It is created if it does not exist. PostgreSQL, SQLite, DuckDB and tables of Spark. The default is no quarantine. (templated)
    :param quarantine: ``"copy"`` (default) leaves the rows in ``table`` as well, ``"move"`` deletes them there. Spark supports ``"copy"``
        only.
    :param quarantine_on: ``"error"`` (default) for the rows of failed checks, ``"warn"`` for those of warned checks too.
    :param quarantine_limit: most rows to quarantine, as a count or a percent of the rows that are checked (``500``, ``"2%"``). If more
        rows break the checks, no row is quarantined and the task fails. The default is ``"10%"`` for ``"move"``, without a limit for
        ``"copy"``.
    :param sample_rows: number of failing rows to keep of each check that fails or warns, from 0 (default) to 100. Each sample is one
        statement for ``key_columns``, the columns of the check and the reason. It is masked, and deleted after
        ``[dre] sample_retention``.
    :param key_columns: names of the columns that identify a row in a sample. Default: none.
    :param mask_columns: names of columns whose values are hidden in failing rows, reasons, observed values and segments, where ``*``
        matches any characters. Card numbers, IBANs, e-mail addresses, keys and passwords are masked in every column. Default: none.
    :param partition_by: a column, or a SQL expression about one row, that splits the table. Every check then judges the whole table from
        a scan of some partitions and the kept states of the others. Checks whose numbers cannot be merged are refused. The default is
        to scan the whole table.
    :param partitions: the partitions to scan: ``"run"`` (default) for the partition key of the run, or else its data interval;
        ``"changed"`` for those with another version than before; ``"all"``. Unknown partitions are always scanned. (templated)
    :param changes: one read-only ``SELECT`` of two columns, partition and version, for ``partitions="changed"``. The default is the
        catalogue, which PostgreSQL has for the tables that it partitions itself. (templated)
    :raises airflow_dre.errors.DefinitionError: an argument is invalid. The error lists all of them when the Dag is parsed.
    """

    template_fields: Sequence[str] = (
        "table",
        "where",
        "checks",
        "dataset",
        "suite",
        "quarantine_to",
        "partitions",
        "changes",
        *GatedOperator.template_fields,
    )
    """Without the data, of which only paths are rendered: rows are never templates, and rendered fields are kept and shown."""
    shallow_copy_attrs: Sequence[str] = ("data",)
    choices: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "fail_on": FAIL_ON,
        "quarantine": MODES,
        "quarantine_on": ON,
        "partitions": ("run", "changed", "all"),
    }

    def __init__(
        self,
        *,
        checks: Iterable[Declaration] = REQUIRED,
        table: str | None = None,
        data: object = None,
        dataset: str | None = None,
        read_options: Mapping[str, Any] | None = None,
        where: str | None = None,
        suite: str | None = None,
        fail_on: str = "error",
        statement_timeout: str | timedelta | None = None,
        trust_constraints: bool = False,
        quarantine_to: str | None = None,
        quarantine: str = "copy",
        quarantine_on: str = "error",
        quarantine_limit: int | str | None = None,
        sample_rows: int = 0,
        key_columns: Sequence[str] = (),
        mask_columns: Sequence[str] = (),
        partition_by: str | None = None,
        partitions: str = "run",
        changes: str | None = None,
        **kwargs: Any,
    ) -> None:
        from airflow.sdk import XComArg

        from airflow_dre.checks.declared.parse import read_declarations

        super().__init__(suite=suite, fail_on=fail_on, **kwargs)
        self.table = table
        self.data = data
        self.dataset = dataset
        self.read_options = read_options
        self.checks, self._mistaken = read_declarations(checks, self.subject)
        self.where = where
        self.statement_timeout = statement_timeout
        self.trust_constraints = trust_constraints
        self.quarantine_to = quarantine_to
        self.quarantine = quarantine
        self.quarantine_on = quarantine_on
        self.quarantine_limit = quarantine_limit
        self._result: TaskResult | None = None
        self.sample_rows = sample_rows
        self.key_columns = key_columns
        self.mask_columns = mask_columns
        self.partition_by = partition_by
        self.partitions = partitions
        self.changes = changes
        if data is not None and not self.was_named("conn_id"):
            self.conn_id = None  # default_args of the Dag are for the tasks that need a connection
        self._refuse_mistakes()
        if self._are_paths():
            self.template_fields = (*type(self).template_fields, "data")
        XComArg.apply_upstream_relationship(self, data)

    def _are_paths(self) -> bool:
        """Return whether the data are files: one path, pattern or URL, or several."""
        if self.data is None:
            return False
        from airflow_dre.services.checking.data_arguments import are_paths

        return are_paths(self.data)

    @classmethod
    def find_partial_problems(cls, subject: str, given: Mapping[str, Any]) -> list[Problem]:
        """Return what is wrong with the arguments of a mapped task as far as they are known."""
        from airflow.sdk import XComArg

        from airflow_dre.checks.declared.parse import check_declarations, read_declarations
        from airflow_dre.errors import Problem

        problems = super().find_partial_problems(subject, given)
        if "checks" in given and not isinstance(given["checks"], XComArg):
            declared, mistaken = read_declarations(given["checks"], subject)
            problems += [*mistaken, *check_declarations(declared)[1]]
        table, to = given.get("table"), given.get("quarantine_to")
        if isinstance(table, str) and isinstance(to, str) and is_same_table(table, to):
            problems.append(Problem(subject, "quarantine_to", to, f"another table than table={table!r}"))
        for argument in ("key_columns", "mask_columns"):
            if argument in given:
                problems += find_names_problems(subject, argument, given[argument], "a list of names of columns")
        return problems

    def measure(self, context: Context) -> SuiteRunRecord:
        """Query the source and judge the results."""
        from airflow_dre.services.checking.task import read_task, run_task
        from airflow_dre.services.run_context import run_context_of

        task = read_task(self._arguments, lambda: self.given_data(context), self.get_db_hook)
        self._result = run_task(task, run_context_of(context))
        return self._result.run

    @property
    def _settings(self) -> Settings:
        """The settings with which the task ran."""
        return super()._settings if self._result is None else self._result.task.wiring.settings

    def incident_note(self, run: SuiteRunRecord) -> str:
        """Return where the failing rows are quarantined."""
        return "" if self._result is None else self._result.incident_note

    def after_results(self, run: SuiteRunRecord) -> Mapping[str, Any]:
        """Quarantine the failing rows."""
        from airflow_dre.services.checking.task import finish_task

        report = None if self._result is None else finish_task(self._result)
        if report is None:
            return {}
        self.log.info("%s", report.text)
        return report.summary

    def given_data(self, context: Context) -> Any:
        """Return the data, made or fetched if the author passed a function or the output of a task."""
        from airflow_dre.operators.given import resolve_data

        return resolve_data(self.data, context)

    @property
    def _arguments(self) -> CheckArguments:
        from airflow_dre.services.checking.arguments import CheckArguments

        given = {name: getattr(self, name) for name in _ARGUMENTS}
        return CheckArguments(subject=self.subject, task=f"{self.dag_id}.{self.task_id}", suite=self.suite_name, **given)

    def _refuse_mistakes(self) -> None:
        from airflow_dre.services.checking.arguments import find_argument_problems

        self.refuse(find_argument_problems(self._arguments, self._mistaken, self.find_gate_problems(), self.find_data_problems()))

    def find_data_problems(self) -> list[Problem]:
        """Return what is wrong with the arguments that name the rows."""
        from airflow_dre.services.checking.data_arguments import find_source_problems

        arguments = ("conn_id", "table", "data", "dataset", "read_options")
        return find_source_problems(self.subject, {name: getattr(self, name) for name in arguments})

    def _do_render_template_fields(
        self, parent: Any, template_fields: Iterable[str], context: Any, jinja_env: Any, seen_oids: set[int]
    ) -> None:
        """Render the checks into new values: the declared ones are shared by all map indexes."""
        others = [name for name in template_fields if name not in ("checks", "data")]
        refuse_texts(((self.subject, name, getattr(parent, name, None)) for name in others), jinja_env)
        super()._do_render_template_fields(parent, others, context, jinja_env, seen_oids)
        if parent is self:
            self.checks = render_checks(self.checks, lambda text: self.render_template(text, context, jinja_env), jinja_env)
            if self._are_paths():
                self.data = self.render_template(self.data, context, jinja_env, seen_oids)
