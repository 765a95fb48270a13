"""Calls of the callables of ``on_miss``: each once for a miss, whichever triggerer makes it, and again where it raises."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import logging
from collections.abc import Mapping
from datetime import timedelta
from importlib import import_module
from typing import Any

from airflow_dre.clock import now
from airflow_dre.errors import StoreError, WarehouseUnreachable, text_of
from airflow_dre.incidents.signals import Signal
from airflow_dre.privacy.masking import masked_line
from airflow_dre.services.asking import ask
from airflow_dre.services.rehearsal import is_rehearsal
from airflow_dre.services.slo.sla_miss_callbacks import call_sla_miss_callback
from airflow_dre.services.wiring import read_wiring
from airflow_dre.slo.deadline import SLA_MISS, DeadlineMiss, ImportedCallable
from airflow_dre.store.deadlines import Claim, claim_call, finish_call, release_call
from airflow_dre.values.text_limits import REASON

log = logging.getLogger(__name__)
CALL_SECONDS = 120.0
"""Longest time for one call."""
LEASE = timedelta(seconds=CALL_SECONDS + 30)
"""A process that vanished holds a call no longer than this."""
AGAIN_SECONDS = (5.0, 30.0, 120.0)
"""Pauses before a callable that raised is called again."""
_STORE = "the results store, asked by callbacks,"


class OnMissFailed(RuntimeError):
    """Callables of a miss raised each time. Airflow shows the text with the deadline."""


async def call_all(calls: tuple[ImportedCallable, ...], miss: DeadlineMiss, signal: Signal, context: Mapping[str, Any]) -> None:
    """Call each callable once, all of them although one raises.

    :param signal: the signal of the miss, whose key the claims are made by.
    :raises OnMissFailed: callables raised at each of several attempts.
    """
    left = dict.fromkeys(calls, "")
    for pause in (0.0, *AGAIN_SECONDS):
        if left:
            await asyncio.sleep(pause)
        for call in list(left):
            error = await _call_once(call, miss, signal, context)
            if error is None:
                del left[call]
            else:
                left[call] = error
                log.error("airflow-dre: on_miss %s of the deadline %s of %s raised %s", call.path, miss.name, miss.what, error)
    if left:
        raise OnMissFailed("; ".join(f"on_miss {call.path} raised {error}" for call, error in left.items()))


async def _call_once(call: ImportedCallable, miss: DeadlineMiss, signal: Signal, context: Mapping[str, Any]) -> str | None:
    """Return None where the callable was called, now or before, and else its error."""
    claim = await _claim(call, signal)
    for _ in range(20):  # longer than a lease
        if claim is not Claim.HELD:
            break
        await asyncio.sleep(LEASE.total_seconds() / 10)
        claim = await _claim(call, signal)
    if claim is Claim.DONE:
        return None
    if claim is Claim.HELD:
        return "nothing: another triggerer is calling it"
    try:
        await _run(call, miss, {**context, "sla": miss})
    except Exception as error:  # a callable is another person's program
        await _release(call, signal)
        return masked_line(f"{type(error).__name__}: {text_of(error)}", REASON)
    await _finish(call, signal)
    return None


async def _claim(call: ImportedCallable, signal: Signal) -> Claim:
    """Return whether to call. A store that is down holds no call back: a person must hear of the miss."""

    def claim(at: Any, lease: timedelta) -> Claim:
        wiring = read_wiring()
        if is_rehearsal(wiring.settings):
            return Claim.TAKEN
        with wiring.open_store().database.write() as connection:
            return claim_call(connection, signal, call.path, at, lease)

    try:
        return await ask(_STORE, CALL_SECONDS, lambda: claim(now(), LEASE))
    except (StoreError, WarehouseUnreachable) as error:
        log.warning("airflow-dre: on_miss %s is called without a claim, so that a restart may repeat it: %s", call.path, error)
        return Claim.TAKEN


async def _finish(call: ImportedCallable, signal: Signal) -> None:
    await _write(lambda connection: finish_call(connection, signal, call.path), call)


async def _release(call: ImportedCallable, signal: Signal) -> None:
    """Let the next attempt claim the call at once."""
    await _write(lambda connection: release_call(connection, signal, call.path), call)


async def _write(change: Any, call: ImportedCallable) -> None:
    def write() -> None:
        wiring = read_wiring()
        if not is_rehearsal(wiring.settings):
            with wiring.open_store().database.write() as connection:
                change(connection)

    try:
        await ask(_STORE, CALL_SECONDS, write)
    except (StoreError, WarehouseUnreachable) as error:
        log.warning("airflow-dre: that on_miss %s was called could not be kept: %s", call.path, error)


async def _run(call: ImportedCallable, miss: DeadlineMiss, context: Mapping[str, Any]) -> None:
    """Call a callable in a thread, or wait for it where it is asynchronous.

    :raises TimeoutError: it takes longer than :data:`CALL_SECONDS`.
    """
    function = import_callable(call.path)
    if call.form == SLA_MISS:
        await ask(call.path, CALL_SECONDS, lambda: call_sla_miss_callback(function, miss))
        return
    if inspect.iscoroutinefunction(function):
        async with asyncio.timeout(CALL_SECONDS):
            await function(context)
        return
    await ask(call.path, CALL_SECONDS, lambda: function(context))


def import_callable(path: str) -> Any:
    """Return the callable of a dotted path.

    :raises ImportError: there is no such module or name.
    """
    module, _, name = path.partition(":") if ":" in path else _split(path)
    found: Any = import_module(module)
    for part in name.split("."):
        try:
            found = getattr(found, part)
        except AttributeError:
            raise ImportError(f"module {module!r} has no {name!r}") from None
    return found


def _split(path: str) -> tuple[str, str, str]:
    """Return the longest module of a path, a separator, and the name within the module."""
    parts = path.split(".")
    for end in range(len(parts) - 1, 0, -1):
        with contextlib.suppress(ModuleNotFoundError):
            import_module(".".join(parts[:end]))
            return ".".join(parts[:end]), ".", ".".join(parts[end:])
    raise ImportError(f"no module named {parts[0]!r}")
