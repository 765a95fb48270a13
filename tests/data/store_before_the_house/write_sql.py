"""Writer of ``store.sql.gz``: ``python -m tests.data.store_before_the_house.write_sql FOLDER URL``, run once at the commit of README.md.

The script has the statements by which the migrations of that commit made the tables in the empty PostgreSQL database of the URL, and an
INSERT for each row of the SQLite store.
"""

from __future__ import annotations

import contextlib
import gzip
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from airflow_dre.store.database import Database
from airflow_dre.store.schema import migrate
from airflow_dre.store.tables import VERSION_TABLE, metadata


def made_by_migrations(database: Database) -> list[str]:
    """Migrate an empty database, and return the statements that made its tables."""
    sent: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        words = statement.split()
        if words[0] in ("CREATE", "ALTER", "DROP"):
            sent.append(" ".join(words))

    sa.event.listen(database.engine, "before_cursor_execute", note)
    migrate(database)
    return sent


def literal(value: object, kind: sa.types.TypeEngine[Any]) -> str:
    """Return a value of a SQLite store as a literal of PostgreSQL. SQLite keeps instants in UTC and does not say so."""
    if value is None:
        return "NULL"
    zone = "+00" if isinstance(kind, sa.DateTime) else ""
    return "'" + str(value).replace("'", "''") + f"{zone}'" if isinstance(value, str) else repr(value)


def inserts(store: sqlite3.Connection, database: Database) -> Iterator[str]:
    """Yield the statements that insert the rows of a SQLite store into the tables of a database."""
    inspector = sa.inspect(database.engine)
    for table in [VERSION_TABLE, *(table.name for table in metadata.sorted_tables)]:
        kinds = {column["name"]: column["type"] for column in inspector.get_columns(table)}
        names = ", ".join(f'"{name}"' for name in kinds)
        for row in store.execute(f"SELECT {names} FROM {table} ORDER BY rowid"):
            values = ", ".join(literal(value, kind) for value, kind in zip(row, kinds.values(), strict=True))
            yield f"INSERT INTO {table} ({names}) VALUES ({values})"
        if any(column["name"] == "id" and column["default"] for column in inspector.get_columns(table)):
            yield f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), MAX(id)) FROM {table}"


def main(kept: Path, url: str) -> None:
    """Write the script into the folder of the fixture."""
    database = Database(url)
    statements = made_by_migrations(database)
    with tempfile.NamedTemporaryFile() as file:
        file.write(gzip.decompress((kept / "store.db.gz").read_bytes()))
        file.flush()
        with contextlib.closing(sqlite3.connect(file.name)) as store:
            statements += inserts(store, database)
    (kept / "store.sql.gz").write_bytes(gzip.compress((";\n".join(statements) + ";\n").encode(), mtime=0))


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute(), sys.argv[2])
