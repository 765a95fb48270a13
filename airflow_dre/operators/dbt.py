"""The operator that keeps the results of dbt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow_dre.declaring.slips import CONN_OR_NAMESPACE, PATH_ALLOWED, find_kind_problems, is_no_path
from airflow_dre.operators.gate import GatedOperator

if TYPE_CHECKING:
    from pathlib import Path

    from airflow.sdk import Context, ObjectStoragePath

    from airflow_dre.errors import Problem
    from airflow_dre.services.quality.record import SuiteRunRecord


class DbtResultsOperator(GatedOperator):
    """Keep the results of a dbt invocation that ran before, then let the task pass or fail.

    Every test, model, seed, snapshot and unit test of ``run_results.json`` becomes a result of its table, and each table has a suite run
    and an incident of its own. Results, lineage and the gate are those of
    :class:`~airflow_dre.operators.quality.QualityCheckOperator`, and so are the names of the datasets. dbt itself is not needed here.

    :param target_path: the target folder of dbt, with ``run_results.json`` and ``manifest.json``, as a path or a URL that Airflow's
        ``ObjectStoragePath`` opens. (templated)
    :param run_results: instead: path or URL of ``run_results.json``, or of the ``sources.json`` of ``dbt source freshness``. (templated)
    :param manifest: path or URL of ``manifest.json``, written by the same invocation. (templated)
    :param conn_id: connection to the warehouse that dbt wrote to. It names the datasets, and is not opened. (templated)
    :param namespace: instead: the OpenLineage namespace of the datasets, for example ``postgres://db:5432``. (templated)
    :param allow_stale: accept results that were written before this Dag run began. The default is to refuse them.
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

    template_fields: Sequence[str] = ("target_path", "run_results", "manifest", "namespace", "suite", *GatedOperator.template_fields)

    def __init__(
        self,
        *,
        target_path: str | Path | ObjectStoragePath | None = None,
        run_results: str | Path | ObjectStoragePath | None = None,
        manifest: str | Path | ObjectStoragePath | None = None,
        namespace: str | None = None,
        allow_stale: bool = False,
        suite: str | None = None,
        fail_on: str = "error",
        **kwargs: Any,
    ) -> None:
        super().__init__(suite=suite, fail_on=fail_on, **kwargs)
        paths = {"target_path": target_path, "run_results": run_results, "manifest": manifest}
        self._no_paths = {name: value for name, value in paths.items() if value is not None and is_no_path(value)}
        self.target_path = None if target_path is None else str(target_path)
        self.run_results = None if run_results is None else str(run_results)
        self.manifest = None if manifest is None else str(manifest)
        self.namespace = namespace
        self.allow_stale = allow_stale
        self._refuse_mistakes()

    def measure(self, context: Context) -> tuple[SuiteRunRecord, ...]:
        """Read the artifacts of dbt."""
        from airflow_dre.services.dbt import Artifacts, locate_artifacts, read_runs
        from airflow_dre.services.run_context import run_context_of

        results, manifest = locate_artifacts(self.target_path, self.run_results, self.manifest)
        files = Artifacts(
            results=results,
            manifest=manifest,
            conn_id=self.conn_id,
            namespace=self.namespace,
            allow_stale=self.allow_stale,
            subject=self.subject,
        )
        began = getattr(context.get("dag_run"), "start_date", None)
        runs = read_runs(files, self.suite_name, run_context_of(context), since=began, began="this Dag run")
        if not any(run.results for run in runs):
            self.log.warning("Nothing ran in the dbt invocation of %s: its selection was empty, and nothing is recorded", results)
        return runs

    @property
    def in_lineage(self) -> tuple[SuiteRunRecord, ...]:
        """The runs of tables, without that of the project itself, which is no dataset."""
        from airflow_dre.services.dbt import PROJECTS

        return tuple(run for run in self.suite_runs if run.namespace != PROJECTS)

    def summary(self) -> dict[str, Any]:
        """Return the outcome of all tables, and of each."""
        from airflow_dre.services.quality.report import summarize_all

        return summarize_all(self.suite_runs)

    def _refuse_mistakes(self) -> None:
        from airflow_dre.declaring.names import LONGEST_DATASET, find_name_problems
        from airflow_dre.errors import Problem

        problems: list[Problem] = self.find_gate_problems()
        texts = {"conn_id": self.conn_id, "namespace": self.namespace}
        problems += find_kind_problems(self.subject, texts, {"allow_stale": self.allow_stale})
        problems += find_name_problems(self.subject, {"namespace": self.namespace}, LONGEST_DATASET)
        problems += [Problem(self.subject, name, value, PATH_ALLOWED) for name, value in self._no_paths.items()]
        given = {name for name in ("target_path", "run_results", "manifest") if getattr(self, name) is not None}
        if given not in ({"target_path"}, {"run_results", "manifest"}, {"target_path", "run_results"}):
            allowed = "target_path, or run_results and manifest, or target_path and run_results"
            problems.append(Problem(self.subject, "arguments", ", ".join(sorted(given)), allowed))
        if (self.conn_id is None) == (self.namespace is None):
            problems.append(Problem(self.subject, "conn_id", self.conn_id, CONN_OR_NAMESPACE))
        self.refuse(problems)
