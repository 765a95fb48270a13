"""The words that reading and writing share: kinds, keys, annotations and durations."""

from __future__ import annotations

import re
from datetime import timedelta

from airflow_dre.slo.indicators import EventKind
from airflow_dre.values.calendar import Unit

VERSION = "openslo/v1"
SOURCE = "airflow-dre"
"""Type of the metric sources that this package counts itself."""
PREFIX = "airflow-dre/"
"""Beginning of annotations that hold what OpenSLO has no word for."""
READ = ("SLO", "SLI", "AlertPolicy", "AlertCondition")
PASSED = ("Service", "DataSource", "AlertNotificationTarget")
"""Kinds that are part of OpenSLO and mean nothing here."""
TOTALS = {
    EventKind.ROWS_PASSED: "rows",
    EventKind.CHECKS_PASSED: "checks",
    EventKind.RUNS_PASSED: "runs",
    EventKind.FRESH: "slices",
    EventKind.DAG_RUNS_SUCCEEDED: "dag_runs",
}
"""Name of all events, by the name of the good ones."""
CALENDAR = {Unit.DAY: "1d", Unit.WEEK: "1w", Unit.MONTH: "1M", Unit.QUARTER: "1Q", Unit.YEAR: "1Y"}
_MINUTES = {"m": 1, "h": 60, "d": 1440, "w": 10080}
_DURATION = re.compile(r"(\d+)([mhdw])")


def read_openslo_duration(text: str) -> timedelta | None:
    """Return a duration such as ``30d``, or None for one of the calendar (``1M``) and for anything else."""
    found = _DURATION.fullmatch(text.strip())
    minutes = int(found[1]) * _MINUTES[found[2]] if found else 0
    return timedelta(minutes=minutes) if 0 < minutes < 10**8 else None


def show_openslo_duration(duration: timedelta) -> str:
    """Return a duration of whole minutes in its largest unit."""
    minutes = duration // timedelta(minutes=1)
    unit = next(unit for unit in ("w", "d", "h", "m") if minutes % _MINUTES[unit] == 0 and (unit != "w" or minutes == _MINUTES["w"]))
    return f"{minutes // _MINUTES[unit]}{unit}"
