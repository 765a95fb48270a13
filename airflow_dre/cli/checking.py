"""``airflow dre db check`` and ``airflow dre check-config``: mistakes of the store and the configuration, with their remedies."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow_dre.services.checkup import Finding

CONTEXT = "_AIRFLOW_PROCESS_CONTEXT"


def check_database(_: Any) -> None:
    """Check the store, the spool, the options and the routes.

    :raises SystemExit: something is wrong; its text lists the mistakes, and the exit code is 1.
    """
    _report(wide=False)


def check_config(_: Any) -> None:
    """Check everything that :func:`check_database` does, with what is right, and whether a monitor runs.

    :raises SystemExit: something is wrong; its text lists the mistakes, and the exit code is 1.
    """
    _report(wide=True)


def _report(*, wide: bool) -> None:
    from airflow_dre.services.checkup import Verdict, check_all
    from airflow_dre.services.wiring import read_wiring

    os.environ.setdefault(CONTEXT, "server")  # so that connections of Airflow's own database are found
    findings = check_all(read_wiring().settings)
    if not wide:
        findings = [finding for finding in findings if finding.subject != "monitor"]
    for finding in findings:
        if finding.verdict is not Verdict.WRONG and (wide or finding.subject in ("results store", "spool")):
            print(finding if wide else finding.text)
    wrong = [finding for finding in findings if finding.verdict is Verdict.WRONG]
    if wrong:
        raise SystemExit("\n".join(map(_line, wrong)))
    print("Nothing is wrong.")


def _line(finding: Finding) -> str:
    text = " ".join(finding.text.split())
    return text if finding.subject == "results store" else f"{finding.subject}: {text}"
