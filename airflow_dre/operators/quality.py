"""The operator that checks a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow_dre.checks.declaration import Declaration
from airflow_dre.checks.instants import DURATION_ALLOWED, read_duration
from airflow_dre.operators.gate import GatedOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

    from airflow_dre.services.partitions import Partitioning
    from airflow_dre.services.sources import Source
    from airflow_dre.store.records import SuiteRunRecord


class QualityCheckOperator(GatedOperator):
    """
    Check a table with as few scans as possible, keep every result, then decide about the task.

    All checks run and are stored before the task decides. Bad data fails the task without retry; a warehouse that does not answer
    raises, so that Airflow retries. A failing suite opens one incident for the dataset, and a passing one resolves it.

    :param conn_id: connection of the warehouse; :mod:`airflow_dre.sql.dialects` has the databases that are spoken to. (templated)
    :param table: the table, ``[[catalog.]schema.]table``, each part as the database spells it; odd names in double quotes. (templated)
    :param checks: checks made by :mod:`airflow_dre.checks`; their texts are templated.
    :param where: a SQL condition: only rows that meet it are looked at. (templated)
    :param suite: name of the suite; the default is ``<dag_id>.<task_id>``. Results of one suite and table form one history. (templated)
    :param fail_on: ``"error"`` (default): failed and errored checks fail the task; ``"warn"``: warnings too; ``"never"``: none does.
    :param statement_timeout: longest time that one statement may take (``"90s"``, ``"10m"``, a timedelta); its checks are then errored.
        The default is the database's own.
    :param trust_constraints: let ``not_null`` and ``unique`` be answered by constraints that the database enforces, without a scan; their
        rows are then not counted. SQLite, PostgreSQL and DuckDB; elsewhere nothing changes.
    :param partition_by: a column, or a SQL expression about one row, by which the table is split. Every check then judges the whole table,
        of which only some partitions are looked at; what the others contribute is kept from earlier runs. Checks whose numbers do not
        follow from those of partitions are refused.
    :param partitions: which ones are looked at: ``"run"`` (default): the partition key of the run, or else its data interval;
        ``"changed"``: those with another version than before; ``"all"``. Those of which nothing is known are looked at anyway. (templated)
    :param changes: one read-only ``SELECT`` of two columns, partition and version, for ``partitions="changed"``; the default is to ask the
        catalogue, which PostgreSQL has of the tables that it partitions itself. (templated)
    :raises airflow_dre.errors.DefinitionError: lists everything that is wrong with the checks, when the Dag is parsed.
    """

    template_fields: Sequence[str] = ("table", "where", "checks", "suite", "partitions", "changes", *GatedOperator.template_fields)

    def __init__(
        self,
        *,
        table: str,
        checks: Iterable[Declaration],
        where: str | None = None,
        suite: str | None = None,
        fail_on: str = "error",
        statement_timeout: str | timedelta | None = None,
        trust_constraints: bool = False,
        partition_by: str | None = None,
        partitions: str = "run",
        changes: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(suite=suite, fail_on=fail_on, **kwargs)
        self.table = table
        self.checks = list(checks)
        self.where = where
        self.statement_timeout = statement_timeout
        self.trust_constraints = trust_constraints
        self.partition_by = partition_by
        self.partitions = partitions
        self.changes = changes
        self._refuse_mistakes()

    def measure(self, context: Context) -> SuiteRunRecord:
        """Ask whoever has the rows, and judge the answers."""
        from airflow_dre.checks.parse import parse_checks
        from airflow_dre.services.contexts import circumstances_of
        from airflow_dre.services.partitions import run_partitioned
        from airflow_dre.services.suite import Suite, run_suite
        from airflow_dre.services.wiring import StoredHistory, StoredPartitions
        from airflow_dre.store.clock import now

        checks = parse_checks(self.checks)
        with self._opened() as source:
            suite = Suite(
                name=self.suite_name,
                dataset=source.dataset,
                scope=source.scope,
                checks=checks,
                trust_constraints=self.trust_constraints,
                circumstances=circumstances_of(context),
            )
            history = StoredHistory(suite.dataset, suite.name)
            if self.partition_by is None:
                return run_suite(suite, source.engine, now(), history)
            return run_partitioned(
                suite, source.engine, now(), self._partitioning(self.partition_by), StoredPartitions(suite.dataset), history
            )

    def _partitioning(self, partition_by: str) -> Partitioning:
        """How the rendered arguments split the table."""
        from airflow_dre.checks.partition_choice import Choice, find_partition_problems
        from airflow_dre.checks.partition_values import split_by
        from airflow_dre.errors import DefinitionError
        from airflow_dre.services.partitions import Partitioning

        problems = find_partition_problems(self.subject, (), partition_by, self.partitions, self.changes)
        if problems:
            raise DefinitionError(problems)
        return Partitioning(by=split_by(partition_by), choice=Choice(self.partitions), changes=self.changes)

    def _opened(self) -> AbstractContextManager[Source]:
        """The rows that the rendered arguments describe."""
        from airflow_dre.services.sources import opened_table

        hook = self.get_db_hook()
        connection = hook.get_connection(str(self.conn_id))
        return opened_table(hook, connection, self.table, self.where or None, read_duration(self.statement_timeout))

    def _refuse_mistakes(self) -> None:
        from airflow_dre.checks.parse import find_problems
        from airflow_dre.checks.partition_choice import find_partition_problems
        from airflow_dre.errors import DefinitionError, Problem

        checks, problems = find_problems(self.checks)
        problems += self.find_fail_on_problems()
        problems += find_partition_problems(self.subject, checks, self.partition_by, self.partitions, self.changes)
        if self.statement_timeout is not None and read_duration(self.statement_timeout) is None:
            problems.append(Problem(self.subject, "statement_timeout", self.statement_timeout, DURATION_ALLOWED))
        if not self.checks:
            problems.append(Problem(self.subject, "checks", self.checks, "at least one check"))
        if problems:
            raise DefinitionError(problems)

    def _do_render_template_fields(
        self, parent: Any, template_fields: Iterable[str], context: Any, jinja_env: Any, seen_oids: set[int]
    ) -> None:
        """Render the checks into new values: the declared ones are shared by all map indexes."""
        others = [name for name in template_fields if name != "checks"]
        super()._do_render_template_fields(parent, others, context, jinja_env, seen_oids)
        if parent is self:
            self.checks = [check.rendered(lambda text: self.render_template(text, context, jinja_env)) for check in self.checks]
