"""Migrations go up, down and up again, on both databases, and two at once are one after the other."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from airflow_dre.errors import StoreNotMigrated, StoreUnreachable
from airflow_dre.store.database import Database
from airflow_dre.store.records import Delivery
from airflow_dre.store.schema import current_revision, downgrade, head, migrate
from airflow_dre.store.spool import Spool
from airflow_dre.store.store import Store
from airflow_dre.store.tables import VERSION_TABLE, metadata
from tests.databases import sqlite_file


def tables(database: Database) -> set[str]:
    """Return the tables that are there."""
    return {name for name in sa.inspect(database.engine).get_table_names() if name != VERSION_TABLE}


def test_up_down_and_up_again(store_url: str) -> None:
    database = Database(store_url)
    assert current_revision(database) is None
    for _ in range(2):
        migrate(database)
        assert current_revision(database) == head()
        assert tables(database) == set(metadata.tables)
        with database.read() as connection:
            context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_type": True})
            assert compare_metadata(context, metadata) == []
        downgrade(database, "base")
        assert tables(database) == set()
    migrate(database)
    migrate(database)
    assert current_revision(database) == head()
    database.engine.dispose()


@pytest.mark.postgres
def test_a_server_that_was_never_migrated_says_what_to_do(postgres_url: str, tmp_path: Path, signal: Callable[..., Any]) -> None:
    store = Store(Database(postgres_url), Spool(tmp_path))
    with pytest.raises(StoreNotMigrated, match="lacks a table or column: run `airflow dre db migrate`"):
        store.deliver(Delivery(signals=(signal("checks_failed"),)))
    store.database.engine.dispose()


def test_a_password_is_never_shown(tmp_path: Path) -> None:
    database = Database("postgresql+psycopg://dre:hunter2@127.0.0.1:1/dre")
    with pytest.raises(StoreUnreachable) as error, database.read():
        pass
    assert "hunter2" not in str(error.value)
    assert "does not answer" in str(error.value)


def test_the_embedded_store_migrates_itself_from_many_processes_at_once(tmp_path: Path) -> None:
    program = (
        "from pathlib import Path; import sys\n"
        "from airflow_dre.store.store import open_store\n"
        "from airflow_dre.store.records import Delivery\n"
        f"open_store('sqlite:///{tmp_path}/dre.db', Path({str(tmp_path)!r})).deliver(Delivery())\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE, env=os.environ) for _ in range(8)]
    assert [process.communicate()[1].decode() for process in running] == [""] * 8
    with sqlite_file(tmp_path / "dre.db") as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute(f"SELECT COUNT(*) FROM {VERSION_TABLE}").fetchone() == (1,)
    assert not Spool(tmp_path).waiting()
