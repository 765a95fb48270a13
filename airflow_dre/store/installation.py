"""The id of a store, by which its incidents differ from those of every other installation.

The migration that makes its table makes the id too, so that no two processes can make one each. A copy of the store has the same id.
"""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import Connection, select

from airflow_dre.store.results import insert_new
from airflow_dre.store.tables import installation

ONLY = 1
"""Primary key of the only row."""


def read_installation_id(connection: Connection) -> str:
    """Return the id of the store. One whose row was deleted gets a new id."""
    found = connection.scalar(select(installation.c.uuid).where(installation.c.id == ONLY))
    if found is None:
        insert_new(connection, installation, {"id": ONLY, "uuid": str(uuid4())})
        found = connection.scalar(select(installation.c.uuid).where(installation.c.id == ONLY))
    return str(found)
