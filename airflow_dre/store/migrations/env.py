"""The environment of Alembic, which uses the connection that the caller opened."""

from __future__ import annotations

from alembic import context

from airflow_dre.store.tables import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
