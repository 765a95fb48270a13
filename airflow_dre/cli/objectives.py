"""``airflow dre slo``: the report of objectives, overrides of their gates, and OpenSLO files."""

from __future__ import annotations

import getpass
import sys
from typing import TYPE_CHECKING, Any

from airflow_dre.cli.refusals import exit_with_reason

if TYPE_CHECKING:
    from airflow.cli.cli_config import ActionCommand, GroupCommand

FORMS = ("text", "json", "markdown")


def slo_commands() -> GroupCommand:
    """Return the commands about objectives."""
    from airflow.cli.cli_config import ActionCommand, Arg, GroupCommand

    form = Arg(("--format",), help="text, json or markdown", choices=FORMS, default="text")
    name = Arg(("name",), help="The name of the SLO", metavar="NAME")
    override = (
        name,
        Arg(("--reason",), help="Why work may go on although the budget is spent", required=False, default=""),
        Arg(("--for",), help="How long, for example 4h; at most 30d", dest="lasts", default="4h"),
        Arg(("--revoke",), help="End the override that is in force", action="store_true"),
    )
    commands: tuple[ActionCommand, ...] = (
        ActionCommand(name="report", help="Print what each SLO attained and what is left of its budget", func=report_slos, args=(form,)),
        ActionCommand(name="export", help="Print all SLOs as OpenSLO v1 (YAML)", func=export_slos, args=()),
        ActionCommand(name="override", help="Let SloGateOperator pass for a time", func=override_slo, args=override),
    )
    return GroupCommand(name="slo", help="Service level objectives", subcommands=commands)


def report_slos(arguments: Any) -> None:
    """Print a report of all objectives, evaluated now.

    :raises SystemExit: the store does not answer; its text is the reason.
    """
    from airflow_dre.clock import now
    from airflow_dre.services.access import DagScope
    from airflow_dre.services.slo.objectives import count_new_results
    from airflow_dre.services.slo.reporting import read_reports, render_slo_reports
    from airflow_dre.services.wiring import read_wiring

    moment = now()
    with exit_with_reason():
        count_new_results(read_wiring())
        reports = read_reports(DagScope(None), moment)
    print(render_slo_reports(reports, moment, arguments.format))


def export_slos(_: Any) -> None:
    """Print all objectives as documents of OpenSLO, and to the standard error what they cannot express.

    :raises SystemExit: the store does not answer; its text is the reason.
    """
    from airflow_dre.services.slo.exchange import export_objectives
    from airflow_dre.services.wiring import read_wiring

    with exit_with_reason():
        written = export_objectives(read_wiring())
    print(written.text, end="")
    for note in written.notes:
        print(note, file=sys.stderr)


def override_slo(arguments: Any) -> None:
    """Let the gates of an objective pass for a time, or end that.

    :raises SystemExit: no objective has the name, an argument is not what it must be, or the store does not answer.
    """
    from airflow_dre.clock import now
    from airflow_dre.services.slo.gate import override_gate, revoke_override
    from airflow_dre.services.wiring import read_wiring
    from airflow_dre.values.instants import DURATION_ALLOWED, read_duration

    lasts, wiring, moment = read_duration(arguments.lasts), read_wiring(), now()
    if lasts is None:
        raise SystemExit(f"--for {arguments.lasts}: allowed is {DURATION_ALLOWED}")
    with exit_with_reason():
        if arguments.revoke:
            ended = revoke_override(wiring, arguments.name, moment)
            print(f"Overrides of SLO {arguments.name} that ended: {ended}.")
            return
        actor = getpass.getuser()
        until = override_gate(wiring, arguments.name, reason=arguments.reason, actor=actor, at=moment, lasts=lasts)
    print(f"Gates of SLO {arguments.name} are open until {until:%Y-%m-%d %H:%M} UTC.")
