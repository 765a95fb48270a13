"""Reading and writing what partitions contribute: partition by partition, so that runs side by side lose nothing of each other."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from airflow_dre.store.records import PartitionState, PartitionStates
from airflow_dre.store.tables import partition_state

_ROWS = 500
"""Partitions of one DELETE: SQLite takes 32,766 values."""


def save_partition_states(connection: Connection, found: PartitionStates) -> None:
    """Keep the states of one look. Where a later look was kept already, that stays."""
    table = partition_state
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    same = {"split": found.split, "namespace": found.namespace, "name": found.name}
    looked = {"measured_at": found.measured_at, "run_id": found.run_id}
    rows = [
        {
            **same,
            **looked,
            "form": state.form,
            "partition": state.partition,
            "answers": state.answers,
            "rows": state.rows,
            "version": state.version,
        }
        for state in sorted(found.states, key=lambda state: (state.form, state.partition))  # two transactions lock rows in one order
    ]
    if rows:
        insert = dialect.insert(table)
        new = {name: insert.excluded[name] for name in ("answers", "rows", "version", "measured_at", "run_id")}
        earlier = table.c.measured_at <= insert.excluded.measured_at
        connection.execute(insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=new, where=earlier), rows)
    for start in range(0, len(found.gone), _ROWS):
        gone = found.gone[start : start + _ROWS]
        connection.execute(
            delete(table).where(table.c.split == found.split, table.c.partition.in_(gone), table.c.measured_at <= found.measured_at)
        )


def read_partition_states(connection: Connection, split: str, forms: Sequence[str]) -> list[PartitionState]:
    """Return the states of the partitions of a table in one statement. Each is the whole of one scan, or missing."""
    table = partition_state
    columns = (table.c.partition, table.c.form, table.c.answers, table.c.rows, table.c.version)
    rows = connection.execute(select(*columns).where(table.c.split == split, table.c.form.in_(forms))).all()
    return [PartitionState(*row) for row in rows]
