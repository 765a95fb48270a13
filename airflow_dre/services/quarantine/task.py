"""The quarantine of one task: planned when its checks are judged, and done once its results are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from airflow_dre.checks.check import Check
from airflow_dre.clock import now
from airflow_dre.config import Settings
from airflow_dre.errors import DefinitionError
from airflow_dre.services.quality.run import SuiteRun
from airflow_dre.services.quality.source import TableSpec
from airflow_dre.services.quality.source_of import find_spark_connection
from airflow_dre.services.quarantine.options import QuarantineOptions
from airflow_dre.services.quarantine.spark import copy_rows
from airflow_dre.services.quarantine.spec import BrokenRows, QuarantineSpec, find_failing_rows, incident_note, provenance_of
from airflow_dre.services.quarantine.transfer import transfer_rows
from airflow_dre.services.rehearsal import is_rehearsal
from airflow_dre.sql.names import split_table
from airflow_dre.sql.quarantine.statements import Mode
from airflow_dre.sql.scope import Scope
from airflow_dre.store.records import SuiteRunRecord


@dataclass(frozen=True, slots=True)
class PlannedQuarantine:
    """The rows that are to be quarantined, by the checks that they break."""

    options: QuarantineOptions
    run: SuiteRunRecord
    rows: BrokenRows

    @property
    def incident_note(self) -> str:
        """The text that the incident of the run adds to its detail, empty where no row can go."""
        return incident_note(self.rows, provenance_of(self.run), Mode(self.options.mode), self.options.to or "")

    def spec(self) -> QuarantineSpec:
        """Return the rows and the table they go to.

        :raises airflow_dre.errors.DefinitionError: ``quarantine_to`` names no table.
        """
        options = self.options
        return QuarantineSpec(
            subject=options.subject,
            rows=self.rows,
            target=split_table(options.to or "", options.subject, "quarantine_to"),
            mode=Mode(options.mode),
            limit=options.most_rows,
            provenance=provenance_of(self.run),
            try_number=self.run.origin.try_number,
            timeout=options.timeout,
        )


@dataclass(frozen=True, slots=True)
class QuarantineReport:
    """The outcome of a quarantine."""

    text: str
    """Lines for the log of the task."""
    summary: Mapping[str, Any]
    """Entries of the summary that the task returns."""


def plan_quarantine(options: QuarantineOptions, run: SuiteRun, checks: Sequence[Check], scope: Scope) -> PlannedQuarantine | None:
    """Return the rows that a run is to quarantine, or None if the task has no quarantine."""
    if options.to is None:
        return None
    return PlannedQuarantine(options, run.record, find_failing_rows(run.record, checks, run.answers, scope, options.on))


def quarantine_rows(planned: PlannedQuarantine, table: TableSpec, settings: Settings) -> QuarantineReport:
    """Copy or move the rows, or only report that they would go, if this is a test on the command line.

    :raises airflow_dre.errors.DefinitionError: the quarantine table does not fit, or the database does not support it.
    :raises airflow_dre.errors.QuarantineError: more rows than allowed break the checks, or other rows would change.
    :raises airflow_dre.errors.WarehouseError: the warehouse refused a statement or does not answer.
    """
    if same := planned.options.find_same_table():
        raise DefinitionError(same)
    if is_rehearsal(settings):
        return _rehearse(planned.options, planned.rows)
    spec = planned.spec()
    spark = find_spark_connection(table.conn_id)
    result = transfer_rows(table.hook(), spec, now()) if spark is None else copy_rows(spark, spec, now())
    return QuarantineReport(result.describe(), {"quarantine": result.summary()})


def _rehearse(options: QuarantineOptions, rows: BrokenRows) -> QuarantineReport:
    """Return what a run outside of a test would do."""
    checks = ", ".join(check.name for check in rows.checks) or "no check"
    text = f"quarantine: this is a test, so no row is written; otherwise {options.mode} to {options.to} the rows that break {checks}"
    summary = {"table": options.to, "mode": options.mode, "rows": 0, "test": True, "left_out": sorted(rows.skipped)}
    return QuarantineReport(text, {"quarantine": summary})
