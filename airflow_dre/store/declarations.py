"""SLAs as data, by the monitor that watches them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from airflow_dre.store.records import StoredDeclaration
from airflow_dre.store.rows import as_packed_records
from airflow_dre.store.shared_texts import CHUNK, in_chunks
from airflow_dre.store.tables import monitor, sla_declaration
from airflow_dre.values.digest import digest

_COLUMNS = [sla_declaration.c[name] for name in StoredDeclaration.__struct_fields__]


def declare(connection: Connection, dag_id: str, declared: Sequence[StoredDeclaration]) -> bool:
    """Keep the SLAs of a monitor in place of those that it had, and return whether anything changed.

    One that was there keeps the moment since which it is declared.
    """
    known = {one.sla: one for one in declared_slas(connection, dag_id)}
    wanted = {one.sla: one for one in declared}
    gone = sorted(known.keys() - wanted.keys())
    new = [one for name, one in wanted.items() if name not in known]
    changed = [one for name, one in wanted.items() if name in known and known[name].digest != one.digest]
    for some in in_chunks(gone):
        connection.execute(delete(sla_declaration).where(sla_declaration.c.dag_id == dag_id, sla_declaration.c.sla.in_(some)))
    if new:
        connection.execute(insert(sla_declaration), [{"dag_id": dag_id, **msgspec.structs.asdict(one)} for one in new])
    for one in changed:
        same = (sla_declaration.c.dag_id == dag_id, sla_declaration.c.sla == one.sla)
        connection.execute(update(sla_declaration).where(*same).values(digest=one.digest, declared=one.declared, source=one.source))
    mark = digest(*[part for name in sorted(wanted) for part in (name, wanted[name].digest)])
    connection.execute(update(monitor).where(monitor.c.dag_id == dag_id).values(declared=mark))
    return bool(gone or new or changed)


def declared_mark(connection: Connection, dag_id: str) -> str | None:
    """Return the digest of all SLAs of a monitor, which changes with each of them. None: it never declared any."""
    mark: str | None = connection.scalar(select(monitor.c.declared).where(monitor.c.dag_id == dag_id))
    return mark


def declared_slas(connection: Connection, dag_id: str) -> list[StoredDeclaration]:
    """Return the SLAs that a monitor watches, by name."""
    query = select(*_COLUMNS).where(sla_declaration.c.dag_id == dag_id).order_by(sla_declaration.c.sla)
    return as_packed_records(connection.execute(query), StoredDeclaration)


def find_declarations(connection: Connection, names: Sequence[tuple[str | None, str]]) -> dict[tuple[str, str], StoredDeclaration]:
    """Return the declarations of SLAs by monitor and name."""
    wanted = {(dag_id, name) for dag_id, name in names if dag_id is not None}
    query = select(sla_declaration.c.dag_id, *_COLUMNS).where(sla_declaration.c.dag_id.in_({dag_id for dag_id, _ in wanted}))
    if len(wanted) <= CHUNK:
        query = query.where(sla_declaration.c.sla.in_({name for _, name in wanted}))
    return {
        (row.dag_id, row.sla): StoredDeclaration(**{name: row._mapping[name] for name in StoredDeclaration.__struct_fields__})
        for row in connection.execute(query)
        if (row.dag_id, row.sla) in wanted
    }


def forget_declarations(connection: Connection, dag_id: str) -> None:
    """Forget the SLAs of a monitor that is gone."""
    connection.execute(delete(sla_declaration).where(sla_declaration.c.dag_id == dag_id))
