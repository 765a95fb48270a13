"""``airflow dre``: the results store and the configuration from the command line."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from airflow_dre.cli.checking import check_config, check_database
from airflow_dre.cli.copying import copy_database
from airflow_dre.cli.migrating import migrate_database
from airflow_dre.cli.monitoring import USUAL, print_cost
from airflow_dre.cli.objectives import slo_commands
from airflow_dre.cli.sending import send_waiting

if TYPE_CHECKING:
    from airflow.cli.cli_config import Arg, GroupCommand

STORE_HELP = "a SQLAlchemy URL, `configured` for that of [dre] sql_alchemy_conn, or env:NAME for the variable NAME, to hide a password"


def get_dre_cli_commands() -> list[GroupCommand]:
    """Return the commands that Airflow's command line adds."""
    recognize_tests()
    from airflow.cli.cli_config import ActionCommand, Arg, GroupCommand

    database = GroupCommand(
        name="db",
        help="The results store",
        subcommands=(
            ActionCommand(name="migrate", help="Create or upgrade the tables of the results store", func=migrate_database, args=()),
            ActionCommand(name="check", help="List what is wrong with the store and the configuration", func=check_database, args=()),
            ActionCommand(name="copy", help="Copy the whole store into an empty one", func=copy_database, args=_copy_arguments()),
        ),
    )
    last = Arg(("--last",), help="How far to look back, for example 1h or 7d (default: %(default)s)", default=USUAL)
    monitor = GroupCommand(
        name="monitor",
        help="The Dags that watch SLAs",
        subcommands=(ActionCommand(name="cost", help="Print the Dag runs and worker seconds of monitors", func=print_cost, args=(last,)),),
    )
    check = ActionCommand(name="check-config", help="Check store, options, routes and monitor", func=check_config, args=())
    send = ActionCommand(name="send", help="Write and send what waits, and end what is no longer watched", func=send_waiting, args=())
    commands = (database, monitor, check, send, slo_commands())
    return [GroupCommand(name="dre", help="Data Reliability (airflow-dre)", subcommands=commands)]


def _copy_arguments() -> tuple[Arg, ...]:
    from airflow.cli.cli_config import Arg

    return (
        Arg(("source",), help=f"The store to copy: {STORE_HELP}", metavar="SOURCE"),
        Arg(("target",), help=f"The empty store: {STORE_HELP}", metavar="TARGET"),
    )


@cache
def recognize_tests() -> None:
    """Let Airflow's command line announce the commands that run a test."""
    from airflow.utils.cli_action_loggers import register_post_exec_callback, register_pre_exec_callback

    from airflow_dre.services.rehearsal import mark_end, mark_start

    register_pre_exec_callback(mark_start)
    register_post_exec_callback(mark_end)
