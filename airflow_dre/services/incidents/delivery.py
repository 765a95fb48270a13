"""Deliveries to the store, and what is sent after them."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from dataclasses import replace

import msgspec

from airflow_dre.config import Settings
from airflow_dre.errors import StoreError
from airflow_dre.incidents.decide import Action, Change
from airflow_dre.incidents.signals import Signal
from airflow_dre.services.incidents.dispatch import Dispatched, dispatch_outbox
from airflow_dre.services.incidents.housekeeping import delete_expired, run_housekeeping
from airflow_dre.services.incidents.links import incident_url
from airflow_dre.services.rehearsal import is_kept, is_rehearsal, log_nothing_kept
from airflow_dre.services.wiring import store_of
from airflow_dre.store.records import Delivery
from airflow_dre.store.schema import ensure_embedded
from airflow_dre.store.store import DOWN


def add_default_routes(delivery: Delivery, routes: tuple[str, ...]) -> Delivery:
    """Return the delivery with the administrator's routes added to every problem."""
    signals = tuple(_with_routes(signal, routes) if signal.event.firing else signal for signal in delivery.signals)
    return replace(delivery, signals=signals)


def _with_routes(signal: Signal, routes: tuple[str, ...]) -> Signal:
    return msgspec.structs.replace(signal, routes=(*signal.routes, *routes))


def deliver(delivery: Delivery, settings: Settings, *, send: bool = True) -> list[Change]:
    """Keep a delivery, or spool it, and then send what waits for as long as ``[dre] send_seconds`` allows.

    :param send: False for a caller that holds others up: the delivery is recorded, and no receiver is waited for.
    """
    return deliver_all([delivery], settings, send=send)


def deliver_all(deliveries: Iterable[Delivery], settings: Settings, *, send: bool = True) -> list[Change]:
    """Keep deliveries one by one, as :func:`deliver` does, and send what waits once. Nothing of a test is kept or sent."""
    kept = [add_default_routes(delivery, settings.default_routes) for delivery in deliveries if _is_kept(delivery, settings)]
    if not kept:
        return []
    if not send:
        changes = deliver_at_once(kept, settings)
        log_changes(changes, settings)
        return changes
    store = store_of(settings)
    changes = [change for delivery in kept for change in store.deliver_or_spool(delivery)]
    log_changes(changes, settings)
    if changes:  # a store that is down is not waited for once more
        run_housekeeping(store, settings)
        dispatch_outbox(store, settings)
    return changes


DOWN_SECONDS = 60.0
"""Time for which a store that did not answer is not queried again by callers that hold others up."""


log = logging.getLogger(__name__)


class _State:
    down_until = 0.0


_state = _State()


def deliver_at_once(deliveries: Iterable[Delivery], settings: Settings) -> list[Change]:
    """Write deliveries to the store at once or to the spool, without waiting for anything else.

    A store that does not answer is waited for once in :data:`DOWN_SECONDS`, and what waits in the spool is left to others.
    """
    store = store_of(settings, fail_fast=True)
    changes: list[Change] = []
    for delivery in deliveries:
        if is_down():
            store.leave(delivery, DOWN)
            continue
        try:
            changes += store.deliver_parts(delivery)
        except StoreError as error:
            _state.down_until = time.monotonic() + DOWN_SECONDS
            store.leave(delivery, str(error))
    return changes


def is_down() -> bool:
    """Return whether the store did not answer a moment ago."""
    return time.monotonic() < _state.down_until


def log_changes(changes: Iterable[Change], settings: Settings) -> None:
    """Log the changes of incidents, each in one line with its address."""
    for change in changes:
        if change.action is not Action.IGNORE and change.incident_id is not None:
            address = incident_url(settings.base_url, change.incident_id)
            log.info("airflow-dre: incident %s: %s (%s). %s", change.incident_id, change.action.value, _reason(change), address)


def _reason(change: Change) -> str:
    """Return the reason of a change, and why routes that know the incident are notified once more."""
    return f"{change.because}; notified again: {change.update_reason}" if change.update else change.because


def _is_kept(delivery: Delivery, settings: Settings) -> bool:
    if kept := is_kept(delivery, settings):
        return kept
    log_nothing_kept()
    return False


def flush(settings: Settings, *, seconds: float | None = None) -> tuple[int, Dispatched]:
    """Write what waits in the spool, send what waits in the outbox, and delete what has expired.

    :return: the number of deliveries written, and the outcome of sending.
    :raises airflow_dre.errors.StoreError: the store is down.
    """
    if is_rehearsal(settings):
        log_nothing_kept()
        return 0, Dispatched()
    store = store_of(settings)
    ensure_embedded(store.database)
    written, sent = store.replay(), dispatch_outbox(store, settings, seconds=seconds, probe=True)
    delete_expired(store, settings)
    return written, sent
