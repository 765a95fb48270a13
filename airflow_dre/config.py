"""The ``[dre]`` section of Airflow's configuration, read into a frozen value."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from datetime import timedelta
from fnmatch import fnmatchcase
from pathlib import Path

from airflow.sdk.configuration import conf

from airflow_dre.checks.instants import DURATION_ALLOWED, read_duration
from airflow_dre.errors import DefinitionError, Problem

SECTION = "dre"
DUCKDB_MEMORY = "768MB"
ROUTES_ALLOWED = (
    'a JSON object of routes by name, each {"channel": "webhook", "url": "https://..."} or {"channel": "webhook", "conn_id": "..."}, '
    'optionally with "headers" and "secret"'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """How one named group of people is told."""

    name: str
    channel: str
    options: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that an administrator can set."""

    store_url: str
    spool_folder: Path
    routes: dict[str, Route]
    default_routes: tuple[str, ...]
    watch_dags: tuple[str, ...]
    send_seconds: float
    """Longest that a task waits for receivers; the monitor sends the rest."""
    sample_retention: timedelta
    """How long failing rows are kept."""
    duckdb_memory_limit: str = DUCKDB_MEMORY
    """Most memory that a task gives to DuckDB, which puts aside on the disk what it has no room for."""
    base_url: str
    """Where people reach Airflow's UI, without a slash at the end."""

    def watches(self, dag_id: str) -> bool:
        """Whether failed runs of a Dag open incidents without a callback."""
        return any(fnmatchcase(dag_id, pattern) for pattern in self.watch_dags)


def airflow_home() -> Path:
    """The folder of this Airflow."""
    return Path(os.environ.get("AIRFLOW_HOME") or "~/airflow").expanduser()


def read_settings() -> Settings:
    """The settings as they are now.

    :raises DefinitionError: an option cannot be read.
    """
    base_url = conf.get("api", "base_url", fallback="") or "http://localhost:8080"
    return Settings(
        store_url=conf.get(SECTION, "sql_alchemy_conn", fallback="") or f"sqlite:///{airflow_home() / 'dre.db'}",
        spool_folder=Path(conf.get(SECTION, "spool_folder", fallback="") or airflow_home() / "dre_spool"),
        routes=_read_routes(conf.get(SECTION, "routes", fallback="") or "{}"),
        default_routes=_words(conf.get(SECTION, "default_routes", fallback="")),
        watch_dags=_words(conf.get(SECTION, "watch_dags", fallback="*")),
        duckdb_memory_limit=conf.get(SECTION, "duckdb_memory_limit", fallback="") or DUCKDB_MEMORY,
        send_seconds=conf.getfloat(SECTION, "send_seconds", fallback=5.0),
        sample_retention=_read_retention(conf.get(SECTION, "sample_retention", fallback="") or "7d"),
        base_url=base_url.rstrip("/"),
    )


def _read_retention(text: str) -> timedelta:
    retention = read_duration(text)
    if retention is None:
        raise DefinitionError([Problem("[dre]", "sample_retention", text, DURATION_ALLOWED)])
    return retention


def _words(text: str | None) -> tuple[str, ...]:
    return tuple(word.strip() for word in (text or "").split(",") if word.strip())


def _read_routes(text: str) -> dict[str, Route]:
    try:
        given = json.loads(text)
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise DefinitionError([Problem("[dre]", "routes", "(not shown: it may hold secrets)", ROUTES_ALLOWED)])
    problems = [
        Problem("[dre] routes", name, "(not shown: it may hold secrets)", ROUTES_ALLOWED)
        for name, options in given.items()
        if not isinstance(options, dict) or not isinstance(options.get("channel"), str)
    ]
    if problems:
        raise DefinitionError(problems)
    return {
        name: Route(name=name, channel=options["channel"], options={key: value for key, value in options.items() if key != "channel"})
        for name, options in given.items()
    }
