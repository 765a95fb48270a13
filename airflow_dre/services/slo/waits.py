"""The ends of waits for a table, recorded as signals about its dataset."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from airflow_dre.clock import now
from airflow_dre.errors import DreError
from airflow_dre.incidents.identity import DataCause, Promise
from airflow_dre.incidents.notify_options import NotifyOptions
from airflow_dre.incidents.signals import Event, Signal
from airflow_dre.services.incidents.delivery import deliver
from airflow_dre.services.incidents.outcomes import origin_of
from airflow_dre.services.wiring import read_wiring
from airflow_dre.store.records import Delivery
from airflow_dre.values.dataset import DatasetName

log = logging.getLogger(__name__)


def record_stale(dataset: DatasetName, suite: str, reason: str, context: Mapping[str, Any], notify_options: NotifyOptions) -> None:
    """Record that a wait for a dataset ran out of time, so that the failure of its task is also about the dataset."""
    _keep(notify_options.address(_signals(Event.STALE, dataset, suite, reason, context)))


def record_fresh(dataset: DatasetName, suite: str, reason: str, context: Mapping[str, Any]) -> None:
    """Record that a wait for a dataset ended well."""
    _keep(_signals(Event.FRESH, dataset, suite, reason, context))


def _signals(event: Event, dataset: DatasetName, suite: str, reason: str, context: Mapping[str, Any]) -> tuple[Signal, ...]:
    ti = context.get("ti")
    if getattr(ti, "run_id", None) is None:  # called by hand, outside a run
        return ()
    cause = DataCause(namespace=dataset.namespace, name=dataset.name, suite=suite, promise=Promise.SLA)
    return (Signal(cause=cause, event=event, at=now(), title=reason, origin=origin_of(ti)),)


def _keep(signals: Iterable[Signal]) -> None:
    """Keep signals. An error is logged, because the wait itself has ended."""
    kept = tuple(signals)
    if not kept:
        return
    try:
        deliver(Delivery(signals=kept), read_wiring().settings)
    except (DreError, OSError) as error:
        log.error("airflow-dre: the end of the wait is not recorded: %s", error)
