"""Giving quarantined rows back or dropping them, as a person decided about exactly the rows that were counted."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from airflow_dre.engines.session import Hook
from airflow_dre.engines.transactions import Transaction, retry_on_conflict, transaction
from airflow_dre.errors import DefinitionError, Problem
from airflow_dre.incidents.signals import Origin
from airflow_dre.services.quarantine.tables import MOST_COLUMNS, catalogue_columns, require_equal
from airflow_dre.sql.dialect import Writing
from airflow_dre.sql.quarantine import release as statements
from airflow_dre.sql.quarantine.release import Review
from airflow_dre.sql.quarantine.shape import why_not_back
from airflow_dre.sql.quarantine.statements import OWN_COLUMNS, Mode
from airflow_dre.sql.scope import Scope
from airflow_dre.values.digest import digest
from airflow_dre.values.numbers import as_count
from airflow_dre.values.scalars import Row

_MOST_GROUPS = 10_000
_MOST_SHOWN = 20


class Decision(StrEnum):
    """A decision about quarantined rows."""

    RELEASE = "Release"
    DISCARD = "Discard"
    KEEP = "Keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """The rows that a person is asked about, in numbers."""

    rows: int
    copies: int
    """Of them, those whose originals are still in the source."""
    by_check: Mapping[str, int]
    """Rows by the name of a check that they break. A row counts for each of its checks."""
    by_run: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """Numbers of rows that were given back, dropped and kept."""

    given_back: int = 0
    dropped: int = 0
    kept: int = 0


def review_id_of(origin: Origin) -> str:
    """Return the name of the review that one try of a task instance makes."""
    return digest("review", origin.dag_id, origin.run_id, origin.task_id, origin.map_index, origin.try_number)[:32]


@retry_on_conflict
def claim_rows(hook: Hook, review: Review, subject: str, timeout: timedelta | None = None) -> Claimed:
    """Claim the rows of a quarantine for one review, and count them.

    Rows that an earlier review claimed are taken over, so that only the last question decides about a row.

    :raises DefinitionError: the quarantine is not there or was not made by us, its rows do not fit back, or are of too many runs.
    :raises WarehouseError: the warehouse did not do it.
    """
    with transaction(hook, timeout) as (running, writing):
        _locked(running, review, writing)
        _fitting_columns(running, review, subject)
        for statement in (statements.unclaim_statement(review), statements.claim_statement(review)):
            running.write(_scope(review).render(statement))
        groups = running.fetch_rows(_scope(review).render(statements.tally(review)), _MOST_GROUPS + 1)
        if len(groups) > _MOST_GROUPS:  # what was not counted must not be decided about
            allowed = f"one whose waiting rows are of at most {_MOST_GROUPS} runs and sets of checks: name from_run, from_dag or from_batch"
            raise DefinitionError([Problem(subject, "quarantine_table", ".".join(review.quarantine), allowed)])
        return _counted(groups)


@retry_on_conflict
def carry_out(hook: Hook, review: Review, decision: Decision, subject: str, timeout: timedelta | None = None) -> Decided:
    """Apply a decision to the rows that the review claimed, all or none. A second call finds no row.

    :raises DefinitionError: as :func:`claim_rows`.
    :raises QuarantineError: a trigger or a rule swallowed rows.
    :raises WarehouseError: the warehouse did not do it.
    """
    scope = _scope(review)
    with transaction(hook, timeout) as (running, writing):
        _locked(running, review, writing)
        columns = _fitting_columns(running, review, subject)
        if writing.computed is not None:
            computed = running.fetch_rows(scope.render(writing.computed(review.source)), MOST_COLUMNS)
            columns = [name for name in columns if (name,) not in {tuple(row) for row in computed}]
        if decision is Decision.KEEP:
            return Decided(kept=running.write(scope.render(statements.unclaim_statement(review))))
        back = _give_back(running, review, writing, columns) if decision is Decision.RELEASE else 0
        return Decided(given_back=back, dropped=running.write(scope.render(statements.drop(review))))


def _give_back(running: Transaction, review: Review, writing: Writing, columns: Sequence[str]) -> int:
    scope = _scope(review)
    if writing.addresses:
        inserted = running.write(scope.render(statements.give_back(review, columns)))
        deleted = running.write(scope.render(statements.drop_moved(review)))
    else:
        sql = scope.render(statements.give_back_at_once(review, columns))
        deleted, inserted = map(as_count, running.fetch_rows(sql, 1)[0])
    require_equal(inserted, deleted, ".".join(review.quarantine), ".".join(review.source))
    return inserted


def _scope(review: Review) -> Scope:
    return Scope(review.quarantine, None, review.dialect)


def _locked(running: Transaction, review: Review, writing: Writing) -> None:
    if writing.lock is not None:
        running.fetch_rows(_scope(review).render(writing.lock(review.quarantine)), 1)


def _fitting_columns(running: Transaction, review: Review, subject: str) -> list[str]:
    """Return the columns that rows go back with."""
    source = catalogue_columns(running, _scope(review), review.source)
    there = catalogue_columns(running, _scope(review), review.quarantine)
    name, held = ".".join(review.source), ".".join(review.quarantine)
    if not there:
        raise DefinitionError([Problem(subject, "quarantine_table", held, "a table that is there: no row was quarantined so far")])
    if not source:
        raise DefinitionError([Problem(subject, "table", name, "a table that is there: the rows have nowhere to go back to")])
    if why := why_not_back(source, there, name, review.dialect):
        raise DefinitionError([Problem(subject, "quarantine_table", held, why)])
    return [column for column, _ in there if column not in OWN_COLUMNS]


def _counted(groups: Sequence[Row]) -> Claimed:
    rows, copies = 0, 0
    by_check: Counter[str] = Counter()
    by_run: Counter[str] = Counter()
    for mode, dag_id, run_id, checks, number in groups:
        count = as_count(number)
        rows += count
        copies += count if mode == Mode.COPY else 0
        by_run[f"{dag_id} {run_id}"] += count
        for name in {str(check["name"]) for check in json.loads(str(checks))}:
            by_check[name] += count
    return Claimed(rows=rows, copies=copies, by_check=dict(by_check.most_common()), by_run=dict(by_run.most_common()))


def describe_review(review: Review, claimed: Claimed) -> str:
    """Return the question as Markdown: numbers and names, and never a value of a row."""
    source, held = ".".join(review.source), ".".join(review.quarantine)
    fate = {
        Decision.RELEASE: f"rows go back into {_code(source)} in one transaction, without the columns of the quarantine",
        Decision.DISCARD: f"rows are deleted from {_code(held)} for good",
        Decision.KEEP: "nothing changes",
    }
    parts = [
        f"Rows of {_code(source)} that wait in {_code(held)}: {claimed.rows}.",
        _table("check that they break", claimed.by_check),
        _table("Dag and run", claimed.by_run),
        "\n".join(f"- **{decision}**: {words}" for decision, words in fate.items()),
    ]
    if claimed.copies:
        parts.append(f"Copies of rows that are still in {_code(source)}: {claimed.copies}. Release and Discard drop these copies.")
    return "\n\n".join(parts)


def _table(heading: str, counts: Mapping[str, int]) -> str:
    shown = list(counts.items())[:_MOST_SHOWN]
    rest = len(counts) - len(shown)
    lines = [f"| {heading} | rows |", "|---|---|", *(f"| {_code(name)} | {count} |" for name, count in shown)]
    return "\n".join([*lines, *([f"| and {rest} more | |"] if rest > 0 else [])])


def _code(text: str) -> str:
    """Return a name as code, which neither ends a cell nor becomes a link."""
    plain = " ".join(text.replace("`", "'").replace("|", "¦").split())
    return f"`{plain}`"
