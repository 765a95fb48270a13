"""Ends of runs of those Dags that an objective is about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, exists, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from airflow_dre.slo.indicators import EventKind, Indicator
from airflow_dre.slo.routing import series_key
from airflow_dre.slo.window import to_minute
from airflow_dre.store.records import DagRunEnd
from airflow_dre.store.tables import slo_dag_run, slo_series


def save_dag_run(connection: Connection, end: DagRunEnd) -> None:
    """Keep how a run ended if an objective counts it. A run that ended before keeps its moment, and has its new outcome."""
    key = series_key(Indicator(counts=EventKind.DAG_RUNS_SUCCEEDED, dag_id=end.dag_id))
    row = [literal(end.dag_id, slo_dag_run.c.dag_id.type), literal(end.run_id, slo_dag_run.c.run_id.type)]
    row += [literal(end.ended_at, slo_dag_run.c.ended_at.type), literal(end.succeeded)]
    counted = select(*row).where(exists().where(slo_series.c.key == key))
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(slo_dag_run)
    statement = insert.from_select(["dag_id", "run_id", "ended_at", "succeeded"], counted)
    again = {"succeeded": insert.excluded.succeeded}
    connection.execute(statement.on_conflict_do_update(index_elements=["dag_id", "run_id"], set_=again))


def read_dag_runs(connection: Connection, dag_ids: Sequence[str], since: datetime) -> dict[str, list[tuple[int, int, int]]]:
    """Return the minute, 1 for a success, and 1 for each run of some Dags that ended since a moment, by Dag and oldest first."""
    found: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    query = select(slo_dag_run.c.dag_id, slo_dag_run.c.ended_at, slo_dag_run.c.succeeded)
    ended = query.where(slo_dag_run.c.dag_id.in_(dag_ids), slo_dag_run.c.ended_at >= since)
    for dag_id, ended_at, succeeded in connection.execute(ended.order_by(slo_dag_run.c.ended_at)):
        found[dag_id].append((to_minute(ended_at), int(succeeded), 1))
    return found


def prune_dag_runs(connection: Connection, before: datetime) -> None:
    """Delete what is known of runs that ended before a moment."""
    connection.execute(delete(slo_dag_run).where(slo_dag_run.c.ended_at < before))
