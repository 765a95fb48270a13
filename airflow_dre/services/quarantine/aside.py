"""Putting the rows that break a suite's checks aside, in one transaction, after the results were kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlglot import exp

from airflow_dre.checks.aspects.failing import failing_rows_of
from airflow_dre.checks.check import Check
from airflow_dre.checks.judging import AnswersByMetric
from airflow_dre.checks.outcomes import Outcome, counted
from airflow_dre.checks.thresholds import Limit
from airflow_dre.engines.session import Hook
from airflow_dre.engines.transactions import Transaction, retry_on_conflict, transaction
from airflow_dre.errors import DefinitionError, Problem, QuarantineError, QueryFailed
from airflow_dre.services.quality.answers import Engine
from airflow_dre.sql.dialect import Refusal
from airflow_dre.sql.quarantine import statements
from airflow_dre.sql.quarantine.failing import failing
from airflow_dre.sql.quarantine.shape import type_mismatch
from airflow_dre.sql.quarantine.statements import Broken, Mode, Rows, Stamp
from airflow_dre.sql.scope import Scope
from airflow_dre.store.records import SuiteRunRecord, digest
from airflow_dre.values.numbers import as_count

OUTCOMES = {"error": (Outcome.FAILED,), "warn": (Outcome.FAILED, Outcome.WARNED)}
"""Values of ``quarantine_on`` and the outcomes of the checks whose rows are put aside."""
MOST_COLUMNS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantine:
    """Where failing rows go, and how many may."""

    subject: str
    """What messages call the task."""
    target: tuple[str, ...]
    mode: Mode
    limit: Limit | None
    """The most rows that may go, of those looked at; None: any number."""
    timeout: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaches:
    """The checks that a run found broken: those whose rows can be named, and why the others have none."""

    broken: tuple[Broken, ...]
    left: Mapping[str, str]
    """Reasons by the name of the check."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of the failing rows."""

    table: str
    mode: Mode
    batch: str
    rows: int
    looked_at: int
    replaced: int
    """Copies of an earlier try that were replaced."""


def find_breaches(run: SuiteRunRecord, checks: Sequence[Check], found: AnswersByMetric, scope: Scope, on: str) -> Breaches:
    """Return the broken checks of a run, with the conditions of their rows.

    :param found: what was answered when the run was judged.
    :param on: a key of :data:`OUTCOMES`.
    """
    outcomes = {result.check_id: result.outcome for result in run.results}
    broken: list[Broken] = []
    left: dict[str, str] = {}
    for check in checks:
        if outcomes[check.id] not in OUTCOMES[on]:
            continue
        condition = _condition(check, found, scope)
        if isinstance(condition, Refusal):
            left[check.name] = condition.reason
        else:
            broken.append(Broken(check_id=check.id, name=check.name, condition=condition))
    return Breaches(broken=tuple(broken), left=left)


def _condition(check: Check, found: AnswersByMetric, scope: Scope) -> exp.Expr | Refusal:
    metric = failing_rows_of(check, found)
    if metric is None:
        return Refusal("no single row is to blame")
    try:
        return failing(metric, scope)
    except DefinitionError as error:  # the results of the run must be kept whatever its rows are
        return Refusal(error.problems[0].allowed)


def stamp_of(run: SuiteRunRecord, mode: Mode, at: datetime) -> Stamp:
    """Where the rows of a run come from; every try of a task instance has the same batch."""
    origin = run.origin
    dataset = f"{run.namespace}/{run.name}"
    identity = (origin.dag_id, origin.run_id, origin.task_id, origin.map_index)
    batch = digest("quarantine", dataset, run.suite, *identity, None if origin.run_id else run.measured_at.isoformat())[:32]
    return Stamp(
        batch=batch,
        mode=mode,
        dataset=dataset,
        suite=run.suite,
        dag_id=origin.dag_id,
        run_id=origin.run_id,
        task_id=origin.task_id,
        map_index=origin.map_index,
        at=at,
    )


@retry_on_conflict
def put_aside(hook: Hook, scope: Scope, broken: Sequence[Broken], stamp: Stamp, wanted: Quarantine, try_number: int | None = None) -> Taken:
    """Copy or move the rows that break the checks, all or none.

    With no broken check only the copies of earlier tries go, and a first try touches nothing.

    :raises DefinitionError: the quarantine table does not fit, or the database is not one that is written to.
    :raises QuarantineError: more rows than may go, or rows that cannot go without changing others.
    :raises QueryFailed: the warehouse refused a statement.
    :raises WarehouseUnreachable: it does not answer.
    """
    if not broken and try_number == 1:
        return taken_of(wanted, stamp)
    if wanted.target == scope.table:
        raise refused(wanted, "quarantine_to", "another table than the one that is checked")
    with transaction(hook, wanted.timeout) as (running, writing):
        if writing.lock is not None:
            running.fetch_rows(scope.render(writing.lock(wanted.target)), 1)
        there = columns_of(running, scope, wanted.target)
        if not broken and not there:
            return taken_of(wanted, stamp)
        rows = Rows(
            source=scope, columns=source_columns(running, scope, wanted), target=wanted.target, broken=tuple(broken), writing=writing
        )
        if there:
            require_fit(rows, there, wanted)
        else:
            running.define(scope.render(statements.create(rows)))
        replaced = running.write(scope.render(statements.forget_copies(rows, stamp)))
        if not broken:
            return taken_of(wanted, stamp, replaced=replaced)
        looked_at, counted = map(as_count, running.fetch_rows(scope.render(statements.count(rows)), 1)[0])
        stop_at_limit(counted, looked_at, rows, wanted)
        taken = _take(running, rows, stamp, wanted)
        came = max(0, taken - counted)  # others wrote rows since they were counted
        stop_at_limit(taken, looked_at + came, rows, wanted)
        return taken_of(wanted, stamp, rows=taken, looked_at=looked_at, replaced=replaced)


def taken_of(wanted: Quarantine, stamp: Stamp, *, rows: int = 0, looked_at: int = 0, replaced: int = 0) -> Taken:
    """What became of the rows, in numbers."""
    table = ".".join(wanted.target)
    return Taken(table=table, mode=wanted.mode, batch=stamp.batch, rows=rows, looked_at=looked_at, replaced=replaced)


def columns_of(running: Engine, scope: Scope, table: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return names and types of a table's columns; none where it is not there."""
    catalogue = scope.dialect.catalogue.columns
    if isinstance(catalogue, Refusal):
        raise DefinitionError([Problem("connection", "conn_type", scope.dialect.name, catalogue.reason)])
    return tuple((str(name), str(kind)) for name, kind in running.fetch_rows(scope.render(catalogue(table)), MOST_COLUMNS))


def source_columns(running: Engine, scope: Scope, wanted: Quarantine) -> tuple[tuple[str, str], ...]:
    """Return names and types of the columns that go along.

    :raises DefinitionError: they are not known, or one is named as only ours may be.
    """
    columns = columns_of(running, scope, scope.table)
    if not columns:
        raise DefinitionError([Problem(wanted.subject, "table", ".".join(scope.table), "a table whose columns the catalogue lists")])
    if own := statements.find_own(columns):
        allowed = f"a table without columns whose names begin with {statements.MARK}, as {', '.join(own)} do"
        raise DefinitionError([Problem(wanted.subject, "table", ".".join(scope.table), allowed)])
    return columns


def require_fit(rows: Rows, there: Sequence[tuple[str, str]], wanted: Quarantine) -> None:
    """Let a quarantine table pass that can take the rows.

    :raises DefinitionError: it has another shape.
    """
    if why := type_mismatch(rows.columns, there, ".".join(rows.source.table), rows.source.dialect):
        raise refused(wanted, "quarantine_to", why)


def stop_at_limit(count: int, looked_at: int, rows: Rows, wanted: Quarantine) -> None:
    """Let as many rows go as may: a broken check must not empty a table at night.

    :raises QuarantineError: there are more.
    """
    if wanted.limit is not None and wanted.limit.exceeded(count, looked_at):
        raise QuarantineError(
            f"{wanted.subject}: {count} of {counted(looked_at, 'row', 'rows')} of {'.'.join(rows.source.table)} "
            f"{'breaks' if looked_at == 1 else 'break'} the checks, more than "
            f"quarantine_limit={wanted.limit} lets {wanted.mode} to {'.'.join(wanted.target)}; no row was touched. "
            "If the rows are wrong and not the checks, raise quarantine_limit (a count such as 5000, a percent, or '100%')"
        )


def _take(running: Transaction, rows: Rows, stamp: Stamp, wanted: Quarantine) -> int:
    """Copy or move; the number of rows that went."""
    scope, writing = rows.source, rows.writing
    if wanted.mode is Mode.COPY:
        return running.write(scope.render(statements.copy(rows, stamp)))
    _refuse_followers(running, rows, wanted)
    if not writing.addresses:
        deleted, inserted = map(as_count, running.fetch_rows(scope.render(statements.move_at_once(rows, stamp)), 1)[0])
    else:
        address = _address(running, rows, wanted)
        running.define(scope.render(statements.pick(rows, address)))
        inserted = running.write(scope.render(statements.insert_picked(rows, stamp, address)))
        deleted = running.write(scope.render(statements.delete_picked(rows, address)))
    require_equal(inserted, deleted, ".".join(scope.table), ".".join(wanted.target))
    return inserted


def _refuse_followers(running: Transaction, rows: Rows, wanted: Quarantine) -> None:
    """No row may be lost because another one moved."""
    if rows.writing.follows is None:
        return
    found = running.fetch_rows(rows.source.render(rows.writing.follows(rows.source.table)), 3)
    if found:
        also = ", ".join(str(row[0]) for row in found)
        raise QuarantineError(f"{wanted.subject}: moving rows of {'.'.join(rows.source.table)} would lose {also}; use quarantine='copy'")


def _address(running: Transaction, rows: Rows, wanted: Quarantine) -> str:
    address = rows.address()
    if address is not None:
        try:
            running.fetch_rows(rows.source.render(statements.probe_address(rows, address)), 1)
        except QueryFailed as error:
            if address not in str(error):
                raise
            address = None
    if address is None:
        raise refused(wanted, "quarantine", "copy: the rows of this table have no rowid, so that they cannot be deleted one by one")
    return address


def require_equal(inserted: int, deleted: int, source: str, target: str) -> None:
    """Let a transaction go on in which as many rows were inserted as deleted.

    :raises QuarantineError: a trigger or a rule swallowed some.
    """
    if inserted != deleted:
        raise QuarantineError(
            f"{counted(deleted, 'row was', 'rows were')} deleted from {source} and {inserted} inserted into {target}; "
            "the transaction was undone. "
            "Does a trigger or a rule of one of the tables swallow rows?"
        )


def refused(wanted: Quarantine, argument: str, allowed: str) -> DefinitionError:
    """Return the error of an argument, ``quarantine`` or ``quarantine_to``."""
    value = wanted.mode.value if argument == "quarantine" else ".".join(wanted.target)
    return DefinitionError([Problem(wanted.subject, argument, value, allowed)])


def announce(stamp: Stamp, target: str, breaches: Breaches) -> str:
    """What an incident says about the rows, before they go; nothing where none can."""
    return f"quarantine: {stamp.mode} failing rows to {target} as batch {stamp.batch}" if breaches.broken else ""


def tell(taken: Taken, left: Mapping[str, str]) -> str:
    """Return one line for the log, and one for each check that was left out."""
    verb = {Mode.COPY: "copied", Mode.MOVE: "moved"}[taken.mode]
    of_all = f" of {taken.looked_at}" if taken.looked_at else ""
    replaced = f", in place of {taken.replaced} copies of an earlier try" if taken.replaced else ""
    rows = "row was" if (taken.looked_at or taken.rows) == 1 else "rows were"
    lines = [f"quarantine: {taken.rows}{of_all} {rows} {verb} to {taken.table} as batch {taken.batch}{replaced}"]
    return "\n".join([*lines, *(f"quarantine: {name} was left out: {reason}" for name, reason in left.items())])


def summarize_taken(taken: Taken, left: Mapping[str, str]) -> dict[str, object]:
    """What the summary of a task says about its quarantine."""
    return {
        "table": taken.table,
        "mode": taken.mode.value,
        "batch": taken.batch,
        "rows": taken.rows,
        "looked_at": taken.looked_at,
        "replaced": taken.replaced,
        "left_out": sorted(left),
    }
