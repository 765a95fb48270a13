"""Mistakes in the configuration and the results store, one finding for each subject.

Nothing here raises. A finding is one line with the mistake and its remedy, and holds no secret.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from airflow_dre.channels.channel import ChannelType
from airflow_dre.channels.registry import GROUP as CHANNELS
from airflow_dre.channels.registry import OWN as OWN_CHANNELS
from airflow_dre.checks.outcomes import counted
from airflow_dre.clock import now
from airflow_dre.config import OPTIONS, Settings
from airflow_dre.declaring.slips import nearest
from airflow_dre.errors import DreError, PlugInError, StoreError
from airflow_dre.plug_ins import find_plug_in, plug_in_names
from airflow_dre.services.incidents.routes import has_connection, open_channel
from airflow_dre.services.wiring import store_of
from airflow_dre.store.database import Database
from airflow_dre.store.reading.incidents import oldest_waiting_message
from airflow_dre.store.reading.slas import latest_evaluation
from airflow_dre.store.schema import current_revision, head, is_missing

LATE = timedelta(minutes=30)
"""Age of a waiting message or of the latest evaluation of an SLA that shows that no monitor runs."""


_UNUSABLE = {
    "results store": "[dre] sql_alchemy_conn is no address of a store. Write sqlite:////path/to/dre.db or "
    "postgresql+psycopg://user:password@host:5432/database"
}
CONNECTION_SECONDS = 5.0
"""Longest time that the connection of a route may take, which can come from a secrets backend that hangs."""


class Verdict(StrEnum):
    """The judgement of a finding."""

    OK = "ok"
    NOTE = "note"
    """Right, and worth knowing."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One subject with its judgement."""

    verdict: Verdict
    subject: str
    text: str

    def __str__(self) -> str:
        return f"{self.verdict:<6} {self.subject:<16} {' '.join(self.text.split())}"


def check_all(settings: Settings) -> list[Finding]:
    """Return the findings about the store, the spool, every option, every route, the plug-ins of other packages and the monitor."""
    store = _guarded("results store", lambda: check_store(settings))
    is_usable = all(finding.verdict is not Verdict.WRONG for finding in store)
    return [
        *store,
        *_guarded("spool", lambda: check_spool(settings.spool_folder)),
        *_guarded("options", lambda: check_options(settings)),
        *_guarded("routes", lambda: check_routes(settings)),
        *_guarded("plug-ins", check_plug_ins),
        *(_guarded("monitor", lambda: check_monitor(settings)) if is_usable else []),
    ]


def find_mistakes(settings: Settings) -> list[Finding]:
    """Return what is wrong, for a process that must not wait long: the store has its shortest limits, and no connection is read."""
    found = [
        *_guarded("results store", lambda: check_store(settings)),
        *_guarded("spool", lambda: check_spool(settings.spool_folder)),
        *_guarded("options", lambda: check_options(settings)),
    ]
    routes = [Finding(Verdict.WRONG, "route", str(problem)) for problem in settings.broken_routes.values()]
    return [finding for finding in [*found, *routes] if finding.verdict is Verdict.WRONG]


def find_banner(settings: Settings) -> list[str]:
    """Return the mistakes of the configuration for a banner on the pages, as far as they show without a connection."""
    found = [str(problem) for problem in settings.problems]
    found += [finding.text for finding in _guarded("options", _find_unknown_options)]
    for name in settings.routes:
        if not has_connection(name, settings) and (why := _why_unusable(name, settings)):
            found.append(f"[dre] routes {name}: {why}")
    return list(dict.fromkeys(found))


def _guarded(subject: str, check: Callable[[], Iterable[Finding]]) -> list[Finding]:
    """Return the findings of a check. A check that fails is a finding as well."""
    try:
        return list(check())
    except StoreError as error:
        return [Finding(Verdict.WRONG, subject, str(error))]
    except Exception as error:  # drivers, secrets backends and file systems are other people's programs
        return [Finding(Verdict.WRONG, subject, f"{_UNUSABLE.get(subject, 'it could not be checked')} ({type(error).__name__}).")]


def check_store(settings: Settings) -> Iterator[Finding]:
    """Check the address of the store, whether it answers, and the revision of its tables.

    :raises airflow_dre.errors.StoreError: it does not answer, or its address cannot be used.
    """
    database = store_of(settings, fail_fast=True).database
    if is_missing(database):
        yield _check_place(database)
        return
    revision = current_revision(database)
    where = f"The results store at {database.shown} is at revision {revision or 'none'}"
    if revision == head():
        yield Finding(Verdict.OK, "results store", f"{where}.")
    elif database.embedded and (revision is None or revision < head()):
        yield Finding(Verdict.OK, "results store", f"{where}, and migrates itself to {head()} at first use.")
    elif revision is None or revision < head():
        yield Finding(Verdict.WRONG, "results store", f"{where}; needed: {head()}. Run `airflow dre db migrate`.")
    else:
        yield Finding(Verdict.WRONG, "results store", f"{where}; this version knows {head()}. Install the airflow-dre that migrated it.")


def _check_place(database: Database) -> Finding:
    """Return a finding about the place of an embedded store that does not exist yet."""
    folder = _nearest_folder(Path(str(database.url.database)).parent)
    if folder is not None and os.access(folder, os.W_OK | os.X_OK):
        return Finding(Verdict.OK, "results store", f"The results store at {database.shown} is made at first use and migrates itself.")
    return Finding(
        Verdict.WRONG,
        "results store",
        f"the results store at {database.shown} cannot be made: {folder or Path(str(database.url.database)).parent} is no folder that this "
        "user may write to. Make the folder, or name another file in [dre] sql_alchemy_conn.",
    )


def _nearest_folder(path: Path) -> Path | None:
    """Return the nearest folder that exists, the path itself included, or None where a file is in its place."""
    for place in (path, *path.parents):
        if place.is_dir():
            return place
        if place.exists():
            return None
    return None


def check_spool(folder: Path) -> Iterator[Finding]:
    """Check the folder in which records wait while the store is down."""
    if not folder.exists():
        above = _nearest_folder(folder.parent)
        if above is not None and os.access(above, os.W_OK | os.X_OK):
            yield Finding(Verdict.OK, "spool", f"{folder} is made when the store is down; nothing waits.")
        else:
            yield Finding(Verdict.WRONG, "spool", f"{folder} cannot be made. Name another in [dre] spool_folder.")
        return
    if not folder.is_dir() or not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        allowed = "a folder that this user may write to"
        yield Finding(Verdict.WRONG, "spool", f"{folder} is not {allowed}. Change its rights, or name another one in [dre] spool_folder.")
        return
    waiting, aside = (len(list(folder.glob(pattern))) for pattern in ("*.jsonl", "*.unreadable"))
    text = f"{folder} may be written to; spool files waiting: {waiting}."
    yield Finding(Verdict.NOTE if waiting else Verdict.OK, "spool", text + (" The next task writes them." if waiting else ""))
    if aside:
        todo = "they hold records that no store takes. Read them, and remove them when they are of no use."
        yield Finding(
            Verdict.WRONG,
            "spool",
            f"{counted(aside, 'file', 'files')} in {folder} {'ends' if aside == 1 else 'end'} in .unreadable: {todo}",
        )
    if folder.stat().st_mode & 0o077:
        yield Finding(Verdict.NOTE, "spool", f"{folder} can be read by other users. Run `chmod 700 {folder}`.")


def check_options(settings: Settings) -> Iterator[Finding]:
    """Check every option of ``[dre]``, and find options that do not exist."""
    wrong = [str(problem) for problem in settings.problems if problem.where != "[dre] routes"]
    yield from (Finding(Verdict.WRONG, "option", f"{text}. Until it is corrected, its default applies.") for text in wrong)
    for name in OPTIONS:
        if not any(f" {name}=" in text for text in wrong) and name not in ("routes", "default_routes"):
            yield Finding(Verdict.OK, "option", f"[dre] {name} can be read.")
    yield from _find_unknown_options()


def _find_unknown_options() -> Iterator[Finding]:
    from airflow.sdk.configuration import conf

    given = set()
    with contextlib.suppress(Exception):  # a command of an option that fails is a problem of its own
        given = {name.lower() for name in (conf.getsection("dre") or {})}
    prefix = "AIRFLOW__DRE__"
    given |= {name.removeprefix(prefix).lower() for name in os.environ if name.startswith(prefix)}
    for name in sorted(given):
        plain = name.removesuffix("_cmd").removesuffix("_secret")
        if plain not in OPTIONS:
            near = nearest(plain, OPTIONS)
            hint = f"did you mean {near}? " if near else ""
            yield Finding(Verdict.WRONG, "option", f"[dre] {plain} is no option: {hint}Allowed: {', '.join(OPTIONS)}.")


def check_routes(settings: Settings) -> Iterator[Finding]:
    """Check every route, its connection, and the default routes."""
    for name, problem in settings.broken_routes.items():
        yield Finding(Verdict.WRONG, "route", f"{name[:100]}: {problem}. Correct it in [dre] routes; its messages wait.")
    for name in settings.routes:
        why = _why_unusable(name, settings)
        if why:
            yield Finding(Verdict.WRONG, "route", f"{name}: {why}. Correct it in [dre] routes or in its connection.")
        else:
            yield Finding(Verdict.OK, "route", f"{name} has a receiver.")
    if not settings.routes and not settings.broken_routes and not settings.routes_unreadable:
        yield Finding(Verdict.NOTE, "route", "no route is configured, so only the pages show incidents. Name receivers in [dre] routes.")
    for name in settings.default_routes:
        if name in settings.routes:
            yield Finding(Verdict.OK, "default route", f"{name} hears of every incident.")
        elif name in settings.broken_routes:
            yield Finding(Verdict.WRONG, "default route", f"{name} hears of every incident, and its route cannot be read.")


def _why_unusable(name: str, settings: Settings) -> str | None:
    """Return the reason why messages of a route cannot be sent, or None."""
    try:
        open_channel(name, settings, CONNECTION_SECONDS)
    except DreError as error:
        return str(error).removeprefix("1 problem in the definition:").strip(" -\n")
    except Exception as error:  # a password that cannot be decrypted, for example
        return f"its connection cannot be read ({type(error).__name__})"
    return None


def check_plug_ins() -> Iterator[Finding]:
    """Check that the kinds of checks, dialects and channels of other packages load."""
    from airflow_dre.checks.declared.kind import CheckKind  # these load sqlglot, which a page or a scheduler need not
    from airflow_dre.checks.declared.registry import CHECK_KINDS
    from airflow_dre.checks.declared.registry import GROUP as CHECKS
    from airflow_dre.sql.dialect import Dialect
    from airflow_dre.sql.dialects import CONNECTION_TYPES
    from airflow_dre.sql.dialects import DIALECTS as OWN_DIALECTS
    from airflow_dre.sql.dialects import GROUP as DIALECTS

    yield from _check_group(CHECKS, CheckKind, CHECK_KINDS)
    yield from _check_group(DIALECTS, Dialect, {*OWN_DIALECTS, *CONNECTION_TYPES})
    yield from _check_group(CHANNELS, ChannelType, OWN_CHANNELS)


def _check_group(group: str, kind: type[object], own: Collection[str]) -> Iterator[Finding]:
    """Check that each object of a group of entry points loads, except those under a name of ours, which are never used."""
    for name in plug_in_names(group):
        if name in own:
            yield Finding(Verdict.NOTE, "plug-in", f"{name} of {group} is not used, since airflow-dre has its own. Rename or uninstall it.")
            continue
        try:
            find_plug_in(group, name, kind)
        except PlugInError as broken:
            yield Finding(Verdict.WRONG, "plug-in", f"{broken}. Repair or uninstall it.")
        else:
            yield Finding(Verdict.OK, "plug-in", f"{name} of {group} loads.")


def check_monitor(settings: Settings) -> Iterator[Finding]:
    """Find signs that no monitor evaluates SLAs or sends messages."""
    if not settings.watch_dags:
        yield Finding(Verdict.NOTE, "watch_dags", "no failed run opens an incident without a callback, since [dre] watch_dags is empty.")
    database = store_of(settings, fail_fast=True).database
    if is_missing(database) or current_revision(database) != head():
        return
    with database.read() as connection:
        waiting = oldest_waiting_message(connection)
        looked = latest_evaluation(connection)
    todo = "Is the Dag of reliability_monitor() there, unpaused and running?"
    if waiting is not None and now() - waiting > LATE:
        yield Finding(Verdict.WRONG, "monitor", f"a message waits since {waiting.isoformat(timespec='minutes')} UTC. {todo}")
    if looked is not None and now() - looked > LATE:
        yield Finding(
            Verdict.WRONG, "monitor", f"the latest evaluation of an SLA was at {looked.isoformat(timespec='minutes')} UTC. {todo}"
        )
    if looked is not None and now() - looked <= LATE:
        yield Finding(Verdict.OK, "monitor", f"the latest evaluation of an SLA was at {looked.isoformat(timespec='minutes')} UTC.")
