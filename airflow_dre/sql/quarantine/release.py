"""The release of quarantined rows to their table, or their removal, once a person has decided about exactly these rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from airflow_dre.sql import names
from airflow_dre.sql.dialect import Dialect, Refusal
from airflow_dre.sql.names import column, quoted
from airflow_dre.sql.quarantine.statements import Mode

_REVIEW = "dre_review"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """The rows of a quarantine that one person decides about."""

    quarantine: tuple[str, ...]
    source: tuple[str, ...]
    review_id: str
    dataset: str
    """Name of the source, since a quarantine may hold rows of others."""
    dag_id: str | None
    run_id: str | None
    batch: str | None
    """Only the rows of this batch. None: of any."""
    dialect: Dialect


def claim_statement(review: Review) -> exp.Expr:
    """Write the review on its rows: a person decides about the rows that were counted, and about none that came later."""
    wanted = {"dre_dataset": review.dataset, "dre_dag_id": review.dag_id, "dre_run_id": review.run_id, "dre_batch": review.batch}
    conditions = [
        exp.EQ(this=column(name), expression=review.dialect.literals.text(value)) for name, value in wanted.items() if value is not None
    ]
    return _update(review, review.dialect.literals.text(review.review_id)).where(*conditions)


def tally(review: Review) -> exp.Expr:
    """Return the claimed rows, counted by mode, by run and by the checks that they break."""
    keys = [column(name) for name in ("dre_mode", "dre_dag_id", "dre_run_id", "dre_checks")]
    query = exp.select(*keys, exp.Count(this=exp.Star())).from_(names.quoted_table(review.quarantine))
    return query.where(_claimed(review)).group_by(*[key.copy() for key in keys])


def unclaim_statement(review: Review) -> exp.Expr:
    """Leave the rows to the next review."""
    return _update(review, exp.Null()).where(_claimed(review))


def give_back_at_once(review: Review, columns: Sequence[str]) -> exp.Expr:
    """Delete the claimed rows and insert exactly those that were deleted, but for copies, in one statement that returns both counts."""
    gone = exp.delete(names.quoted_table(review.quarantine)).where(_claimed(review), _moved(review))
    gone.set("returning", exp.Returning(expressions=[column(name) for name in columns]))
    back = _insert(review, columns, exp.select(*map(column, columns)).from_("dre_gone"))
    back.set("returning", exp.Returning(expressions=[exp.Literal.number(1)]))
    numbers = [exp.select(exp.Count(this=exp.Star())).from_(name).subquery() for name in ("dre_gone", "dre_back")]
    return exp.select(*numbers).with_("dre_gone", as_=gone).with_("dre_back", as_=back)


def give_back(review: Review, columns: Sequence[str]) -> exp.Expr:
    """Insert the claimed rows into the source, but for copies, whose originals are there."""
    rows = exp.select(*map(column, columns)).from_(names.quoted_table(review.quarantine)).where(_claimed(review), _moved(review))
    return _insert(review, columns, rows)


def drop(review: Review) -> exp.Expr:
    """Delete the claimed rows from the quarantine."""
    return exp.delete(names.quoted_table(review.quarantine)).where(_claimed(review))


def drop_moved(review: Review) -> exp.Expr:
    """Delete the claimed rows that went back."""
    return exp.delete(names.quoted_table(review.quarantine)).where(_claimed(review), _moved(review))


def _insert(review: Review, columns: Sequence[str], rows: exp.Expr) -> exp.Insert:
    into = exp.Schema(this=names.quoted_table(review.source), expressions=[quoted(name) for name in columns])
    writing = review.dialect.writing
    words = None if isinstance(writing, Refusal) or writing.overriding is None else exp.Var(this=writing.overriding)
    return exp.Insert(this=into, expression=rows, stored=words)  # sqlglot has no place of its own for these words


def _update(review: Review, value: exp.Expr) -> exp.Update:
    return exp.Update(this=names.quoted_table(review.quarantine), expressions=[exp.EQ(this=column(_REVIEW), expression=value)])


def _claimed(review: Review) -> exp.Expr:
    return exp.EQ(this=column(_REVIEW), expression=review.dialect.literals.text(review.review_id))


def _moved(review: Review) -> exp.Expr:
    return exp.EQ(this=column("dre_mode"), expression=review.dialect.literals.text(Mode.MOVE))
