"""The arguments of a task that quarantines the rows which break its checks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from airflow_dre.checks.thresholds import LIMIT_ALLOWED, Limit, read_limit
from airflow_dre.declaring.slips import is_same_table, one_of
from airflow_dre.errors import Problem
from airflow_dre.services.quarantine import MODES, ON

MOVED_AT_MOST = "10%"
"""Default of ``quarantine_limit`` for ``"move"``: a wrong check must not empty a table at night."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineOptions:
    """``quarantine_to`` and the arguments that belong to it, as they were rendered."""

    subject: str
    """Name of the task in messages."""
    to: str | None
    table: str | None
    """The table that is checked. None for data."""
    has_data: bool
    """True if files or frames are checked instead of a table."""
    is_partitioned: bool
    """True if the table is judged from the states of its partitions."""
    mode: str
    on: str
    limit: int | str | None
    timeout: timedelta | None = None
    """Longest time that one statement may take."""

    @property
    def most_rows(self) -> Limit | None:
        """The most rows that may be quarantined. None: any number."""
        return read_limit(MOVED_AT_MOST if self.limit is None and self.mode == "move" else self.limit)

    def find_problems(self) -> list[Problem]:
        """Return what is wrong with the arguments."""
        words = {"quarantine": (self.mode, MODES), "quarantine_on": (self.on, ON)}
        problems = [
            Problem(self.subject, argument, value, one_of(value, allowed))
            for argument, (value, allowed) in words.items()
            if value not in allowed
        ]
        if self.limit is not None and read_limit(self.limit) is None:
            problems.append(Problem(self.subject, "quarantine_limit", self.limit, LIMIT_ALLOWED))
        if self.to is not None and self.has_data:
            allowed = "`quarantine_to` is only supported for tables; remove it or check a table instead of `data`"
            problems.append(Problem(self.subject, "quarantine_to", self.to, allowed))
        if self.to is not None and self.is_partitioned:
            allowed = "`quarantine_to` cannot be combined with `partition_by`, whose task does not read all rows; use `where` instead"
            problems.append(Problem(self.subject, "quarantine_to", self.to, allowed))
        problems += self.find_same_table()
        if self.to is not None and not str(self.to).strip():
            problems.append(Problem(self.subject, "quarantine_to", self.to, "the table that the rows are to go to, or None for none"))
        if self.to is None and (self.mode, self.on, self.limit) != ("copy", "error", None):
            problems.append(Problem(self.subject, "quarantine_to", None, "the table that the rows are to go to"))
        return problems

    def find_same_table(self) -> list[Problem]:
        """Return a problem if the checked table is its own quarantine."""
        if not isinstance(self.to, str) or not isinstance(self.table, str) or not is_same_table(self.to, self.table):
            return []
        return [Problem(self.subject, "quarantine_to", self.to, f"another table than table={self.table!r}, for example {self.table}_bad")]
