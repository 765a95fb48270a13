"""Moments of a run from which deadlines count. Airflow evaluates them where it makes a run, and finds their classes through the plugin."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk.definitions.deadline import BaseDeadlineReference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

ON_TIME = ("scheduled", "asset_triggered")
"""Types of runs that are made when they are due. A backfill or a run by hand may be about the past, and then has no deadline."""


class RunReference(BaseDeadlineReference):
    """A moment of a run."""

    required_kwargs: ClassVar[set[str]] = {"dag_id", "run_id"}

    def serialize_reference(self) -> dict[str, Any]:
        """Return the name of the class and its arguments."""
        return {"reference_type": self.reference_name, **self.arguments()}

    @classmethod
    def deserialize_reference(cls, reference_data: Mapping[str, Any]) -> RunReference:
        """Return the reference that was serialized."""
        return cls(**{name: reference_data[name] for name in cls().arguments() if name in reference_data})

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of the constructor as JSON."""
        return {}

    def _evaluate_with(self, *, session: Session, dag_id: str, run_id: str) -> datetime | None:
        from airflow.models.dagrun import DagRun

        found = DagRun.find(dag_id=dag_id, run_id=run_id, session=session)
        return self.moment_of(found[0]) if found else None

    def moment_of(self, run: Any) -> datetime | None:
        """Return the moment, or None for a run that has no such deadline.

        :param run: a row of Airflow's database.
        """
        raise NotImplementedError


class RunQueued(RunReference):
    """The moment at which a run was queued, which every run has.

    Airflow 3.3 cannot clear a run that has a deadline of its own ``DAGRUN_QUEUED_AT`` ahead.
    """

    def moment_of(self, run: Any) -> datetime | None:
        """Return when the run was queued or made."""
        return run.queued_at or run.start_date or run.run_after or datetime.now(UTC)


class IntervalEnd(RunReference):
    """The end of the data interval of a run. For a run without one, the moment from which it may start.

    :param seconds: the time after it at which the deadline is due.
    :param early: count from when the run is queued instead, and only skip the runs that have no such deadline. The default is False.
    """

    def __init__(self, seconds: float = 0.0, early: bool = False) -> None:
        self.seconds = seconds
        self.early = early

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of the constructor as JSON."""
        return {"seconds": self.seconds, "early": self.early}

    def moment_of(self, run: Any) -> datetime | None:
        """Return the end of the interval."""
        moment: datetime | None = run.data_interval_end or run.run_after
        if moment is None or not _is_ahead(run, moment + timedelta(seconds=self.seconds)):
            return None
        return RunQueued().moment_of(run) if self.early else moment


class WallClock(RunReference):
    """The first time after a run may start at which clocks in a zone show a time.

    :param clock: the time, for example ``"08:00"``.
    :param time_zone: IANA name of the zone.
    :param early: count from when the run is queued instead, and only skip the runs that have no such deadline. The default is False.
    """

    def __init__(self, clock: str = "00:00", time_zone: str = "UTC", early: bool = False) -> None:
        self.clock = clock
        self.time_zone = time_zone
        self.early = early

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of the constructor as JSON."""
        return {"clock": self.clock, "time_zone": self.time_zone, "early": self.early}

    def moment_of(self, run: Any) -> datetime | None:
        """Return the moment."""
        from zoneinfo import ZoneInfo

        from airflow_dre.slo.deadline import next_wall_clock

        start: datetime = run.run_after or run.queued_at or datetime.now(UTC)
        moment = next_wall_clock(start, time.fromisoformat(self.clock), ZoneInfo(self.time_zone))
        if not _is_ahead(run, moment):
            return None
        return RunQueued().moment_of(run) if self.early else moment


def _is_ahead(run: Any, due: datetime) -> bool:
    """Return whether a run can be held to a due moment: it lies ahead, or the run itself was made late."""
    return str(getattr(run.run_type, "value", run.run_type)) in ON_TIME or due > datetime.now(UTC)


REFERENCES = (RunQueued, IntervalEnd, WallClock)
