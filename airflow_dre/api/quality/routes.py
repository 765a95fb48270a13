"""Routes about suites, tables and results."""

from __future__ import annotations

import logging
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, HTTPException, Path, Query, Response

from airflow_dre.api.access import ReadableDep, UserDep, may_see_rows
from airflow_dre.api.quality import presenters, schemas
from airflow_dre.api.requests import Name
from airflow_dre.api.slo.triggerer import why_overdue
from airflow_dre.services.incidents.act import end_unwatched, send_outbox
from airflow_dre.services.overview import read_overview, read_table
from airflow_dre.services.quality.reading import find_sampled_result, read_failing_rows, read_task_results
from airflow_dre.values.dataset import DatasetName

router = APIRouter(prefix="/api")
ResultKey = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
log = logging.getLogger(__name__)


@router.get("/overview")
def overview(readable: ReadableDep, after: BackgroundTasks) -> schemas.Overview:
    """Return every table, SLA and live incident, worst first, and what is wrong with the configuration.

    SLAs and suites that are no longer watched are ended first. The messages about them leave after the answer.
    """
    if end_unwatched():
        after.add_task(send_outbox)
    found = read_overview(readable)
    return presenters.present_overview(found, why_overdue(found.monitors))


@router.get("/table")
def table(namespace: Name, name: Name, readable: ReadableDep) -> schemas.TableDetail:
    """Return one table: its checks with their histories, its runs, SLAs and incidents."""
    page = read_table(DatasetName(namespace, name), readable)
    if page is None:
        raise HTTPException(404, "No results of this table, or none that you may read")
    return presenters.present_table(page)


@router.get("/task-results")
def task_results(
    dag_id: Name, run_id: Name, task_id: Name, readable: ReadableDep, map_index: Annotated[int, Query(ge=-1, le=2**31 - 1)] = -1
) -> schemas.TaskResults:
    """Return the results of the checks of one task instance, latest try first."""
    if not readable.admits(dag_id):
        raise HTTPException(403, "You may not read this Dag")
    return presenters.present_task_results(read_task_results(dag_id, run_id, task_id, map_index))


@router.get("/results/{key}/rows")
def failing_rows(key: ResultKey, readable: ReadableDep, user: UserDep, response: Response) -> schemas.FailingRows:
    """Return a few of the rows that broke a check, masked. Each request is logged with the name of the user, also if it is refused."""
    found = find_sampled_result(key, readable)
    if found is None or found.sample is None:
        raise HTTPException(404, "No failing rows of this result, or none that you may read")
    about = (found.definition.name, found.dag_id, key)
    if not may_see_rows(user, found.dag_id):
        log.warning("airflow-dre: %r was refused the failing rows of %r of Dag %s, result %s", user.get_name(), *about)
        raise HTTPException(403, "Failing rows are shown to those who may edit the Dag and read its XComs")
    shown = read_failing_rows(key, found.sample)
    log.info("airflow-dre: %r was shown %d failing rows of %r of Dag %s, result %s", user.get_name(), len(shown.rows), *about)
    response.headers["Cache-Control"] = "no-store"
    return presenters.present_failing_rows(shown)
