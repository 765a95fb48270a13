"""Records of runs of dbt, one for each table of the project, the same as of our own checks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from airflow_dre.checks.check import CheckSeverity
from airflow_dre.checks.dimensions import Dimension
from airflow_dre.checks.outcomes import Judgement, Outcome
from airflow_dre.checks.reasons import foreign
from airflow_dre.errors import DefinitionError, Problem
from airflow_dre.incidents.notify_options import NotifyOptions
from airflow_dre.services.quality.record import Measurement, record_run
from airflow_dre.services.quality.redact import Redaction, redacted_result
from airflow_dre.services.quality.signal import delivery_of
from airflow_dre.services.run_context import RunContext
from airflow_dre.store.records import Definition, Delivery, ResultRecord, SuiteRunRecord
from airflow_dre.tools.dbt.artifacts.documents import Invocation, Node, Result, read_invocation, read_manifest, refuse_stale
from airflow_dre.tools.dbt.artifacts.names import Namer, namer_of
from airflow_dre.tools.dbt.artifacts.nodes import (
    TABLES,
    columns_of_test,
    dimension_of,
    kind_of,
    meta_of,
    owner_of,
    parts_of,
    runbook_of,
    table_of,
)
from airflow_dre.tools.dbt.artifacts.verdicts import judge_build, judge_source, judge_test, judge_unit_test
from airflow_dre.tools.translation import text_in
from airflow_dre.values.dataset import DatasetName
from airflow_dre.values.digest import digest

PROJECTS = "dbt"
"""The namespace of results about a project instead of a table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifacts:
    """The files of dbt, and the arguments to read them."""

    results: str
    """Path or URL of ``run_results.json`` or ``sources.json``."""
    manifest: str
    conn_id: str | None = None
    namespace: str | None = None
    allow_stale: bool = False
    subject: str = "dbt"
    """The caller's name in messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    name: str
    dataset: DatasetName
    context: RunContext = field(default_factory=RunContext)


def locate_artifacts(target_path: Any, run_results: Any, manifest: Any) -> tuple[str, str]:
    """Return the paths of both files, by default in the target folder."""
    folder = None if target_path is None else str(target_path).rstrip("/")
    results = f"{folder}/run_results.json" if run_results is None else str(run_results)
    return results, f"{folder}/manifest.json" if manifest is None else str(manifest)


def read_runs(files: Artifacts, suite: str, context: RunContext, *, since: datetime | None, began: str) -> tuple[SuiteRunRecord, ...]:
    """Read and record the results of dbt.

    :param since: older results are refused, unless the files may be stale; None: any age is accepted.
    :param began: the name of the run that began then.
    :raises DefinitionError: a file is missing, broken, of another version or invocation, or stale.
    """
    manifest = read_manifest(_content(files.manifest, "manifest", files.subject), files.manifest, files.subject)
    content = _content(files.results, "run_results", files.subject)
    invocation = read_invocation(content, files.results, manifest, files.manifest, files.subject)
    if since is not None and not files.allow_stale:
        refuse_stale(invocation, since, files.results, files.subject, began)
    namer = namer_of(files.conn_id, files.namespace, manifest.metadata.adapter_type, files.subject)
    return record_invocation(invocation, namer, suite, context)


def record_invocation(invocation: Invocation, namer: Namer, suite: str, context: RunContext) -> tuple[SuiteRunRecord, ...]:
    """Return one run for each table that dbt built or tested, in the order of dbt's results.

    Results about no table are recorded for the project itself, and so is an invocation that ran nothing.
    """
    project = DatasetName(PROJECTS, invocation.manifest.metadata.project_name or "project")
    kept: dict[DatasetName, dict[str, tuple[Result, ResultRecord]]] = {}
    for result in invocation.results:
        node = invocation.manifest.find(result.unique_id)
        table = None if node is None else table_of(node, invocation.manifest)
        dataset = project if table is None else namer.name(parts_of(table))
        kept.setdefault(dataset, {})[result.unique_id] = (result, _record(result, node, table, invocation, dataset.name))
    runs = []
    for dataset, found in (kept or {project: {}}).items():
        run = record_run(
            _Subject(name=suite, dataset=dataset, context=context),
            tuple(record for _, record in found.values()),
            Measurement(
                engine=f"dbt-{invocation.manifest.metadata.adapter_type or 'unknown'}",
                queries=sum(record.outcome is not Outcome.SKIPPED for _, record in found.values()),
                measured_at=invocation.metadata.generated_at,
                seconds=sum(result.execution_time for result, _ in found.values()),
            ),
        )
        left_out = any(result.status == "skipped" for result, _ in found.values())
        healthy = run.outcome in (Outcome.PASSED, Outcome.WARNED)
        runs.append(replace(run, outcome=Outcome.SKIPPED) if left_out and healthy else run)  # a part of the results ends no incident
    return tuple(runs)


def deliveries_of(runs: Iterable[SuiteRunRecord], notify_options: NotifyOptions) -> list[Delivery]:
    """Return the runs with their signals. Problems carry the severity and the routes of ``notify_options``."""
    return [delivery_of(run, notify_options=notify_options) for run in runs]


def _record(result: Result, node: Node | None, table: Node | None, invocation: Invocation, dataset: str) -> ResultRecord:
    judgement = _judge(result, node, of_sources=invocation.of_sources)
    freshness = "freshness." if invocation.of_sources else ""
    check_id = digest("dbt", freshness, result.unique_id)[:16]
    redaction = Redaction(definition=_definition(result, node, table, invocation), dataset=dataset)
    return redacted_result(check_id, judgement, result.compiled_code, redaction)


def _judge(result: Result, node: Node | None, *, of_sources: bool) -> Judgement:
    if node is None:
        reason = foreign(f"dbt reports {result.status}, but its manifest does not contain this node")
        return Judgement(outcome=Outcome.ERRORED, reason=reason, expected="")
    if of_sources:
        return judge_source(result)
    match node.resource_type:
        case "test":
            return judge_test(result, node)
        case "unit_test":
            return judge_unit_test(result)
        case _:
            return judge_build(result, "it builds" if node.resource_type in TABLES else "it runs")


def _definition(result: Result, node: Node | None, table: Node | None, invocation: Invocation) -> Definition:
    if node is None:
        return Definition(name=result.unique_id, kind="unknown", columns=(), dimension=Dimension.CONFORMITY.value, severity="error")
    kind, name = kind_of(node), node.name
    dimension = dimension_of(node)
    if invocation.of_sources:
        kind, name, dimension = "source_freshness", f"freshness of {name}", Dimension.TIMELINESS
    elif node.resource_type in TABLES:
        name = f"{kind} {name} builds"
    lenient = node.resource_type == "test" and (node.config.severity or "error").lower() == "warn"
    return Definition(
        name=name,
        kind=kind,
        columns=columns_of_test(node),
        dimension=dimension.value,
        severity=(CheckSeverity.WARN if lenient else CheckSeverity.ERROR).value,
        where=node.config.where if node.resource_type == "test" else None,
        description=node.description or text_in(meta_of(node), "description"),
        owner=owner_of(node, table, invocation.manifest),
        runbook=runbook_of(node),
        tags=tuple(node.tags),
    )


def _content(path: str, argument: str, subject: str) -> bytes:
    """Return the bytes of a local file, or of an object that Airflow's ``ObjectStoragePath`` leads to."""
    try:
        if "://" not in path:
            return Path(path).expanduser().read_bytes()
        from airflow.sdk import ObjectStoragePath

        content: bytes = ObjectStoragePath(path).read_bytes()
        return content
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        why = "it does not exist: did dbt run with this target folder?" if isinstance(error, FileNotFoundError) else str(error)
        raise DefinitionError([Problem(subject, argument, path, f"a file that dbt wrote ({why})")]) from error
