"""``airflow dre db migrate``: the tables of the store of this version."""

from __future__ import annotations

from typing import Any

from airflow_dre.cli.refusals import one_line


def migrate_database(_: Any) -> None:
    """Upgrade the store to the revision of this version.

    :raises SystemExit: it cannot be upgraded; its text says why.
    """
    from airflow_dre.config import read_settings
    from airflow_dre.services.wiring import store_of
    from airflow_dre.store.schema import head, migrate

    with one_line():
        database = store_of(read_settings()).database
        try:
            migrate(database)
        except OSError as error:
            raise SystemExit(f"the results store at {database.shown} cannot be made: {error}") from error
        print(f"The results store at {database.shown} is at revision {head()}.")
