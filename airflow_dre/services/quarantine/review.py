"""A person's review of quarantined rows: which rows it is about, the question, and the decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from airflow_dre.errors import DefinitionError, Problem
from airflow_dre.incidents.signals import Origin
from airflow_dre.services.quality.source_of import is_of_spark
from airflow_dre.services.quality.warehouse_tables import named_in_time
from airflow_dre.services.quarantine.release import Claimed, Decided, Decision, carry_out, claim_rows, describe_review, review_id_of
from airflow_dre.sql.dialects import find_dialect
from airflow_dre.sql.names import split_table
from airflow_dre.sql.quarantine.release import Review


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRequest:
    """The rendered arguments of a task that lets a person review quarantined rows."""

    subject: str
    """Name of the task in messages."""
    conn_id: str
    table: str
    quarantine_table: str
    dag_id: str | None
    """Only rows of this Dag. None: of any."""
    run_id: str | None
    """Only rows of this run. None: of any."""
    batch: str | None
    """Only rows of this batch. None: of any."""
    timeout: timedelta | None
    """Longest time that one statement may take."""


@dataclass(frozen=True, slots=True)
class Question:
    """The question that a person answers."""

    rows: int
    body: str
    """Numbers and names as Markdown, and never a value of a row."""


def ask_about_rows(request: ReviewRequest, origin: Origin) -> Question:
    """Claim the rows for the task instance, count them, and return the question about them.

    :raises DefinitionError: the quarantine table is missing or was not made by us, or its rows do not fit back.
    :raises WarehouseError: the warehouse refused a statement or does not answer.
    """
    hook, review = _open_review(request, origin)
    claimed: Claimed = claim_rows(hook, review, request.subject, request.timeout)
    return Question(claimed.rows, describe_review(review, claimed))


def decide_about_rows(request: ReviewRequest, origin: Origin, decision: str) -> Decided:
    """Release, discard or keep the rows that the task instance claimed, all or none.

    :param decision: a value of :class:`~airflow_dre.services.quarantine.release.Decision`.
    :raises DefinitionError: as :func:`ask_about_rows`.
    :raises QuarantineError: a trigger or a rule swallowed rows.
    :raises WarehouseError: the warehouse refused a statement or does not answer.
    """
    hook, review = _open_review(request, origin)
    return carry_out(hook, review, Decision(decision), request.subject, request.timeout)


def _open_review(request: ReviewRequest, origin: Origin) -> tuple[Any, Review]:
    """Return the hook of the connection, and the rows of the review."""
    from airflow.sdk import BaseHook

    connection = BaseHook.get_connection(request.conn_id)
    if is_of_spark(connection):
        raise DefinitionError([Problem(request.subject, "conn_id", request.conn_id, "a connection of PostgreSQL, SQLite or DuckDB")])
    hook = connection.get_hook()
    source = split_table(request.table, request.subject)
    named = named_in_time(hook, connection, source, request.timeout)
    review = Review(
        quarantine=split_table(request.quarantine_table, request.subject, "quarantine_table"),
        source=source,
        review_id=review_id_of(origin),
        dataset=f"{named.namespace}/{named.name}",
        dag_id=request.dag_id,
        run_id=request.run_id,
        batch=request.batch,
        dialect=find_dialect(hook.conn_type),
    )
    return hook, review
