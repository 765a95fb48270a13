"""The start of the scheduler, which logs mistakes of the configuration before it is needed."""

from __future__ import annotations

import logging
from typing import Any

from airflow.listeners import hookimpl

log = logging.getLogger(__name__)
SCHEDULER = "SchedulerJob"


@hookimpl
def on_starting(component: Any) -> None:
    """Log each mistake of ``[dre]`` once where the scheduler starts, and end what is no longer watched. Nothing here stops it."""
    try:
        runner = getattr(component, "job_runner", None)
        if SCHEDULER not in (getattr(component, "job_type", None), getattr(runner, "job_type", None)):
            return
        from airflow_dre.services.checkup import find_mistakes
        from airflow_dre.services.incidents.housekeeping import run_housekeeping
        from airflow_dre.services.wiring import read_wiring, store_of

        settings = read_wiring().settings
        for finding in find_mistakes(settings):
            log.error("airflow-dre: %s: %s `airflow dre check-config` looks again.", finding.subject, finding.text)
        run_housekeeping(store_of(settings, fail_fast=True), settings)
    except Exception as error:  # the scheduler must start
        from airflow_dre.privacy.tracebacks import masked_traceback

        log.error("airflow-dre: the configuration could not be checked:\n%s", masked_traceback(error))
