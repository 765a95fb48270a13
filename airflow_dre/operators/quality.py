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
    :raises airflow_dre.errors.DefinitionError: lists everything that is wrong with the checks, when the Dag is parsed.
    """

    template_fields: Sequence[str] = ("table", "where", "checks", "suite", *GatedOperator.template_fields)

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
        **kwargs: Any,
    ) -> None:
        super().__init__(suite=suite, fail_on=fail_on, **kwargs)
        self.table = table
        self.checks = list(checks)
        self.where = where
        self.statement_timeout = statement_timeout
        self.trust_constraints = trust_constraints
        self._refuse_mistakes()

    def measure(self, context: Context) -> SuiteRunRecord:
        """Ask whoever has the rows, and judge the answers."""
        from airflow_dre.checks.parse import parse_checks
        from airflow_dre.services.contexts import circumstances_of
        from airflow_dre.services.suite import Suite, run_suite
        from airflow_dre.services.wiring import StoredHistory
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
            return run_suite(suite, source.engine, now(), StoredHistory(suite.dataset, suite.name))

    def _opened(self) -> AbstractContextManager[Source]:
        """The rows that the rendered arguments describe."""
        from airflow.sdk import BaseHook

        from airflow_dre.engines.spark_session import CONNECTION_TYPES
        from airflow_dre.services.sources import opened_table
        from airflow_dre.services.spark_sources import opened_spark_table

        if (known := BaseHook.get_connection(str(self.conn_id))).conn_type in CONNECTION_TYPES:
            return opened_spark_table(known, self.table, self.where or None, read_duration(self.statement_timeout))
        hook = self.get_db_hook()
        connection = hook.get_connection(str(self.conn_id))
        return opened_table(hook, connection, self.table, self.where or None, read_duration(self.statement_timeout))

    def _refuse_mistakes(self) -> None:
        from airflow_dre.checks.parse import find_problems
        from airflow_dre.errors import DefinitionError, Problem

        _, problems = find_problems(self.checks)
        problems += self.find_fail_on_problems()
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
