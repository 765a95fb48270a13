"""``airflow dre``: the results store from the command line."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow.cli.cli_config import GroupCommand


def get_dre_cli_commands() -> list[GroupCommand]:
    """The commands that Airflow's command line adds."""
    recognize_tests()
    from airflow.cli.cli_config import ActionCommand, GroupCommand

    migrate = ActionCommand(name="migrate", help="Create or upgrade the tables of the results store", func=migrate_store, args=())
    check = ActionCommand(
        name="check", help="Tell whether the results store answers and is up to date; exit 1 if not", func=check_store, args=()
    )
    database = GroupCommand(name="db", help="The results store", subcommands=(migrate, check))
    return [GroupCommand(name="dre", help="Data Reliability (airflow-dre)", subcommands=(database,))]


@cache
def recognize_tests() -> None:
    """Let Airflow's command line announce the commands that run a test."""
    from airflow.utils.cli_action_loggers import register_post_exec_callback, register_pre_exec_callback

    from airflow_dre.services.rehearsal import mark_end, mark_start

    register_pre_exec_callback(mark_start)
    register_post_exec_callback(mark_end)


def migrate_store(_: Any) -> None:
    """Upgrade the store to the revision of this version."""
    from airflow_dre.config import read_settings
    from airflow_dre.errors import StoreError
    from airflow_dre.services.wiring import store_of
    from airflow_dre.store.schema import head, migrate

    database = store_of(read_settings()).database
    try:
        migrate(database)
    except StoreError as error:
        raise SystemExit(f"{error}") from error
    except OSError as error:
        raise SystemExit(f"the results store at {database.shown} cannot be made: {error}") from error
    print(f"The results store at {database.shown} is at revision {head()}.")


def check_store(_: Any) -> None:
    """Print where the store stands; exit with 1 unless it is up to date."""
    from airflow_dre.config import read_settings
    from airflow_dre.errors import StoreError
    from airflow_dre.services.wiring import store_of
    from airflow_dre.store.schema import current_revision, head

    store = store_of(read_settings())
    database = store.database
    try:
        revision = current_revision(database)
    except StoreError as error:
        raise SystemExit(f"{error}") from error
    waiting = len(store.spool.waiting())
    print(f"The results store at {database.shown} is at revision {revision or 'none'}; needed: {head()}; spool files waiting: {waiting}.")
    if revision != head():
        raise SystemExit("Run `airflow dre db migrate`.")
