"""Database hooks like Airflow's, over real connections."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg
import sqlalchemy as sa


@dataclass(eq=False)
class Hook:
    """The part of a ``DbApiHook`` that an engine needs."""

    conn_type: str
    get_conn: Callable[[], Any]


@dataclass(eq=False)
class RecordingHook:
    """A hook that keeps the connections that it opened."""

    conn_type: str
    connect: Callable[[], Any]
    connections: list[Any] = field(default_factory=list)

    def get_conn(self) -> Any:
        """Open a connection."""
        self.connections.append(self.connect())
        return self.connections[-1]


class PostgresHook:
    """A hook of the PostgreSQL database that SQLAlchemy reaches at ``url``."""

    conn_type = "postgres"

    def __init__(self, url: str) -> None:
        self.url = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)

    def get_conn(self) -> Any:
        """Open a connection."""
        return psycopg.connect(self.url)
