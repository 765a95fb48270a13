"""Copying a whole store into an empty one of the same or of another kind of database."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from airflow_dre.clock import now
from airflow_dre.errors import StoreError
from airflow_dre.store.database import Database
from airflow_dre.store.schema import current_revision, head, is_missing, migrate
from airflow_dre.store.tables import installation, metadata, outbox

BATCH = 1000
"""Rows that are read and written at once."""
MOVED = "moved"
"""Status of a message in the store that was copied: the copy sends it."""
_LIMITS = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
"""Settings of PostgreSQL that end what takes long."""
Progress = Callable[[str, int, int], None]
"""A function that receives the table, the number of rows that were copied, and the number of rows of the table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """The outcome of a copy."""

    rows: dict[str, int]
    """Number of rows by table."""
    moved: int
    """Messages that the source no longer sends, because the target does."""
    warning: str = ""
    """Reason why the source could not be marked, where it could not."""


def copy_store(source: Database, target: Database, progress: Progress = lambda table, done, rows: None) -> Copied:
    """Copy every row of a store into an empty one, in one transaction of the target.

    Keys, ids, times and the id of the installation stay as they are. The target is migrated first. Messages that wait in the source are
    marked as moved after the target is complete, so that only the target sends them.

    :raises StoreError: a store does not answer, the source is of another revision, somebody sends its messages, or the target holds rows.
    """
    _require_source(source)
    if str(source.url) == str(target.url):
        raise StoreError(f"SOURCE and TARGET are the same store, {source.shown}: name an empty store as TARGET")
    migrate(target)
    with _snapshot(source) as reading:
        _refuse_senders(reading, source)
        with _unlimited(target, dre_write=True) as writing:
            _require_empty(writing, target)
            rows = {table.name: _copy_table(reading, writing, table, progress) for table in metadata.sorted_tables}
            for table in metadata.sorted_tables:
                _set_sequence(writing, table)
    moved, warning = _mark_moved(source, target)
    return Copied(rows=rows, moved=moved, warning=warning)


def _require_source(source: Database) -> None:
    if is_missing(source):
        raise StoreError(f"there is no results store at {source.shown}: name the store to copy as SOURCE")
    revision = current_revision(source)
    if revision == head():
        return
    if revision is None:
        raise StoreError(f"{source.shown} holds no results store: name the store to copy as SOURCE")
    if revision < head():
        todo = "migrate it first: run `airflow dre db migrate` while [dre] sql_alchemy_conn is its address"
    else:
        todo = "it was made by a newer airflow-dre: copy it with that version"
    raise StoreError(f"the results store at {source.shown} is at revision {revision}, and this version needs {head()}: {todo}")


@contextlib.contextmanager
def _unlimited(database: Database, **options: Any) -> Iterator[Connection]:
    """Open one transaction that may take as long as a large store takes.

    :raises StoreError: the connection breaks.
    """
    try:
        with database.engine.connect().execution_options(**options) as connection, connection.begin():
            for setting in _LIMITS if not database.embedded else ():
                connection.execute(text(f"SET LOCAL {setting} = 0"))
            yield connection
    except SQLAlchemyError as error:
        raise StoreError(f"the results store at {database.shown} broke off the copy: {_reason(error)}") from None


def _snapshot(database: Database) -> contextlib.AbstractContextManager[Connection]:
    """Open a transaction in which all tables are read as they were at one moment."""
    return _unlimited(database, **({} if database.embedded else {"isolation_level": "REPEATABLE READ"}))


def _reason(error: SQLAlchemyError) -> str:
    return " ".join(str(getattr(error, "orig", None) or type(error).__name__).split())


def _refuse_senders(connection: Connection, source: Database) -> None:
    busy = connection.scalar(select(func.count()).where(outbox.c.status == "pending", outbox.c.claimed_until > now()))
    if busy:
        raise StoreError(f"a message of the store at {source.shown} is just being sent: stop Airflow, wait two minutes and copy again")


def _require_empty(connection: Connection, target: Database) -> None:
    held = [table.name for table in metadata.sorted_tables if table is not installation and _count(connection, table)]
    if held:
        shown = ", ".join(held)
        raise StoreError(f"the results store at {target.shown} is not empty ({shown} hold rows): copy into an empty database")
    connection.execute(delete(installation))


def _count(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0


def _copy_table(reading: Connection, writing: Connection, table: Table, progress: Progress) -> int:
    rows, done = _count(reading, table), 0
    found = reading.execution_options(yield_per=BATCH).execute(select(table).order_by(*table.primary_key))
    for batch in found.mappings().partitions(BATCH):
        values: list[dict[str, Any]] = [dict(row) for row in batch]
        try:
            writing.execute(insert(table), values)
        except SQLAlchemyError as error:
            where = f"{table.name}: the target refuses a row among {done + 1} to {done + len(values)}"
            raise StoreError(f"{where}: {_reason(error)}") from error
        done += len(values)
        progress(table.name, done, rows)
    return done


def _set_sequence(connection: Connection, table: Table) -> None:
    """Let the next id of PostgreSQL follow those that were copied. SQLite does so itself."""
    key = table.autoincrement_column
    if connection.dialect.name != "postgresql" or key is None or table is installation:
        return
    highest = connection.scalar(select(func.max(key)))
    if highest is not None:
        sequence = func.pg_get_serial_sequence(table.name, key.name)
        connection.execute(select(func.setval(sequence, highest)))


def _mark_moved(source: Database, target: Database) -> tuple[int, str]:
    waiting = outbox.c.status == "pending"
    note = f"moved to the store at {target.shown} by `airflow dre db copy`"
    try:
        with source.write() as connection:
            return connection.execute(update(outbox).where(waiting).values(status=MOVED, last_error=note)).rowcount, ""
    except (StoreError, SQLAlchemyError) as error:
        return 0, f"the messages that wait in {source.shown} could not be marked as moved ({error}): never start Airflow with it again"
