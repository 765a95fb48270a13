"""Conditions that the tables of a quarantine must meet."""

from __future__ import annotations

from collections.abc import Sequence

from airflow_dre.checks.outcomes import counted
from airflow_dre.errors import DefinitionError, Problem, QuarantineError
from airflow_dre.services.quality.answers import Engine
from airflow_dre.services.quarantine.spec import QuarantineSpec
from airflow_dre.sql.dialect import Refusal
from airflow_dre.sql.quarantine import statements
from airflow_dre.sql.quarantine.shape import shape_mismatch
from airflow_dre.sql.quarantine.statements import QuarantineQuery
from airflow_dre.sql.scope import Scope

MOST_COLUMNS = 10_000


def catalogue_columns(running: Engine, scope: Scope, table: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return names and types of a table's columns, or nothing where there is no such table."""
    catalogue = scope.dialect.catalogue.columns
    if isinstance(catalogue, Refusal):
        raise DefinitionError([Problem("connection", "conn_type", scope.dialect.name, catalogue.reason)])
    return tuple((str(name), str(kind)) for name, kind in running.fetch_rows(scope.render(catalogue(table)), MOST_COLUMNS))


def source_columns(running: Engine, spec: QuarantineSpec) -> tuple[tuple[str, str], ...]:
    """Return names and types of the columns that go along.

    :raises DefinitionError: they are not known, or one has a name that is reserved for ours.
    """
    scope = spec.rows.source
    columns = catalogue_columns(running, scope, scope.table)
    if not columns:
        raise DefinitionError([Problem(spec.subject, "table", ".".join(scope.table), "a table whose columns the catalogue lists")])
    if own := statements.find_own(columns):
        allowed = f"a table without columns whose names begin with {statements.MARK}, as {', '.join(own)} do"
        raise DefinitionError([Problem(spec.subject, "table", ".".join(scope.table), allowed)])
    return columns


def require_other_table(spec: QuarantineSpec) -> None:
    """Refuse the checked table as its own quarantine.

    :raises DefinitionError: they are the same table.
    """
    if spec.target == spec.rows.source.table:
        raise spec.refused("quarantine_to", "another table than the one that is checked")


def require_fit(query: QuarantineQuery, there: Sequence[tuple[str, str]], spec: QuarantineSpec) -> None:
    """Refuse a quarantine table that cannot take the rows.

    :raises DefinitionError: it has another shape.
    """
    if why := shape_mismatch(query.columns, there, ".".join(query.source.table), query.source.dialect):
        raise spec.refused("quarantine_to", why)


def require_within_limit(count: int, looked_at: int, spec: QuarantineSpec) -> None:
    """Refuse to take more rows than may go: a wrong check must not empty a table at night.

    :raises QuarantineError: there are more.
    """
    if spec.limit is not None and spec.limit.exceeded(count, looked_at):
        raise QuarantineError(
            f"{spec.subject}: {count} of {counted(looked_at, 'row', 'rows')} of {'.'.join(spec.rows.source.table)} "
            f"{'breaks' if looked_at == 1 else 'break'} the checks, more than "
            f"quarantine_limit={spec.limit} lets {spec.mode} to {'.'.join(spec.target)}; no row was touched. "
            "If the rows are wrong and not the checks, raise quarantine_limit (a count such as 5000, a percent, or '100%')"
        )


def require_equal(inserted: int, deleted: int, source: str, target: str) -> None:
    """Refuse to commit where another number of rows was inserted than deleted.

    :raises QuarantineError: a trigger or a rule swallowed some.
    """
    if inserted != deleted:
        raise QuarantineError(
            f"{counted(deleted, 'row was', 'rows were')} deleted from {source} and {inserted} inserted into {target}; "
            "the transaction was undone. "
            "Does a trigger or a rule of one of the tables swallow rows?"
        )
