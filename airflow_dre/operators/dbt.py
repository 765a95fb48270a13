"""The operator that keeps what dbt found."""

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
    """
    Keep the results of a dbt invocation that ran before, then decide about the task.

    Every test, model, seed, snapshot and unit test of ``run_results.json`` becomes a result of the table that it is about; each table has
    its own suite run and its own incident. Results, lineage and the gate are those of
    :class:`~airflow_dre.operators.quality.QualityCheckOperator`, and so are the names of the datasets. dbt itself is not needed here.

    :param target_path: the target folder of dbt, with ``run_results.json`` and ``manifest.json``: a path or a URL that Airflow's
        ``ObjectStoragePath`` opens. (templated)
    :param run_results: instead: path or URL of ``run_results.json``, or of the ``sources.json`` of ``dbt source freshness``. (templated)
    :param manifest: path or URL of ``manifest.json``, written by the same invocation. (templated)
    :param conn_id: connection to the warehouse that dbt wrote to; it names the datasets, and is not opened. (templated)
    :param namespace: instead: the OpenLineage namespace of the datasets, for example ``postgres://db:5432``. (templated)
    :param allow_stale: take results that were written before this Dag run began; the default is to refuse them.
    :param suite: name of the suite; the default is ``<dag_id>.<task_id>``. Results of one suite and table form one history. (templated)
    :param fail_on: ``"error"`` (default): failed and errored results fail the task; ``"warn"``: warnings too; ``"never"``: none does.
    :param routes: names of routes of ``[dre] routes`` that are notified of a problem, whatever ``fail_on`` is; those of a callback
        ``open_incident(...)`` of the task are added.
    :param incident_severity: ``low``, ``medium``, ``high`` or ``critical``; the default is that of the callback, or else ``medium``.
    :param notify_on: ``"failed"`` (default): failed and errored checks open an incident; ``"warned"``: warnings too; ``"never"``: no check
        does.
    :raises airflow_dre.errors.DefinitionError: lists everything that is wrong with the arguments, when the Dag is parsed.
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
        """Read what dbt left behind."""
        from airflow_dre.services.dbt import Artifacts, locate, read_runs
        from airflow_dre.services.incidents.contexts import run_context_of

        results, manifest = locate(self.target_path, self.run_results, self.manifest)
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
            self.log.warning("Nothing ran in the dbt invocation of %s: its selection was empty, nothing was looked at", results)
        return runs

    @property
    def in_lineage(self) -> tuple[SuiteRunRecord, ...]:
        """Those of tables: what is about the project itself is about no dataset."""
        from airflow_dre.services.dbt import PROJECTS

        return tuple(run for run in self.suite_runs if run.namespace != PROJECTS)

    def summary(self) -> dict[str, Any]:
        """What became of all tables, and of each."""
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
