"""The health of Airflow's triggerer, without which no monitor looks."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING

from airflow.api.common.airflow_health import HEALTHY, get_airflow_health

from airflow_dre.privacy.tracebacks import masked_traceback

if TYPE_CHECKING:
    from airflow_dre.services.slo.reading import MonitorState

log = logging.getLogger(__name__)
OTHER_REASON = "the triggerer is running: is the Dag there, unpaused, and has its latest run begun?"


def why_overdue(monitors: Iterable[MonitorState]) -> str | None:
    """Return why monitors that are overdue do not look, or None where no monitor is."""
    if not any(monitor.overdue for monitor in monitors):
        return None
    try:
        triggerer = get_airflow_health()["triggerer"]
    except Exception as error:  # the health of Airflow is no reason for an overview to fail
        log.error("airflow-dre: the health of the triggerer cannot be read:\n%s", masked_traceback(error))
        return None
    if triggerer["status"] == HEALTHY:
        return OTHER_REASON
    heartbeat = triggerer["latest_triggerer_heartbeat"]
    return "no triggerer runs: start `airflow triggerer`" + ("" if heartbeat is None else f"; the last one was seen at {heartbeat}")
