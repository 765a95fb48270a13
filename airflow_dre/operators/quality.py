"""The operator that checks a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from airflow.providers.common.sql.operators.sql import BaseSQLOperator

from airflow_dre.checks.declaration import Declaration
from airflow_dre.operators.links import ResultsLink

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors import OperatorLineage
    from airflow.sdk import Context

    from airflow_dre.services.suite import Suite
    from airflow_dre.store.records import SuiteRunRecord

FAIL_ON = ("error", "warn", "never")


class QualityCheckOperator(BaseSQLOperator):
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
    :raises airflow_dre.errors.DefinitionError: lists everything that is wrong with the checks, when the Dag is parsed.
    """

    template_fields: Sequence[str] = ("table", "where", "checks", "suite", *BaseSQLOperator.template_fields)
    operator_extra_links = (ResultsLink(),)
    ui_color = "#d5f0e3"

    def __init__(
        self,
        *,
        table: str,
        checks: Iterable[Declaration],
        where: str | None = None,
        suite: str | None = None,
        fail_on: str = "error",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.table = table
        self.checks = list(checks)
        self.where = where
        self.suite = suite
        self.fail_on = fail_on
        self.suite_run: SuiteRunRecord | None = None
        self._refuse_mistakes()

    def execute(self, context: Context) -> dict[str, Any]:
        """Run the checks; the return value is a summary of counts, score and broken checks."""
        from airflow.sdk.exceptions import AirflowFailException

        from airflow_dre.engines.warehouse import opened
        from airflow_dre.errors import DefinitionError, GateError
        from airflow_dre.services.report import render_report, summarize
        from airflow_dre.services.suite import check_gate, delivery_of, run_suite
        from airflow_dre.services.wiring import keep
        from airflow_dre.store.clock import now

        try:
            with opened(self.get_db_hook()) as warehouse:
                self.suite_run = run = run_suite(self._resolve(context), warehouse, now())
            self.log.info("%s", render_report(run))
            keep(delivery_of(run))
            check_gate(run, self.fail_on)
        except (DefinitionError, GateError) as error:  # trying again cannot help
            if self.suite_run is not None:
                context["ti"].xcom_push(key="return_value", value=summarize(self.suite_run))
            raise AirflowFailException(str(error)) from error
        return summarize(run)

    def _resolve(self, context: Context) -> Suite:
        """The suite as its rendered arguments describe it."""
        from airflow_dre.checks.parse import parse_checks
        from airflow_dre.lineage.naming import name_dataset
        from airflow_dre.services.contexts import circumstances_of
        from airflow_dre.services.suite import Suite
        from airflow_dre.sql.dialects import find_dialect
        from airflow_dre.sql.names import split_table
        from airflow_dre.sql.scope import Scope

        hook = self.get_db_hook()
        table = split_table(self.table)
        return Suite(
            name=self.suite or f"{self.dag_id}.{self.task_id}",
            dataset=name_dataset(hook, hook.get_connection(str(self.conn_id)), table),
            scope=Scope(table, self.where or None, find_dialect(hook.conn_type)),
            checks=parse_checks(self.checks),
            circumstances=circumstances_of(context),
        )

    def _refuse_mistakes(self) -> None:
        from airflow_dre.checks.parse import find_problems
        from airflow_dre.errors import DefinitionError, Problem

        _, problems = find_problems(self.checks)
        if self.fail_on not in FAIL_ON:
            problems.append(Problem(f"QualityCheckOperator {self.task_id}", "fail_on", self.fail_on, ", ".join(FAIL_ON)))
        if not self.checks:
            problems.append(Problem(f"QualityCheckOperator {self.task_id}", "checks", self.checks, "at least one check"))
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

    def get_openlineage_facets_on_start(self) -> OperatorLineage[Any, Any] | None:
        """Nothing is known before the checks ran."""
        return None

    def get_openlineage_facets_on_complete(self, task_instance: Any) -> OperatorLineage[Any, Any] | None:
        """The checked dataset with its assertions and metrics; on FAIL as well, since the results are in before the gate closes."""
        if self.suite_run is None:
            return None
        from airflow.providers.openlineage.extractors import OperatorLineage

        from airflow_dre.lineage.facets import input_dataset, run_facets

        return OperatorLineage(inputs=[input_dataset(self.suite_run)], run_facets=run_facets(self.suite_run))
