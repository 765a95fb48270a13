"""The latest run of each suite by Dag, kept with every run, so that no reader ranks all runs."""

from __future__ import annotations

from sqlalchemy import Connection, and_, delete, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from airflow_dre.store.records import SuiteRunRecord
from airflow_dre.store.tables import suite_head, suite_run
from airflow_dre.values.digest import digest


def save_head(connection: Connection, run: SuiteRunRecord) -> None:
    """Keep a run as the latest of its suite and Dag, unless a later one is kept."""
    dag_id = run.origin.dag_id
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(suite_head)
    new = insert.excluded
    later = or_(
        suite_head.c.measured_at < new.measured_at,
        and_(suite_head.c.measured_at == new.measured_at, suite_head.c.run_key < new.run_key),
    )
    facts = {
        "run_key": run.key,
        "measured_at": run.measured_at,
        "outcome": run.outcome.value,
        "score": run.score,
        "counts": run.counts,
    }
    identity = {"namespace": run.namespace, "name": run.name, "suite": run.suite, "dag_id": dag_id}
    key = head_key(run.namespace, run.name, run.suite, dag_id)
    changes = {name: new[name] for name in facts}
    statement = insert.values(key=key, **identity, **facts).on_conflict_do_update(index_elements=["key"], set_=changes, where=later)
    connection.execute(statement)


def head_key(namespace: str, name: str, suite: str, dag_id: str | None) -> str:
    """Return the key of the latest run of a suite by a Dag."""
    return digest("head", namespace, name, suite, "" if dag_id is None else f"dag {dag_id}")


def rebuild_heads(connection: Connection) -> int:
    """Make the latest runs anew from all runs, and return their number."""
    connection.execute(delete(suite_head))
    group = (suite_run.c.namespace, suite_run.c.name, suite_run.c.suite, suite_run.c.dag_id)
    nth = func.row_number().over(partition_by=group, order_by=(suite_run.c.measured_at.desc(), suite_run.c.key.desc()))
    facts = [suite_run.c[name] for name in ("measured_at", "outcome", "score", "counts")]
    ranked = select(*group, suite_run.c.key.label("run_key"), *facts, nth.label("nth")).subquery()
    columns = [column for column in ranked.c if column.name != "nth"]
    rows = connection.execute(select(*columns).where(ranked.c.nth == 1)).mappings().all()
    heads = [{**row, "key": head_key(row["namespace"], row["name"], row["suite"], row["dag_id"])} for row in rows]
    if heads:
        connection.execute(suite_head.insert(), heads)
    return len(heads)
