"""The base of operators that check data: keep the results, then let the task pass or fail."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from airflow_dre.declaring.operators import DeclaredOperator
from airflow_dre.declaring.slips import find_kind_problems, one_of
from airflow_dre.operators.connected import ConnectedOperator
from airflow_dre.operators.links import ResultsLink

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors import OperatorLineage
    from airflow.sdk import Context

    from airflow_dre.config import Settings
    from airflow_dre.errors import Problem
    from airflow_dre.incidents.notify_options import NotifyOptions
    from airflow_dre.services.quality.record import SuiteRunRecord

FAIL_ON = ("error", "warn", "never")


class GatedOperator(DeclaredOperator, ConnectedOperator):
    """An operator that checks data, keeps every result, and then passes or fails.

    :param suite: name of the suite. Results of one suite and dataset form one history. The default is ``<dag_id>.<task_id>``. (templated)
    :param fail_on: which results fail the task: ``"error"`` (default) for failed and errored checks, ``"warn"`` for warnings too,
        ``"never"`` for none.
    :param routes: names of routes of ``[dre] routes`` that are notified of a problem, even if it does not fail the task. Routes of
        ``open_incident(...)`` among the failure callbacks of the task and of its Dag are added. Default: none.
    :param incident_severity: severity of the incident: ``low``, ``medium``, ``high`` or ``critical``. The default is the highest of the
        callbacks ``open_incident(...)``, or ``medium`` without one.
    :param notify_on: which results open an incident: ``"failed"`` (default) for failed and errored checks, ``"warned"`` for warnings too,
        ``"never"`` for none. Results are kept in any case.
    """

    operator_extra_links = (ResultsLink(),)
    choices: ClassVar[Mapping[str, tuple[str, ...]]] = {"fail_on": FAIL_ON}
    ui_color = "#d5f0e3"

    def __init__(
        self,
        *,
        suite: str | None = None,
        fail_on: str = "error",
        routes: str | Iterable[str] = (),
        incident_severity: str | None = None,
        notify_on: str = "failed",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.suite = suite
        self.fail_on = fail_on
        listed = isinstance(routes, Iterable) and not isinstance(routes, (str, Mapping))
        self.routes = (routes,) if isinstance(routes, str) else tuple(routes) if listed else routes
        self.incident_severity = incident_severity
        self.notify_on = notify_on
        self.suite_runs: tuple[SuiteRunRecord, ...] = ()
        """The runs of the task, one for each dataset."""
        self.extra_summary: dict[str, Any] = {}
        """Entries of the summary beyond those of the runs."""

    @property
    def suite_run(self) -> SuiteRunRecord | None:
        """The run of an operator that checks one dataset, once it has measured."""
        return self.suite_runs[0] if self.suite_runs else None

    @property
    def in_lineage(self) -> tuple[SuiteRunRecord, ...]:
        """The runs whose datasets are part of the lineage."""
        return self.suite_runs

    @property
    def _settings(self) -> Settings:
        """The settings of the task."""
        from airflow_dre.services.wiring import read_wiring

        return read_wiring().settings

    @abstractmethod
    def measure(self, context: Context) -> SuiteRunRecord | tuple[SuiteRunRecord, ...]:
        """Query the data and judge it. Return one run, or one for each of several datasets.

        :raises airflow_dre.errors.DefinitionError: a rendered argument is invalid.
        :raises airflow_dre.errors.WarehouseUnreachable: the warehouse does not answer.
        """

    def incident_note(self, run: SuiteRunRecord) -> str:
        """Return text that an incident adds to the broken checks. It is called before :meth:`after_results`."""
        return ""

    def after_results(self, run: SuiteRunRecord) -> Mapping[str, Any]:
        """Change the data once the results are kept, before the task passes or fails. Return entries of the summary.

        :raises airflow_dre.errors.DefinitionError: an argument does not fit the database.
        :raises airflow_dre.errors.QuarantineError: the change is not allowed.
        :raises airflow_dre.errors.WarehouseError: the warehouse refused the change or does not answer.
        """
        return {}

    def execute(self, context: Context) -> Any:
        """Run the checks, and return a summary of counts, score and broken checks."""
        from airflow.sdk.exceptions import AirflowFailException

        from airflow_dre.errors import DefinitionError, GateError, QuarantineError
        from airflow_dre.services.incidents.delivery import deliver_all
        from airflow_dre.services.quality.gate import check_gates
        from airflow_dre.services.quality.report import render_report, render_reports
        from airflow_dre.services.quality.signal import delivery_of

        try:
            found = self.measure(context)
            self.suite_runs = found if isinstance(found, tuple) else (found,)
            self.log.info("%s", render_reports(found) if isinstance(found, tuple) else render_report(found))
            notify_options = self.read_notify_options()
            deliver_all((delivery_of(run, self.incident_note(run), notify_options) for run in self.suite_runs), self._settings)
            for run in self.suite_runs:
                self.extra_summary |= self.after_results(run)
            check_gates(self.suite_runs, self.fail_on)
        except (DefinitionError, GateError, QuarantineError) as error:  # a retry cannot help
            if self.suite_runs:
                context["ti"].xcom_push(key="return_value", value=self.return_value())
            raise AirflowFailException(str(error)) from error
        return self.return_value()

    def return_value(self) -> Any:
        """Return the return value of the task, which is kept even if the gate closes."""
        return self.summary()

    def summary(self) -> dict[str, Any]:
        """Return counts, score and broken checks, and the entries of :meth:`after_results`."""
        from airflow_dre.services.quality.report import summarize

        return {**summarize(self.suite_runs[0]), **self.extra_summary}

    @property
    def subject(self) -> str:
        """Name of the task in messages."""
        return self.task_label

    @property
    def suite_name(self) -> str:
        """Name of the suite."""
        return self.suite or f"{self.dag_id}.{self.task_id}"

    def read_notify_options(self) -> NotifyOptions:
        """Return who hears of a problem: the arguments of the operator, joined with those of ``open_incident`` of it and its Dag.

        :raises airflow_dre.errors.DefinitionError: lists every argument that is invalid.
        """
        from airflow_dre.incidents.notify_options import options_of_callbacks, read_notify_options

        own = read_notify_options(self.subject, routes=self.routes, severity=self.incident_severity, notify_on=self.notify_on)
        return own.joined_with(options_of_callbacks(*self.failure_callbacks))

    @classmethod
    def find_partial_problems(cls, subject: str, given: Mapping[str, Any]) -> list[Problem]:
        """Return what is wrong with the arguments of a mapped task as far as they are known."""
        from airflow_dre.incidents.notify_options import find_notify_problems

        names = {"routes": "routes", "incident_severity": "severity", "notify_on": "notify_on"}
        notify_options = {option: given[name] for name, option in names.items() if name in given and not hasattr(given[name], "resolve")}
        return super().find_partial_problems(subject, given) + find_notify_problems(subject, **notify_options)

    def find_gate_problems(self) -> list[Problem]:
        """Return the problems with ``suite``, ``fail_on``, ``routes``, ``incident_severity`` and ``notify_on``."""
        from airflow_dre.declaring.names import find_name_problems
        from airflow_dre.errors import Problem
        from airflow_dre.incidents.notify_options import find_notify_problems

        problems = [] if self.fail_on in FAIL_ON else [Problem(self.subject, "fail_on", self.fail_on, one_of(self.fail_on, FAIL_ON))]
        problems += find_kind_problems(self.subject, {"suite": self.suite}, {})
        problems += find_name_problems(self.subject, {"suite": self.suite, "conn_id": self.conn_id})
        return problems + find_notify_problems(self.subject, routes=self.routes, severity=self.incident_severity, notify_on=self.notify_on)

    def get_openlineage_facets_on_start(self) -> OperatorLineage[Any, Any]:
        """Return an empty lineage, because nothing is known before the checks ran. Airflow warns about None."""
        from airflow.providers.openlineage.extractors import OperatorLineage

        return OperatorLineage()

    def get_openlineage_facets_on_complete(self, task_instance: Any) -> OperatorLineage[Any, Any]:
        """Return the checked datasets with assertions and metrics, on FAIL as well: the results are in before the gate closes."""
        from airflow.providers.openlineage.extractors import OperatorLineage

        if not self.suite_runs:
            return OperatorLineage()
        from airflow_dre.lineage.facets import input_dataset, run_facets

        return OperatorLineage(inputs=[input_dataset(run) for run in self.in_lineage], run_facets=run_facets(*self.suite_runs))
