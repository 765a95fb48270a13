"""What another tool found, in our terms, and what is kept of it."""

from __future__ import annotations

from dataclasses import dataclass

from airflow_dre.checks.outcomes import Outcome, Range
from airflow_dre.store.records import Definition, ResultRecord

_OPEN = Range()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Outcome, reason and numbers of one result."""

    outcome: Outcome
    reason: str
    expected: str = ""
    observed: str | None = None
    value: float | None = None
    unit: str = ""
    violations: int | None = None
    rows: int | None = None
    warn: Range = _OPEN
    fail: Range = _OPEN

    def recorded(self, check_id: str, definition: Definition, statement: str | None) -> ResultRecord:
        """What is kept of it."""
        return ResultRecord(
            check_id=check_id,
            definition=definition,
            outcome=self.outcome,
            reason=self.reason,
            expected=self.expected,
            observed=self.observed,
            value=self.value,
            unit=self.unit,
            violations=self.violations,
            rows=self.rows,
            warn=self.warn,
            fail=self.fail,
            statement=statement,
        )
