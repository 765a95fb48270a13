"""What the pages ask for."""

from __future__ import annotations

import logging
from typing import Annotated, Literal

from fastapi import APIRouter, BackgroundTasks, HTTPException, Path, Query, Response

from airflow_dre.api import schemas, shapes
from airflow_dre.api.access import ReadableDep, SameOrigin, UserDep, may_resolve, may_see_rows, open_store
from airflow_dre.api.requests import Name
from airflow_dre.checks.outcomes import Outcome, worst
from airflow_dre.clock import now
from airflow_dre.config import read_settings
from airflow_dre.services.checkup import find_banner
from airflow_dre.services.incidents.dispatch import dispatch_outbox
from airflow_dre.services.incidents.housekeeping import run_housekeeping
from airflow_dre.services.incidents.links import log_url, results_url
from airflow_dre.store.aside import count_aside
from airflow_dre.store.failing_rows import rows_of, sampled_result
from airflow_dre.store.incidents import LIVE_STATUSES, resolve_by_hand
from airflow_dre.store.reading.incidents import (
    as_seen,
    incident_story,
    incidents_of_dataset,
    live_incidents,
    page_of_incidents,
    reporters_of,
)
from airflow_dre.store.reading.runs import recent_runs, result_histories, results_of_run, runs_of_task
from airflow_dre.store.reading.scope import DagScope
from airflow_dre.store.reading.slas import readable_monitors, readable_slas
from airflow_dre.store.store import Store
from airflow_dre.values.text_limits import DETAIL, lines

router = APIRouter(prefix="/api")
IncidentId = Annotated[int, Path(ge=1, le=2**63 - 1)]
ResultKey = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
log = logging.getLogger(__name__)
_STATUSES = {"live": LIVE_STATUSES, "resolved": ("resolved",), "all": ()}


@router.get("/overview")
def overview(readable: ReadableDep, after: BackgroundTasks) -> schemas.Overview:
    """Return every table, SLA and live incident, worst first, and what is wrong with the configuration.

    What nobody watches any more is ended first, and its receivers hear it once the answer has gone.
    """
    settings, moment = read_settings(), now()
    store = open_store()
    if run_housekeeping(store, settings):
        after.add_task(dispatch_outbox, store, settings)
    with store.database.read() as connection:
        runs = recent_runs(connection, readable)
        put_aside = count_aside(connection)
        live = live_incidents(connection, readable)
        promises = readable_slas(connection, readable)
        watching = readable_monitors(connection, readable)
    watched = {key: kept for key, rows in runs.items() if (kept := shapes.without_forgotten(rows, settings.forget_after, moment))}
    tables = [shapes.table(key, rows, live) for key, rows in watched.items()]
    tables.sort(key=lambda found: (-Outcome(found.outcome).rank, found.dataset.name))
    return schemas.Overview(
        tables=tables,
        slas=[shapes.sla(row, watching, moment) for row in promises],
        live_incidents=[shapes.incident(row) for row in live],
        monitors=shapes.monitors(watching, moment),
        config_problems=find_banner(settings),
        spool_waiting=store.spool.count(),
        put_aside=put_aside,
    )


@router.get("/table")
def table(namespace: Name, name: Name, readable: ReadableDep) -> schemas.TableDetail:
    """Return one table: its checks with their histories, its runs, SLAs and incidents."""
    key = (namespace, name)
    with open_store().database.read() as connection:
        runs = recent_runs(connection, readable, dataset=key).get(key, [])
        histories = result_histories(connection, readable, key)
        promises = readable_slas(connection, readable, key)
        known = incidents_of_dataset(connection, readable, key)
        watching = readable_monitors(connection, readable)
    if not runs and not promises and not known:
        raise HTTPException(404, "No results of this table, or none that you may read")
    latest = list({row.suite: row for row in runs}.values())
    current = {row.suite: row.key for row in latest}
    checks = [
        schemas.CheckHistory(latest=shapes.result(rows[-1]), history=[shapes.result(row) for row in rows])
        for (suite, _), rows in histories.items()
        if rows[-1].run_key == current.get(suite)
    ]
    checks.sort(key=lambda check: (-Outcome(check.latest.outcome).rank, check.latest.name))
    return schemas.TableDetail(
        dataset=shapes.dataset(*key),
        outcome=worst([row.outcome for row in latest]).value,
        score=shapes.mean_score(latest),
        checks=checks,
        runs=[shapes.suite_run(row) for row in runs],
        slas=[shapes.sla(row, watching, now()) for row in promises],
        incidents=[shapes.incident(row) for row in known],
    )


@router.get("/incidents")
def incidents(
    readable: ReadableDep,
    status: Literal["live", "resolved", "all"] = "live",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0,
) -> schemas.IncidentList:
    """Return one page of incidents, newest first."""
    with open_store().database.read() as connection:
        rows, total = page_of_incidents(connection, readable, statuses=_STATUSES[status], limit=limit, offset=offset)
    return schemas.IncidentList(incidents=[shapes.incident(row) for row in rows], total=total)


@router.get("/incidents/{incident_id}")
def incident(incident_id: IncidentId, readable: ReadableDep, user: UserDep) -> schemas.IncidentDetail:
    """Return one incident with its whole story."""
    return _detail(open_store(), incident_id, readable, user)


@router.post("/incidents/{incident_id}/resolve", dependencies=[SameOrigin])
def resolve(incident_id: IncidentId, request: schemas.ResolveRequest, readable: ReadableDep, user: UserDep) -> schemas.IncidentDetail:
    """Resolve an incident by hand; the people who were told hear of it."""
    store = open_store()
    _detail(store, incident_id, readable, user)  # what may not be read is not there
    with store.database.read() as connection:
        reporters = reporters_of(connection, [incident_id])[incident_id]
    if not may_resolve(user, reporters):
        raise HTTPException(403, "Resolving it needs the right to edit a Dag that reports it")
    with store.database.write() as connection:
        done = resolve_by_hand(connection, incident_id, actor=user.get_name(), note=lines(request.note, DETAIL), at=now())
    if not done:
        raise HTTPException(409, "The incident is resolved already")
    dispatch_outbox(store, read_settings())
    return _detail(store, incident_id, readable, user)


@router.get("/task-results")
def task_results(
    dag_id: Name, run_id: Name, task_id: Name, readable: ReadableDep, map_index: Annotated[int, Query(ge=-1, le=2**31 - 1)] = -1
) -> schemas.TaskResults:
    """What the checks of one task instance found, latest try first."""
    if not readable.admits(dag_id):
        raise HTTPException(403, "You may not read this Dag")
    with open_store().database.read() as connection:
        rows = runs_of_task(connection, dag_id, run_id, task_id, map_index)
        found = [(row, results_of_run(connection, row.key)) for row in rows]
    runs = []
    for row, results in found:
        shown = sorted((shapes.result(one) for one in results), key=lambda one: -Outcome(one.outcome).rank)
        runs.append(schemas.TaskSuiteRun(run=shapes.suite_run(row), results=shown))
    return schemas.TaskResults(runs=runs)


@router.get("/results/{key}/rows")
def failing_rows(key: ResultKey, readable: ReadableDep, user: UserDep, response: Response) -> schemas.FailingRows:
    """Return a few of the rows that broke a check, masked. Who asks for them is noted, also where they are refused."""
    moment = now()
    with open_store().database.read() as connection:
        found = sampled_result(connection, key)
        if found is None or not readable.admits(found.dag_id) or found.sample is None:
            raise HTTPException(404, "No failing rows of this result, or none that you may read")
        about = (found.definition.name, found.dag_id, key)
        if not may_see_rows(user, found.dag_id):
            log.warning("airflow-dre: %r was refused the failing rows of %r of Dag %s, result %s", user.get_name(), *about)
            raise HTTPException(403, "Failing rows are shown to those who may edit the Dag and read its XComs")
        rows = rows_of(connection, key, moment)
    log.info("airflow-dre: %r was shown %d failing rows of %r of Dag %s, result %s", user.get_name(), len(rows), *about)
    response.headers["Cache-Control"] = "no-store"
    return shapes.failing_rows(found.sample, rows, moment)


def _detail(store: Store, incident_id: int, readable: DagScope, user: UserDep) -> schemas.IncidentDetail:
    with store.database.read() as connection:
        story = incident_story(connection, incident_id)
        reporters = reporters_of(connection, [incident_id])[incident_id]
        if story is None or not any(readable.admits(dag_id) for dag_id in reporters):
            raise HTTPException(404, "No such incident, or none that you may read")
        (row,) = as_seen(connection, [story.incident], readable)
    settings = read_settings()
    where = {name: getattr(row, name) for name in ("dag_id", "run_id", "task_id", "map_index", "try_number")}
    return schemas.IncidentDetail(
        reach=shapes.reach(story.messages, settings.routes),
        log_url=log_url(settings.base_url, where),
        results_url=None if row.suite is None else results_url(settings.base_url, where),
        incident=shapes.incident(row),
        timeline=[shapes.timeline_entry(event) for event in story.events if event.dag_id is None or readable.admits(event.dag_id)],
        notifications=[shapes.notification(message) for message in story.messages],
        may_resolve=row.status in LIVE_STATUSES and may_resolve(user, reporters),
    )
