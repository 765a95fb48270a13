"""Calls of the callbacks of a Dag file, in a worker: each is claimed, made once, and repeated later where the callable raises."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from airflow_dre.clock import now
from airflow_dre.errors import text_of
from airflow_dre.incidents.signals import Signal
from airflow_dre.privacy.masking import masked
from airflow_dre.privacy.tracebacks import masked_traceback
from airflow_dre.services.incidents.contexts import SIGNAL
from airflow_dre.services.slo.authored import Occasion
from airflow_dre.services.wiring import Wiring
from airflow_dre.slo.miss import SlaMiss
from airflow_dre.store.records import StoredCall
from airflow_dre.store.sla_calls import claim_sla_call, settle_call
from airflow_dre.store.store import Store

log = logging.getLogger(__name__)
SLA = "sla"
"""Key under which a context carries the :class:`airflow_dre.slo.miss.SlaMiss`."""
Find = Callable[[str, Occasion, int], Callable[[Any], Any] | None]
"""A function that returns the callback of an SLA by name, occasion and place, or None where the Dag file has it no longer."""
_OCCASIONS: Mapping[str, Occasion] = {"warn": "warn", "miss": "miss", "repeat": "miss", "recover": "recover", "unknown": "unknown"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsMade:
    """Numbers of calls by their outcome."""

    made: int = 0
    failed: int = 0


def make_calls(dag_id: str, find: Find, context: Mapping[str, Any], wiring: Wiring) -> CallsMade:
    """Make the calls of a monitor that are due. A callable that raises keeps no other from being called.

    :raises airflow_dre.errors.StoreError: the store is down.
    """
    store = wiring.open_store()
    made = failed = 0
    while True:
        with store.database.write() as connection:
            call = claim_sla_call(connection, dag_id, now())
        if call is None:
            return CallsMade(made=made, failed=failed)
        callback = find(call.sla, _OCCASIONS[call.kind], call.place)
        if callback is None:
            _settle(store, call, "the Dag file no longer has this callback", final=True)
            failed += 1
            continue
        returned = _call(store, call, callback, context)
        made, failed = made + returned, failed + (not returned)


def _call(store: Store, call: StoredCall, callback: Callable[[Any], Any], context: Mapping[str, Any]) -> bool:
    """Call back, keep the outcome, and return whether the callable returned."""
    more: dict[str, Any] = {SLA: msgspec.convert(call.details["sla"], SlaMiss)}
    if call.details.get("signal") is not None:
        more[SIGNAL] = msgspec.convert(call.details["signal"], Signal)
    try:
        callback({**context, **more})
    except Exception as error:  # a callback is other people's code
        log.error(
            "airflow-dre: callback %s of SLA %s raised and is called again later:\n%s", call.callback, call.sla, masked_traceback(error)
        )
        _settle(store, call, masked(f"{type(error).__name__}: {text_of(error)}"))
        return False
    except BaseException as error:  # the task is being ended
        _settle(store, call, masked(f"{type(error).__name__}: {text_of(error)}"))
        raise
    _settle(store, call, None)
    return True


def _settle(store: Store, call: StoredCall, error: str | None, *, final: bool = False) -> None:
    with store.database.write() as connection:
        settle_call(connection, call, error, now(), final=final)
