"""The arguments of an operator that say where the rows go which break its checks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow_dre.declaring.slips import is_same_table, one_of
from airflow_dre.operators.gate import QUARANTINE_MODES, QUARANTINE_ON

if TYPE_CHECKING:
    from datetime import timedelta

    from airflow_dre.checks.check import Check
    from airflow_dre.checks.judging import AnswersByMetric
    from airflow_dre.errors import Problem
    from airflow_dre.services.quarantine.aside import Breaches
    from airflow_dre.sql.scope import Scope
    from airflow_dre.store.records import SuiteRunRecord

MOVED_AT_MOST = "10%"
"""Most rows that are moved away where nobody said how many may be: a broken check must not empty a table at night."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """``quarantine_to`` and what belongs to it, as rendered."""

    subject: str
    to: str | None
    table: str | None
    """The table that is checked, where one is."""
    has_data: bool
    """Whether files or frames are checked, and not a table."""
    is_partitioned: bool
    """Whether the table is judged from the states of its partitions."""
    mode: str
    on: str
    limit: int | str | None
    timeout: timedelta | None = None

    def find_problems(self) -> list[Problem]:
        """What is wrong with the arguments."""
        from airflow_dre.checks.thresholds import LIMIT_ALLOWED, read_limit
        from airflow_dre.errors import Problem

        given = {"quarantine": (self.mode, QUARANTINE_MODES), "quarantine_on": (self.on, QUARANTINE_ON)}
        problems = [
            Problem(self.subject, argument, value, one_of(value, allowed))
            for argument, (value, allowed) in given.items()
            if value not in allowed
        ]
        if self.limit is not None and read_limit(self.limit) is None:
            problems.append(Problem(self.subject, "quarantine_limit", self.limit, LIMIT_ALLOWED))
        if self.to is not None and self.has_data:
            problems.append(Problem(self.subject, "quarantine_to", self.to, "nothing beside data: only tables are written to"))
        if self.to is not None and self.is_partitioned:
            allowed = "nothing beside partition_by: rows are put aside by a task that looks at them; say where instead"
            problems.append(Problem(self.subject, "quarantine_to", self.to, allowed))
        problems += self._find_same_table()
        if self.to is not None and not str(self.to).strip():
            problems.append(Problem(self.subject, "quarantine_to", self.to, "the table that the rows are to go to, or None for none"))
        if self.to is None and (self.mode, self.on, self.limit) != ("copy", "error", None):
            problems.append(Problem(self.subject, "quarantine_to", None, "the table that the rows are to go to"))
        return problems

    def _find_same_table(self) -> list[Problem]:
        """Refuse the checked table as its own quarantine."""
        from airflow_dre.errors import Problem

        if not isinstance(self.to, str) or not isinstance(self.table, str) or not is_same_table(self.to, self.table):
            return []
        return [Problem(self.subject, "quarantine_to", self.to, f"another table than table={self.table!r}, for example {self.table}_bad")]

    def find_breaches(
        self, run: SuiteRunRecord, checks: Sequence[Check], found: AnswersByMetric, scope: Scope
    ) -> tuple[Breaches, Scope] | None:
        """Return the broken checks and the rows they are about; None where no rows are to go anywhere."""
        from airflow_dre.services.quarantine.aside import find_breaches

        return (find_breaches(run, checks, found, scope, self.on), scope) if self.to is not None else None

    def note(self, run: SuiteRunRecord, breaches: Breaches) -> str:
        """What an incident is told."""
        from airflow_dre.services.quarantine.aside import announce, stamp_of
        from airflow_dre.sql.quarantine.statements import Mode

        return announce(stamp_of(run, Mode(self.mode), run.measured_at), self.to or "", breaches)

    def put(
        self, run: SuiteRunRecord, breaches: Breaches, scope: Scope, conn_id: str, hook: Callable[[], Any]
    ) -> tuple[str, dict[str, Any]]:
        """Put the rows aside; the words for the log, and what the summary of the task says.

        :raises airflow_dre.errors.DefinitionError: the quarantine table does not fit, or the database is not one that is written to.
        :raises airflow_dre.errors.QuarantineError: the rows must not go.
        :raises airflow_dre.errors.WarehouseError: the warehouse did not do it.
        """
        from airflow.sdk import BaseHook

        from airflow_dre.checks.thresholds import read_limit
        from airflow_dre.clock import now
        from airflow_dre.engines.spark.session import CONNECTION_TYPES
        from airflow_dre.errors import DefinitionError
        from airflow_dre.services.quarantine.aside import Quarantine, put_aside, stamp_of, summarize_taken, tell
        from airflow_dre.services.quarantine.spark import copy_aside
        from airflow_dre.services.rehearsal import is_rehearsal
        from airflow_dre.sql.names import split_table
        from airflow_dre.sql.quarantine.statements import Mode

        if same := self._find_same_table():
            raise DefinitionError(same)
        if is_rehearsal():
            return self._rehearse(breaches)
        limit = MOVED_AT_MOST if self.limit is None and self.mode == "move" else self.limit
        wanted = Quarantine(
            subject=self.subject,
            target=split_table(self.to or "", self.subject, "quarantine_to"),
            mode=Mode(self.mode),
            limit=read_limit(limit),
            timeout=self.timeout,
        )
        stamp, tries = stamp_of(run, wanted.mode, now()), run.origin.try_number
        if (connection := BaseHook.get_connection(conn_id)).conn_type in CONNECTION_TYPES:
            taken = copy_aside(connection, scope, breaches.broken, stamp, wanted)
        else:
            taken = put_aside(hook(), scope, breaches.broken, stamp, wanted, tries)
        return tell(taken, breaches.left), {"quarantine": summarize_taken(taken, breaches.left)}

    def _rehearse(self, breaches: Breaches) -> tuple[str, dict[str, Any]]:
        """Return what would happen outside of a test, in which no row is written."""
        checks = ", ".join(broken.name for broken in breaches.broken) or "no check"
        text = f"quarantine: this is a test, so no row is written; otherwise {self.mode} to {self.to} the rows that break {checks}"
        return text, {"quarantine": {"table": self.to, "mode": self.mode, "rows": 0, "test": True, "left_out": sorted(breaches.left)}}
