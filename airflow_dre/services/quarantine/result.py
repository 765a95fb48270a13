"""The outcome of a quarantine, for the log and for the summary of a task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from airflow_dre.services.quarantine.spec import QuarantineSpec
from airflow_dre.sql.quarantine.statements import Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineResult:
    """The number of rows that went into quarantine, and where they are."""

    table: str
    mode: Mode
    batch: str
    rows: int
    looked_at: int
    """Rows that were checked."""
    replaced: int
    """Copies of an earlier try that were replaced."""
    skipped: Mapping[str, str]
    """Reasons why failing checks name no rows, by the name of the check."""

    def describe(self) -> str:
        """Return one line for the log, and one for each check that was left out."""
        verb = {Mode.COPY: "copied", Mode.MOVE: "moved"}[self.mode]
        of_all = f" of {self.looked_at}" if self.looked_at else ""
        replaced = f", in place of {self.replaced} copies of an earlier try" if self.replaced else ""
        rows = "row was" if (self.looked_at or self.rows) == 1 else "rows were"
        lines = [f"quarantine: {self.rows}{of_all} {rows} {verb} to {self.table} as batch {self.batch}{replaced}"]
        return "\n".join([*lines, *(f"quarantine: {name} was left out: {reason}" for name, reason in self.skipped.items())])

    def summary(self) -> dict[str, object]:
        """Return the part of a task's summary that is about its quarantine."""
        return {
            "table": self.table,
            "mode": self.mode.value,
            "batch": self.batch,
            "rows": self.rows,
            "looked_at": self.looked_at,
            "replaced": self.replaced,
            "left_out": sorted(self.skipped),
        }


def result_of(spec: QuarantineSpec, *, rows: int = 0, looked_at: int = 0, replaced: int = 0) -> QuarantineResult:
    """Return the result of a quarantine in numbers."""
    return QuarantineResult(
        table=".".join(spec.target),
        mode=spec.mode,
        batch=spec.provenance.batch,
        rows=rows,
        looked_at=looked_at,
        replaced=replaced,
        skipped=spec.rows.skipped,
    )
