"""The latest run of each suite by Dag, kept with every run, so that no reader ranks all runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, and_, exists, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from airflow_dre.store.database import Database
from airflow_dre.store.limits import TimeLimits
from airflow_dre.store.records import SuiteRunRecord
from airflow_dre.store.tables import suite_head, suite_run
from airflow_dre.values.digest import digest

_SUITE = ("namespace", "name", "suite")
_FACTS = ("measured_at", "outcome", "score", "counts")


def save_head(connection: Connection, run: SuiteRunRecord) -> None:
    """Keep a run as the latest of its suite and Dag, unless a later one is kept."""
    identity = {"namespace": run.namespace, "name": run.name, "suite": run.suite, "dag_id": run.origin.dag_id}
    facts = {"measured_at": run.measured_at, "outcome": run.outcome.value, "score": run.score, "counts": run.counts}
    _save(connection, [{**identity, "run_key": run.key, **facts}])


def save_missing_heads(database: Database, *, limits: TimeLimits | None = None) -> int:
    """Keep the latest runs that were written without being kept as such, and return their number.

    Tasks of a version that knows no heads write such runs while a server is upgraded. Where nothing is missing, nothing is written.

    :raises airflow_dre.errors.StoreError: the store does not answer.
    """
    with database.read(limits) as connection:
        missing = connection.execute(_latest_without_head()).mappings().all()
    if missing:
        with database.write(limits) as connection:
            _save(connection, [dict(row) for row in missing])
    return len(missing)


def head_key(namespace: str, name: str, suite: str, dag_id: str | None) -> str:
    """Return the key of the latest run of a suite by a Dag."""
    return digest("head", namespace, name, suite, "" if dag_id is None else f"dag {dag_id}")


def _save(connection: Connection, runs: Sequence[Mapping[str, Any]]) -> None:
    """Write heads unless later ones are there. Two transactions write in one order, so that they cannot deadlock."""
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(suite_head)
    new = insert.excluded
    later = or_(
        suite_head.c.measured_at < new.measured_at,
        and_(suite_head.c.measured_at == new.measured_at, suite_head.c.run_key < new.run_key),
    )
    changes = {name: new[name] for name in ("run_key", *_FACTS)}
    heads = [{**run, "key": head_key(run["namespace"], run["name"], run["suite"], run["dag_id"])} for run in runs]
    heads.sort(key=lambda head: str(head["key"]))
    connection.execute(insert.on_conflict_do_update(index_elements=["key"], set_=changes, where=later), heads)


def _latest_without_head() -> Select[Any]:
    """Return the query for the latest run of each suite and Dag that no head is as late as."""
    as_late = or_(
        suite_head.c.measured_at > suite_run.c.measured_at,
        and_(suite_head.c.measured_at == suite_run.c.measured_at, suite_head.c.run_key >= suite_run.c.key),
    )
    same = [suite_head.c[name] == suite_run.c[name] for name in _SUITE]
    head = exists().where(*same, suite_head.c.dag_id.is_not_distinct_from(suite_run.c.dag_id), as_late).correlate(suite_run)
    group = [suite_run.c[name] for name in (*_SUITE, "dag_id")]
    nth = func.row_number().over(partition_by=group, order_by=(suite_run.c.measured_at.desc(), suite_run.c.key.desc()))
    facts = [suite_run.c[name] for name in _FACTS]
    ranked = select(*group, suite_run.c.key.label("run_key"), *facts, nth.label("nth")).where(~head).subquery()
    return select(*[column for column in ranked.c if column.name != "nth"]).where(ranked.c.nth == 1)
