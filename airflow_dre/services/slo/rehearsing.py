"""A look of which nothing is kept, for a test on the command line."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

from airflow_dre.clock import now
from airflow_dre.services.rehearsal import log_nothing_kept
from airflow_dre.services.slo.authored import AuthoredSla
from airflow_dre.services.slo.rounds import ask_rounds
from airflow_dre.services.slo.telling import describe_newest
from airflow_dre.slo.history import State
from airflow_dre.slo.promise import Evidence, state_of_promise

log = logging.getLogger(__name__)


def rehearse(slas: Sequence[AuthoredSla], look_seconds: float) -> dict[str, int]:
    """Evaluate SLAs, log the state of each, and return the number of those that would be missed and of those that are unknown."""
    moment, missed, unknown = now(), 0, 0
    for answers in ask_rounds({sla.target for sla in slas}, timedelta(seconds=look_seconds)):
        for sla in slas:
            if sla.target not in answers:
                continue
            found = answers[sla.target].observe(moment, sla.declared.future_tolerance)
            if found.unknown is not None:
                unknown += 1
                log.info("SLA %s: unknown, %s", sla.name, found.unknown)
                continue
            state = state_of_promise(sla.declared.promise, Evidence(newest=found.newest, declared=moment, settled=moment), moment)
            missed += state is State.MISSED
            log.info("SLA %s: %s, %s", sla.name, state.value, describe_newest(sla.target, found.newest, moment))
    log_nothing_kept()
    return {"slas": len(slas), "missed": missed, "unknown": unknown}
