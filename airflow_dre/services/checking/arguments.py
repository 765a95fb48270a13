"""The arguments of a task that checks data, checked while its Dag is parsed: no engine is imported here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow_dre.checks.check import Check
from airflow_dre.checks.declared import parse
from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.declaring.names import LONGEST_DATASET, LONGEST_SQL, find_name_problems
from airflow_dre.declaring.slips import find_kind_problems, find_names_problems
from airflow_dre.errors import Problem
from airflow_dre.partitions.arguments import find_partition_problems
from airflow_dre.services.quarantine.options import QuarantineOptions
from airflow_dre.values.instants import DURATION_ALLOWED, read_duration

if TYPE_CHECKING:
    from airflow_dre.privacy.masking import Mask

MOST_SAMPLE_ROWS = 100
"""Most failing rows to keep of one check: enough to see what is wrong, too few to be a copy of the data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckArguments:
    """The arguments of a task that checks data: as written while the Dag is parsed, and rendered while the task runs."""

    subject: str
    """Name of the task in messages."""
    task: str
    """``<dag_id>.<task_id>``."""
    suite: str
    checks: Sequence[Declaration]
    conn_id: str | None
    table: str | None
    data: object
    dataset: str | None
    read_options: Mapping[str, Any] | None
    where: str | None
    statement_timeout: str | timedelta | None
    trust_constraints: bool
    quarantine_to: str | None
    quarantine: str
    quarantine_on: str
    quarantine_limit: int | str | None
    sample_rows: int
    key_columns: Sequence[str]
    mask_columns: Sequence[str]
    partition_by: str | None
    partitions: str
    changes: str | None

    @property
    def timeout(self) -> timedelta | None:
        """Longest time that one statement may take."""
        return read_duration(self.statement_timeout)

    @property
    def mask(self) -> Mask:
        """The columns whose values are hidden."""
        from airflow_dre.privacy.masking import Mask  # its many regular expressions are compiled only for a task that masks or runs

        return Mask(columns=tuple(self.mask_columns))

    @property
    def quarantine_options(self) -> QuarantineOptions:
        """``quarantine_to`` and the arguments that belong to it."""
        return QuarantineOptions(
            subject=self.subject,
            to=self.quarantine_to,
            table=self.table,
            has_data=self.data is not None,
            is_partitioned=self.partition_by is not None,
            mode=self.quarantine,
            on=self.quarantine_on,
            limit=self.quarantine_limit,
            timeout=self.timeout,
        )


def find_argument_problems(
    arguments: CheckArguments, mistaken: Iterable[Problem], of_gate: Iterable[Problem], of_source: Iterable[Problem]
) -> list[Problem]:
    """Return everything that is wrong with the arguments of a task when its Dag is parsed.

    :param mistaken: problems with the list of checks itself.
    :param of_gate: problems with the arguments of every task that has a gate.
    :param of_source: problems with the arguments that name the rows.
    """
    subject, mistaken = arguments.subject, list(mistaken)
    checks, problems = parse.check_declarations(arguments.checks)
    problems = [*mistaken, *problems, *of_gate]
    texts = {name: getattr(arguments, name) for name in ("where", "dataset", "quarantine_to")}
    problems += find_kind_problems(subject, texts, {"trust_constraints": arguments.trust_constraints})
    problems += arguments.quarantine_options.find_problems()
    problems += of_source
    named = {name: getattr(arguments, name) for name in ("table", "dataset", "quarantine_to")}
    problems += find_name_problems(subject, named, LONGEST_DATASET)
    problems += find_name_problems(subject, {"where": arguments.where}, LONGEST_SQL)
    problems += find_partition_problems(subject, checks, arguments.partition_by, arguments.partitions, arguments.changes)
    if arguments.statement_timeout is not None and arguments.timeout is None:
        problems.append(Problem(subject, "statement_timeout", arguments.statement_timeout, DURATION_ALLOWED))
    problems += _find_sample_problems(arguments) or find_kept_secrets(arguments, checks)
    if not arguments.checks and not mistaken:
        problems.append(Problem(subject, "checks", arguments.checks, "at least one check"))
    return problems


def find_kept_secrets(arguments: CheckArguments, checks: Iterable[Check]) -> list[Problem]:
    """Return a problem for each check whose kept states would reveal values of a masked column."""
    if not isinstance(arguments.partition_by, str):
        return []
    from airflow_dre.partitions.sensitive import secret_problems
    from airflow_dre.partitions.values import split_by

    return secret_problems(arguments.subject, checks, split_by(arguments.partition_by), arguments.mask)


def _find_sample_problems(arguments: CheckArguments) -> list[Problem]:
    problems, rows = [], arguments.sample_rows
    if not isinstance(rows, int) or isinstance(rows, bool) or not 0 <= rows <= MOST_SAMPLE_ROWS:
        problems.append(Problem(arguments.subject, "sample_rows", rows, f"a whole number from 0 to {MOST_SAMPLE_ROWS}"))
    for argument in ("key_columns", "mask_columns"):
        problems += find_names_problems(arguments.subject, argument, getattr(arguments, argument), "a list of names of columns")
    return problems
