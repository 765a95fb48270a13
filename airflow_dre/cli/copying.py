"""``airflow dre db copy``: a whole store into an empty one."""

from __future__ import annotations

import os
from typing import Any

from airflow_dre.checks.outcomes import counted
from airflow_dre.cli.refusals import one_line

CONFIGURED = "configured"
FROM_ENVIRONMENT = "env:"


def copy_database(arguments: Any) -> None:
    """Copy the store at ``source`` into the empty one at ``target``.

    :raises SystemExit: it cannot be copied; its text says why, and the target is as it was.
    """
    from airflow_dre.store.copying import copy_store
    from airflow_dre.store.database import Database

    with one_line():
        source, target = Database(_address(arguments.source)), Database(_address(arguments.target))
        copied = copy_store(source, target, _show)
    print(f"{counted(sum(copied.rows.values()), 'row was', 'rows were')} copied from {source.shown} to {target.shown}.")
    if copied.moved:
        print(f"Messages that wait: {copied.moved}. The copy sends them; the source no longer does.")
    if copied.warning:
        print(f"Warning: {copied.warning}.")
    print("Let [dre] sql_alchemy_conn name the copy on every machine before you start Airflow again.")


def _show(table: str, done: int, rows: int) -> None:
    print(f"{table}: {done} of {counted(rows, 'row', 'rows')}")


def _address(given: str) -> str:
    """Return a URL, the configured address, or that in a variable of the environment, which no list of processes shows."""
    if given == CONFIGURED:
        from airflow_dre.config import read_settings

        return read_settings().store_url
    if given.startswith(FROM_ENVIRONMENT):
        name = given.removeprefix(FROM_ENVIRONMENT)
        if name not in os.environ:
            raise SystemExit(f"the variable {name} is not set in the environment: set it to the address of a store")
        return os.environ[name]
    return given
