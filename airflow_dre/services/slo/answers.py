"""The answer to the question about one target: the newest value as the warehouse has it, or the error."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from airflow_dre.checks.kinds.freshness import FUTURE_TOLERANCE, AgeLimits, judge_age
from airflow_dre.checks.outcomes import Outcome
from airflow_dre.errors import DreError, text_of
from airflow_dre.partitions.values import begin_of_partition
from airflow_dre.privacy.masking import masked_line
from airflow_dre.services.slo.targets import PartitionTarget, Target
from airflow_dre.slo.observation import Observation
from airflow_dre.values.dataset import DatasetName
from airflow_dre.values.instants import to_instant
from airflow_dre.values.scalars import Incomparable, Scalar
from airflow_dre.values.text_limits import REASON

_ANY_AGE = timedelta(days=999_999_999)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewestAnswer:
    """The newest value of a target, or the error that the question ended with."""

    target: Target
    value: Scalar = None
    """As the warehouse answers it. None: the target has no value, unless ``error`` is set."""
    error: Exception | None = None
    dataset: DatasetName | None = None
    """The dataset that the target is, where it could be named."""

    @property
    def newest(self) -> datetime | None:
        """The newest value as a moment in UTC, or None where it has no value or one that Python cannot hold as a moment."""
        zone = getattr(self.target, "zone", None)
        read = begin_of_partition if isinstance(self.target, PartitionTarget) else to_instant
        return read(self.value, zone)

    @property
    def judged(self) -> Scalar:
        """The value whose age is judged: the moment of a partition's beginning, or the value itself.

        :raises Incomparable: the value of a partition is no moment.
        """
        if not isinstance(self.target, PartitionTarget) or self.value is None:
            return self.value
        begin = self.newest
        if begin is None:
            raise Incomparable(f"{self.value!r} is no day, hour, month or year: partition holds dates, such as 2026-01-31 or 20260131")
        return begin

    def observe(self, at: datetime, tolerance: timedelta = FUTURE_TOLERANCE) -> Observation:
        """Return the newest value, or why it is unknown.

        :param at: the moment of the question. A value that is further ahead of it than ``tolerance`` is unknown.
        """
        if self.error is not None:
            return Observation(unknown=reason_of(self.error))
        if self.value is None:
            return Observation()
        newest = self.newest
        if newest is not None and newest <= at + tolerance:
            return Observation(newest=newest)
        try:
            limits = AgeLimits(max_age=_ANY_AGE, tolerance=tolerance, zone=getattr(self.target, "zone", None))
            judgement = judge_age(self.judged, at, limits)
        except Incomparable as unlike:
            return Observation(unknown=masked_line(f"{self.target.shown}: {unlike}", REASON))
        if judgement.outcome is Outcome.ERRORED:
            return Observation(unknown=masked_line(f"{self.target.shown}: {judgement.reason}", REASON))
        return Observation(newest=newest or _LONG_AGO)


def reason_of(error: BaseException) -> str:
    """Return the text of an error without secrets. Errors of this package have none."""
    return text_of(error) if isinstance(error, DreError) else masked_line(f"{type(error).__name__}: {text_of(error)}", REASON)
