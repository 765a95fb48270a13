"""Changes that a person makes to an incident, and the upkeep that any reader may trigger."""

from __future__ import annotations

import logging

from airflow_dre.clock import now
from airflow_dre.errors import StoreError
from airflow_dre.services.incidents.dispatch import dispatch_outbox
from airflow_dre.services.incidents.housekeeping import run_housekeeping
from airflow_dre.services.wiring import read_wiring
from airflow_dre.store.incidents import resolve_by_hand
from airflow_dre.values.text_limits import DETAIL, lines

log = logging.getLogger(__name__)


def resolve_manually(incident_id: int, *, actor: str, note: str) -> bool:
    """Resolve an incident by hand and notify its receivers. Return False if it is resolved already.

    :param actor: name of the person.
    :param note: text of the person; it is cut to what the store keeps.
    :raises airflow_dre.errors.StoreError: the store is down.
    """
    wiring = read_wiring()
    store = wiring.open_store()
    with store.database.write() as connection:
        done = resolve_by_hand(connection, incident_id, actor=actor, note=lines(note, DETAIL), at=now())
    if done:
        dispatch_outbox(store, wiring.settings)
    return bool(done)


def end_unwatched() -> bool:
    """End what is no longer watched, and return whether messages wait because of it.

    :raises airflow_dre.errors.StoreError: the store is down.
    """
    wiring = read_wiring()
    return run_housekeeping(wiring.open_store(), wiring.settings) > 0


def send_outbox() -> None:
    """Send the messages that wait in the outbox. A store that is down is one line of the log, since the answer has left by then."""
    wiring = read_wiring()
    try:
        store = wiring.open_store()
    except StoreError as error:
        log.error("airflow-dre: messages wait until the results store is back: %s", error)
        return
    dispatch_outbox(store, wiring.settings)
