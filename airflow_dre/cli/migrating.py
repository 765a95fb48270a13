"""``airflow dre db migrate``: the tables of the store of this version."""

from __future__ import annotations

from typing import Any

from airflow_dre.cli.refusals import exit_with_reason


def migrate_database(_: Any) -> None:
    """Upgrade the store to the revision of this version.

    :raises SystemExit: it cannot be upgraded; its text is the reason.
    """
    from airflow_dre.services.upkeep import upgrade_store

    with exit_with_reason():
        shown, revision = upgrade_store()
    print(f"The results store at {shown} is at revision {revision}.")
