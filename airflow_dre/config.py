"""The ``[dre]`` section of Airflow's configuration, read into a frozen value.

Reading never fails. An option that cannot be read gets its default, a route that cannot be read is left out, and each is listed as a
problem: recording a result needs the address of the store and the spool, and nothing else.
"""

from __future__ import annotations

import json
import logging
import math
import os
import re
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TypeVar

from airflow.sdk.configuration import conf

from airflow_dre.errors import Problem
from airflow_dre.values.instants import DURATION_ALLOWED, read_duration

log = logging.getLogger(__name__)
SECTION = "dre"
DUCKDB_MEMORY = "768MB"
SEND_SECONDS = 5.0
SAMPLE_RETENTION = timedelta(days=7)
FORGET_AFTER = timedelta(days=30)
RETENTION = timedelta(days=400)
"""A year and a month, so that a day can be compared with the same day of the year before."""
LEAST_RETENTION = timedelta(days=1)
MOST_SEND_SECONDS = 3600.0
MOST_RETENTION = timedelta(days=3650)
OPTIONS = (
    "sql_alchemy_conn",
    "spool_folder",
    "routes",
    "default_routes",
    "watch_dags",
    "sample_retention",
    "forget_after",
    "retention",
    "duckdb_memory_limit",
    "keep_tests",
    "send_seconds",
    "slas_folder",
)
"""Every option of the section."""
SENSITIVE = ("sql_alchemy_conn", "routes")
"""The options that a command (``_cmd``) or a secrets backend (``_secret``) may supply."""
OUTSIDE_SECONDS = 3.0
"""How long a command or a secrets backend may take. Beyond it the option cannot be read."""
SILENT_SECONDS = 60.0
"""For how long one that took longer is not asked again, so that those who hold others up wait for it once."""
LONGEST_ROUTE = 250
"""Most characters of the name of a route: the store keeps no more."""
HIDDEN = "(not shown: it may hold secrets)"
ROUTES_ALLOWED = (
    'a JSON object of routes by name, each {"channel": "webhook", "url": "https://..."} or {"channel": "webhook", "conn_id": "..."}, '
    'optionally with "headers" and "secret"'
)
_LONGEST_VALUE = 100
_LEAST_MEMORY = 16 * 10**6
_MEMORY = re.compile(r"(\d{1,15}(?:\.\d{1,15})?) ?([kmgt]i?b)", re.IGNORECASE | re.ASCII)
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_T = TypeVar("_T")
_logged: set[str] = set()
_silent_until: dict[str, float] = {}


class _Unreadable(Exception):
    """An option that cannot be read, and the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A named way to notify a group of people."""

    name: str
    channel: str
    options: dict[str, object] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that an administrator can set."""

    store_url: str = field(repr=False)
    """SQLAlchemy URL of the results store. Empty where it cannot be read."""
    spool_folder: Path
    routes: dict[str, Route]
    """The routes that can be read, by name."""
    default_routes: tuple[str, ...]
    watch_dags: tuple[str, ...]
    send_seconds: float
    """Longest that a task waits for receivers. The monitor sends the rest."""
    sample_retention: timedelta
    """How long failing rows are kept."""
    forget_after: timedelta = FORGET_AFTER
    """How long a monitor, a suite or a wait may be without news before its incidents are ended."""
    retention: timedelta | None = RETENTION
    """How long results, runs, signals and resolved incidents are kept. None: for ever."""
    duckdb_memory_limit: str = DUCKDB_MEMORY
    """Most memory of DuckDB in a task. It writes what it has no room for to the disk."""
    slas_folder: Path | None = None
    """Folder of YAML files of SLAs. None: there is no such folder."""
    base_url: str
    """Where people reach Airflow's UI, without a slash at the end."""
    keep_tests: bool = False
    """True if ``airflow tasks test`` and ``airflow dags test`` keep results, change incidents and notify people."""
    problems: tuple[Problem, ...] = ()
    """Every option that could not be read, with what is allowed. No secret is in it."""
    broken_routes: dict[str, Problem] = field(default_factory=dict)
    """The routes that are configured and cannot be read, by name: they may be mended later."""
    routes_unreadable: bool = False
    """True if ``routes`` as a whole could not be read, so that a route which is not known may still be configured."""

    def watches(self, dag_id: str) -> bool:
        """Return whether failed runs of a Dag open incidents without a callback."""
        return any(fnmatchcase(dag_id, pattern) for pattern in self.watch_dags)


def airflow_home() -> Path:
    """Return the folder of this Airflow."""
    return Path(os.environ.get("AIRFLOW_HOME") or "~/airflow").expanduser()


def read_settings() -> Settings:
    """Return the settings as they are now. A problem with an option is logged once for each process.

    Never raises: see :attr:`Settings.problems`.
    """
    problems: list[Problem] = []
    routes_text = _text("routes", problems)
    routes, broken = _read_routes(routes_text or "{}", problems)
    unreadable = routes_text is None or any(problem.argument == "routes" for problem in problems)
    default_routes = _read_default_routes(_text("default_routes", problems) or "", problems)
    if not unreadable:
        problems += [
            Problem("[dre]", "default_routes", name, f"names of routes: {', '.join(sorted(routes)) or 'no route is configured'}")
            for name in default_routes
            if name not in routes and name not in broken
        ]
    watched = _text("watch_dags", problems, fallback="*")
    settings = Settings(
        store_url=_store_url(problems),
        spool_folder=Path(_text("spool_folder", problems) or airflow_home() / "dre_spool"),
        routes=routes,
        default_routes=default_routes,
        watch_dags=_words("*" if watched is None else watched),
        duckdb_memory_limit=_read("duckdb_memory_limit", _memory, DUCKDB_MEMORY, MEMORY_ALLOWED, problems),
        send_seconds=_read("send_seconds", _seconds, SEND_SECONDS, SECONDS_ALLOWED, problems),
        sample_retention=_read("sample_retention", _retention, SAMPLE_RETENTION, RETENTION_ALLOWED, problems),
        forget_after=_read("forget_after", _retention, FORGET_AFTER, RETENTION_ALLOWED, problems),
        retention=_kept_for(problems),
        slas_folder=Path(folder).expanduser() if (folder := (_text("slas_folder", problems) or "").strip()) else None,
        base_url=_base_url(problems),
        keep_tests=_read("keep_tests", _boolean, False, BOOLEAN_ALLOWED, problems),
        problems=tuple(problems),
        broken_routes=broken,
        routes_unreadable=unreadable,
    )
    for problem in problems:
        _log_once(str(problem))
    return settings


def _log_once(message: str) -> None:
    if message not in _logged:
        _logged.add(message)
        log.error("airflow-dre: %s. The default is used until it is corrected. Check again with `airflow dre db check`.", message)


def _text(option: str, problems: list[Problem], *, fallback: str = "") -> str | None:
    """Return the text of an option, or None where it cannot be read, for example because its command fails or hangs."""
    try:
        return _read_in_time(option, fallback)
    except _Unreadable as error:
        problems.append(Problem("[dre]", option, f"({error})", f"a text, or a _cmd or _secret that returns {option}"))
        return None


def _read_in_time(option: str, fallback: str) -> str:
    """Return Airflow's value of an option, within a time where a command or a secrets backend supplies it.

    What a signal handler raises meanwhile, by which Airflow ends a task, is never taken for an error of the command.

    :raises _Unreadable: it cannot be read, or took longer, now or a moment ago.
    """
    late = _Unreadable(f"it took more than {OUTSIDE_SECONDS:g} s")
    if option not in SENSITIVE or not _comes_from_outside(option):
        return _airflow_value(option, fallback)
    if time.monotonic() < _silent_until.get(option, 0.0):
        raise late
    answer: Future[str] = Future()
    context = copy_context()

    def read() -> None:
        try:
            answer.set_result(context.run(_airflow_value, option, fallback))
        except BaseException as error:
            answer.set_exception(error)

    threading.Thread(target=read, name="dre-option", daemon=True).start()
    if not wait([answer], OUTSIDE_SECONDS).done:
        _silent_until[option] = time.monotonic() + SILENT_SECONDS
        raise late
    return answer.result()


def _airflow_value(option: str, fallback: str) -> str:
    """Return Airflow's value of an option.

    :raises _Unreadable: it cannot be read.
    """
    try:
        return str(conf.get(SECTION, option, fallback=fallback) or "")
    except Exception as error:  # commands and secrets backends are other people's programs
        raise _Unreadable(f"{type(error).__name__}: it cannot be read") from error


def _comes_from_outside(option: str) -> bool:
    """Return whether a command or a secrets backend supplies an option."""
    return any(
        f"AIRFLOW__{SECTION}__{option}_{source}".upper() in os.environ or conf.has_option(SECTION, f"{option}_{source}")
        for source in ("cmd", "secret")
    )


def _store_url(problems: list[Problem]) -> str:
    given = _text("sql_alchemy_conn", problems)
    return "" if given is None else given or f"sqlite:///{airflow_home() / 'dre.db'}"  # never another store than the one that is meant


def _kept_for(problems: list[Problem]) -> timedelta | None:
    """Return how long results are kept. An empty option and ``0`` mean for ever."""
    text = _text("retention", problems, fallback=f"{RETENTION.days}d")
    if text is None:
        return RETENTION
    text = text.strip()
    if text in ("", "0"):
        return None
    value = _retention(text)
    if value is None or value < LEAST_RETENTION:
        problems.append(Problem("[dre]", "retention", text[:_LONGEST_VALUE], KEPT_FOR_ALLOWED))
        return RETENTION
    return value


def _base_url(problems: list[Problem]) -> str:
    default = "http://localhost:8080"
    try:
        return (conf.get("api", "base_url", fallback="") or default).rstrip("/")
    except Exception as error:  # a secrets backend is another program
        problems.append(Problem("[api]", "base_url", f"({type(error).__name__}: it cannot be read)", f"an address such as {default}"))
        return default


def _read(option: str, read: Callable[[str], _T | None], default: _T, allowed: str, problems: list[Problem]) -> _T:
    text = (_text(option, problems) or "").strip()
    if not text:
        return default
    value = read(text)
    if value is None:
        problems.append(Problem("[dre]", option, text[:_LONGEST_VALUE], allowed))
        return default
    return value


_DURATIONS = DURATION_ALLOWED.removesuffix(" or a timedelta")
SECONDS_ALLOWED = f"a number of seconds from 0 to {MOST_SEND_SECONDS:.0f}, such as {SEND_SECONDS}"
RETENTION_ALLOWED = f"{_DURATIONS}, at most {MOST_RETENTION.days}d"
KEPT_FOR_ALLOWED = f"{_DURATIONS}, at least {LEAST_RETENTION.days}d and at most {MOST_RETENTION.days}d, or 0 to keep everything"
MEMORY_ALLOWED = "a size such as 768MB, 4GB or 1.5GiB, at least 16MB, or a percentage such as 50%"


BOOLEAN_ALLOWED = "True or False"


def _boolean(text: str) -> bool | None:
    return {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}.get(text.lower())


def _seconds(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and 0 <= value <= MOST_SEND_SECONDS else None


def _retention(text: str) -> timedelta | None:
    value = read_duration(text)
    return value if value is not None and value <= MOST_RETENTION else None


def _memory(text: str) -> str | None:
    if re.fullmatch(r"[1-9]\d?%|100%", text, re.ASCII):
        return text
    found = _MEMORY.fullmatch(text)
    if found is None:
        return None
    unit = found[2].lower()
    size = float(found[1]) * (1024 if "i" in unit else 1000) ** (1 + "kmgt".index(unit[0]))
    return text if _LEAST_MEMORY <= size < 2**60 else None


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _read_default_routes(text: str, problems: list[Problem]) -> tuple[str, ...]:
    words = _words(text)
    problems += [Problem("[dre]", "default_routes", word[:_LONGEST_VALUE], _NAME_ALLOWED) for word in words if not _is_name(word)]
    return tuple(word for word in words if _is_name(word))


_NAME_ALLOWED = f"names of routes, at most {LONGEST_ROUTE} printable characters each"


def _is_name(name: str) -> bool:
    return 0 < len(name) <= LONGEST_ROUTE and _UNPRINTABLE.search(name) is None


def _read_routes(text: str, problems: list[Problem]) -> tuple[dict[str, Route], dict[str, Problem]]:
    """Return the routes that can be read, and what is wrong with each of the others."""
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        place = f"line {error.lineno}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else "too deep"
        problems.append(Problem("[dre]", "routes", f"{HIDDEN[:-1]}; no JSON: {place})", ROUTES_ALLOWED))
        return {}, {}
    if not isinstance(given, dict):
        problems.append(Problem("[dre]", "routes", HIDDEN, ROUTES_ALLOWED))
        return {}, {}
    broken = {name: problem for name, options in given.items() if (problem := _wrong_route(name, options)) is not None}
    problems += broken.values()
    return {
        name: Route(name=name, channel=options["channel"], options={key: value for key, value in options.items() if key != "channel"})
        for name, options in given.items()
        if name not in broken
    }, broken


def _wrong_route(name: str, options: object) -> Problem | None:
    """Return what keeps a route from being used whatever its channel. The channel checks its own options when it is opened."""
    if not _is_name(name):
        return Problem("[dre] routes", "name", name[:_LONGEST_VALUE], _NAME_ALLOWED)
    if not isinstance(options, Mapping) or not isinstance(options.get("channel"), str):
        return Problem("[dre] routes", name, HIDDEN, ROUTES_ALLOWED)
    return None
