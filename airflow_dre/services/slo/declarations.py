"""SLAs as data: what a monitor needs to know of each of them, written by its task and read by its looks."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from airflow_dre.errors import DefinitionError
from airflow_dre.incidents.notify_options import NotifyOptions
from airflow_dre.incidents.signals import Severity
from airflow_dre.services.slo.authored import Occasion
from airflow_dre.services.slo.declared_sla import CALLBACKS, DeclaredSla, read_declared_sla
from airflow_dre.services.slo.targets import Target
from airflow_dre.slo.promise import FreshnessPromise
from airflow_dre.store.records import StoredDeclaration
from airflow_dre.values.digest import digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """A callback of an SLA as data."""

    name: str
    """Name of the callable, for people."""
    opens: NotifyOptions | None = None
    """Routes and severity, where it is ``open_incident(...)``, which needs no worker. None: a callable of the Dag file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoredSla:
    """An SLA that a monitor watches."""

    name: str
    target: Target
    promise: FreshnessPromise
    promise_digest: str
    """Changes with the promise and its target."""
    tolerance: timedelta
    """How far ahead of now the newest value may lie."""
    unknown_after: int
    callbacks: Mapping[Occasion, tuple[Callback, ...]]
    declared_at: datetime

    def opening(self, occasion: Occasion) -> tuple[NotifyOptions, ...]:
        """Return the options of the callbacks that open an incident."""
        return tuple(call.opens for call in self.callbacks.get(occasion, ()) if call.opens is not None)

    def foreign(self, occasion: Occasion) -> list[tuple[int, str]]:
        """Return place and name of each callback that a worker must call."""
        return [(place, call.name) for place, call in enumerate(self.callbacks.get(occasion, ())) if call.opens is None]


def describe_callbacks(calls: Sequence[Callable[[Any], Any]]) -> list[dict[str, Any]]:
    """Return callbacks as data, in their order."""
    return [_describe(call) for call in calls]


def _describe(call: Callable[[Any], Any]) -> dict[str, Any]:
    options = getattr(call, "notify_options", None)
    name = str(getattr(call, "__qualname__", None) or type(call).__qualname__)[:250]
    return {**_opening(options), "name": name} if isinstance(options, NotifyOptions) else {"name": name}


def _opening(options: NotifyOptions) -> dict[str, Any]:
    """Return a callback that opens an incident as data."""
    severity = None if options.severity is None else options.severity.value
    return {"name": "open_incident", "opens": {"severity": severity, "routes": list(options.routes)}}


def to_declaration(declared: DeclaredSla, callbacks: Mapping[Occasion, list[dict[str, Any]]], at: datetime) -> StoredDeclaration:
    """Return an SLA of a Dag file as a row of the store."""
    data = {"arguments": dict(declared.arguments), "callbacks": dict(callbacks)}
    return StoredDeclaration(sla=declared.name, digest=_digest(data), declared=data, source=None, declared_at=at)


def file_declaration(declared: DeclaredSla, source: str, at: datetime) -> StoredDeclaration:
    """Return an SLA of a YAML file as a row of the store. Its callbacks only open incidents.

    :param source: file and line.
    """
    opening = {"warn": declared.on_warn, "miss": declared.on_miss, "unknown": declared.on_unknown}
    callbacks = {occasion: [_opening(options) for options in several] for occasion, several in opening.items()}
    data = {"arguments": dict(declared.arguments), "callbacks": callbacks}
    return StoredDeclaration(sla=declared.name, digest=_digest(data), declared=data, source=source, declared_at=at)


def _digest(data: object) -> str:
    return digest(json.dumps(msgspec.to_builtins(data), sort_keys=True))


def read_declaration(stored: StoredDeclaration) -> MonitoredSla:
    """Read a row of the store.

    :raises airflow_dre.errors.DefinitionError: another version wrote it, which knows other arguments.
    """
    arguments = stored.declared["arguments"]
    declared = read_declared_sla(arguments)
    callbacks: dict[Occasion, tuple[Callback, ...]] = {
        occasion: tuple(_read_callback(call) for call in calls) for occasion, calls in stored.declared["callbacks"].items()
    }
    return MonitoredSla(
        name=stored.sla,
        target=declared.target,
        promise=declared.promise,
        promise_digest=_digest({name: value for name, value in arguments.items() if name not in _BESIDE_THE_PROMISE}),
        tolerance=declared.future_tolerance,
        unknown_after=declared.unknown_after,
        callbacks=callbacks,
        declared_at=stored.declared_at,
    )


_BESIDE_THE_PROMISE = ("name", "future_tolerance", "unknown_after", *CALLBACKS)
"""Arguments whose change makes no other promise."""


def watched_by(stored: StoredDeclaration) -> str:
    """Return what a declared SLA is about, or an empty text where another version declared it."""
    try:
        return read_declared_sla(stored.declared["arguments"]).target.watched
    except (DefinitionError, KeyError):
        return ""


def _read_callback(data: Mapping[str, Any]) -> Callback:
    opens = data.get("opens")
    if opens is None:
        return Callback(name=data["name"])
    severity = None if opens["severity"] is None else Severity(opens["severity"])
    return Callback(name=data["name"], opens=NotifyOptions(severity=severity, routes=tuple(opens["routes"])))
