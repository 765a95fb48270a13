"""``airflow dre db copy``: a whole store into an empty one."""

from __future__ import annotations

import os
from typing import Any

from airflow_dre.checks.outcomes import counted
from airflow_dre.cli.refusals import exit_with_reason

CONFIGURED = "configured"
FROM_ENVIRONMENT = "env:"


def copy_database(arguments: Any) -> None:
    """Copy the store at ``source`` into the empty one at ``target``.

    :raises SystemExit: it cannot be copied; its text is the reason, and the target is as it was.
    """
    from airflow_dre.services.upkeep import copy_whole_store

    with exit_with_reason():
        copied = copy_whole_store(_address(arguments.source), _address(arguments.target), _show)
    print(f"{counted(copied.rows, 'row was', 'rows were')} copied from {copied.source} to {copied.target}.")
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
        from airflow_dre.services.upkeep import configured_address

        return configured_address()
    if given.startswith(FROM_ENVIRONMENT):
        name = given.removeprefix(FROM_ENVIRONMENT)
        if name not in os.environ:
            raise SystemExit(f"the variable {name} is not set in the environment: set it to the address of a store")
        return os.environ[name]
    return given
