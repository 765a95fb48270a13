"""The quarantine of rows that break a suite's checks, in one transaction after the results were kept."""

from __future__ import annotations

from datetime import datetime

from airflow_dre.engines.session import Hook
from airflow_dre.engines.transactions import Transaction, retry_on_conflict, transaction
from airflow_dre.errors import QuarantineError, QueryFailed
from airflow_dre.services.quarantine.result import QuarantineResult, result_of
from airflow_dre.services.quarantine.spec import QuarantineSpec
from airflow_dre.services.quarantine.tables import (
    catalogue_columns,
    require_equal,
    require_fit,
    require_other_table,
    require_within_limit,
    source_columns,
)
from airflow_dre.sql.dialect import Writing
from airflow_dre.sql.quarantine import statements
from airflow_dre.sql.quarantine.statements import Mode, QuarantineQuery
from airflow_dre.values.numbers import as_count


@retry_on_conflict
def transfer_rows(hook: Hook, spec: QuarantineSpec, at: datetime) -> QuarantineResult:
    """Copy or move the rows that break the checks, all or none.

    Without a failing check only the copies of earlier tries go, and a first try touches nothing.

    :param at: when the rows go.
    :raises DefinitionError: the quarantine table does not fit, or the database is not one that is written to.
    :raises QuarantineError: more rows than may go, or rows that cannot go without changing others.
    :raises QueryFailed: the warehouse refused a statement.
    :raises WarehouseUnreachable: the warehouse does not answer.
    """
    scope = spec.rows.source
    if not spec.rows.checks and spec.try_number == 1:
        return result_of(spec)
    require_other_table(spec)
    with transaction(hook, spec.timeout) as (running, writing):
        if writing.lock is not None:
            running.fetch_rows(scope.render(writing.lock(spec.target)), 1)
        there = catalogue_columns(running, scope, spec.target)
        if not spec.rows.checks and not there:
            return result_of(spec)
        query = quarantine_query(spec, source_columns(running, spec), writing, at)
        if there:
            require_fit(query, there, spec)
        else:
            running.define(scope.render(statements.create(query)))
        replaced = running.write(scope.render(statements.forget_copies(query)))
        if not spec.rows.checks:
            return result_of(spec, replaced=replaced)
        looked_at, failing = map(as_count, running.fetch_rows(scope.render(statements.count(query)), 1)[0])
        require_within_limit(failing, looked_at, spec)
        taken = _take(running, query, spec)
        added = max(0, taken - failing)  # others wrote rows since they were counted
        require_within_limit(taken, looked_at + added, spec)
        return result_of(spec, rows=taken, looked_at=looked_at, replaced=replaced)


def quarantine_query(spec: QuarantineSpec, columns: tuple[tuple[str, str], ...], writing: Writing, at: datetime) -> QuarantineQuery:
    """Return the query for the rows of a quarantine, with the columns and the writing of their database."""
    return QuarantineQuery(
        source=spec.rows.source,
        columns=columns,
        target=spec.target,
        mode=spec.mode,
        checks=spec.rows.checks,
        provenance=spec.provenance,
        at=at,
        writing=writing,
    )


def _take(running: Transaction, query: QuarantineQuery, spec: QuarantineSpec) -> int:
    """Copy or move the rows, and return how many went."""
    scope = query.source
    if spec.mode is Mode.COPY:
        return running.write(scope.render(statements.copy(query)))
    _refuse_followers(running, query, spec)
    if not query.writing.addresses:
        deleted, inserted = map(as_count, running.fetch_rows(scope.render(statements.move_at_once(query)), 1)[0])
    else:
        address = _address(running, query, spec)
        running.define(scope.render(statements.pick(query, address)))
        inserted = running.write(scope.render(statements.insert_picked(query, address)))
        deleted = running.write(scope.render(statements.delete_picked(query, address)))
    require_equal(inserted, deleted, ".".join(scope.table), ".".join(spec.target))
    return inserted


def _refuse_followers(running: Transaction, query: QuarantineQuery, spec: QuarantineSpec) -> None:
    """Refuse to move rows where that would change or delete others."""
    if query.writing.follows is None:
        return
    found = running.fetch_rows(query.source.render(query.writing.follows(query.source.table)), 3)
    if found:
        also = ", ".join(str(row[0]) for row in found)
        raise QuarantineError(f"{spec.subject}: moving rows of {'.'.join(query.source.table)} would lose {also}; use quarantine='copy'")


def _address(running: Transaction, query: QuarantineQuery, spec: QuarantineSpec) -> str:
    address = query.address()
    if address is not None:
        try:
            running.fetch_rows(query.source.render(statements.probe_address(query, address)), 1)
        except QueryFailed as error:
            if address not in str(error):
                raise
            address = None
    if address is None:
        raise spec.refused("quarantine", "copy: the rows of this table have no rowid, so that they cannot be deleted one by one")
    return address
