"""Upkeep of the results store from the command line: upgrading it, copying it, and sending what waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from airflow_dre.clock import now
from airflow_dre.errors import StoreError
from airflow_dre.services.incidents.delivery import flush
from airflow_dre.services.incidents.dispatch import Dispatched
from airflow_dre.services.incidents.expiry import end_expired
from airflow_dre.services.wiring import read_wiring
from airflow_dre.store.copying import copy_store
from airflow_dre.store.database import Database
from airflow_dre.store.schema import head, migrate


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyReport:
    """A store that was copied. Addresses are shown without their passwords."""

    source: str
    target: str
    rows: int
    moved: int
    """Messages that wait, which the copy sends from now on."""
    warning: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The result of sending what waits."""

    written: int
    """Deliveries that were written from the spool."""
    ended: int
    """SLAs and suites that are no longer watched."""
    messages: Dispatched


def configured_address() -> str:
    """Return the address of the store in ``[dre] sql_alchemy_conn``."""
    return read_wiring().settings.store_url


def upgrade_store() -> tuple[str, str]:
    """Upgrade the configured store, and return its address without password and its revision.

    :raises airflow_dre.errors.StoreError: it cannot be upgraded, or its file cannot be made.
    """
    database = read_wiring().store.database
    try:
        migrate(database)
    except OSError as error:
        raise StoreError(f"the results store at {database.shown} cannot be made: {error}") from error
    return database.shown, head()


def copy_whole_store(source: str, target: str, progress: Callable[[str, int, int], None]) -> CopyReport:
    """Copy a store into an empty one.

    :param source: a SQLAlchemy URL.
    :param target: a SQLAlchemy URL.
    :param progress: called with the name of a table, the rows that are copied and the rows that it has.
    :raises airflow_dre.errors.StoreError: it cannot be copied; the target is as it was.
    """
    origin, copy = Database(source), Database(target)
    copied = copy_store(origin, copy, progress)
    return CopyReport(
        source=origin.shown, target=copy.shown, rows=sum(copied.rows.values()), moved=copied.moved, warning=copied.warning or None
    )


def send_all(seconds: float) -> Sent:
    """Write what waits in the spool, end what is no longer watched, and send what waits.

    :param seconds: longest time to spend sending.
    :raises airflow_dre.errors.StoreError: the store is down.
    """
    wiring = read_wiring()
    store = wiring.store
    written = store.replay()
    ended = end_expired(store, wiring.settings.forget_after, now())
    more, messages = flush(wiring.settings, seconds=seconds)
    return Sent(written=written + more, ended=ended, messages=messages)
