"""The base of every check: metrics to query and a way to judge the answers, without a database."""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from airflow_dre.checks.dimensions import Dimension
from airflow_dre.checks.families import Families
from airflow_dre.checks.metrics import Metric
from airflow_dre.checks.outcomes import Judgement, Observes, counted
from airflow_dre.checks.senses import Sense
from airflow_dre.values.scalars import Answer, Incomparable, Row, Scalar


class Answers:
    """The answers to the metrics of a check, read as the type that it expects."""

    def __init__(self, given: Mapping[Metric, Answer]) -> None:
        self._given = given

    def scalar(self, metric: Metric) -> Scalar:
        """Return the one value.

        :raises Incomparable: it is a list.
        """
        answer = self._given[metric]
        if isinstance(answer, tuple):
            raise Incomparable(f"{counted(len(answer), 'row was', 'rows were')} answered where one value was expected")
        return answer

    def rows(self, metric: Metric) -> tuple[Row, ...]:
        """Return the rows of a list.

        :raises Incomparable: it is one value.
        """
        answer = self._given[metric]
        if not isinstance(answer, tuple):
            raise Incomparable(f"{answer!r} was answered where rows were expected")
        return answer


class CheckSeverity(StrEnum):
    """The consequence of a failed check for the suite."""

    ERROR = "error"
    WARN = "warn"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOptions:
    """The options that every check takes, whatever its kind."""

    name: str | None = None
    severity: CheckSeverity = CheckSeverity.ERROR
    dimension: Dimension | None = None
    where: str | None = None
    by: str | None = None
    """A column: the check is judged for each of its values."""
    description: str | None = None
    tags: tuple[str, ...] = ()
    owner: str | None = None
    runbook: str | None = None
    previous_name: str | None = None
    suffix: str = ""
    """Suffix of a default name that another check of the suite has too. It is not part of the identity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check(ABC):
    """A check of one table."""

    options: CheckOptions = field(default_factory=CheckOptions)

    observes: ClassVar[Observes] = Observes.VALUE
    """The subject of the value that it observes."""
    refuses_by: ClassVar[str] = ""
    """Reason why the kind cannot be judged by segment. Empty: it can."""
    refuses_where: ClassVar[str] = ""
    """Reason why the kind takes no filter. Empty: it takes one."""
    bounds_are_numbers: ClassVar[bool] = False
    """True if its bounds must be numbers, since what it observes always is one."""
    unmergeable: ClassVar[str] = ""
    """Reason why the kind cannot be judged from the states of partitions. Empty: its metrics decide."""

    @property
    @abstractmethod
    def kind(self) -> str:
        """The name of the function that declares it."""

    @property
    @abstractmethod
    def default_dimension(self) -> Dimension:
        """The quality dimension that its kind speaks for."""

    @abstractmethod
    def identity_arguments(self) -> Mapping[str, object]:
        """Return the arguments that identify the check, as JSON values, without its thresholds."""

    @abstractmethod
    def metrics(self) -> tuple[Metric, ...]:
        """Return the numbers that :meth:`judge` needs."""

    def dependent_metrics(self, answers: Answers) -> tuple[Metric, ...]:
        """Return further numbers, which can only be asked once ``answers`` to :meth:`metrics` are known."""
        return ()

    @abstractmethod
    def judge(self, answers: Answers, now: datetime) -> Judgement:
        """Return the verdict, for every answer that a warehouse can return.

        :raises Incomparable: an answer cannot be compared with a threshold.
        """

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it reads, as far as the arguments name them."""
        asked = self.identity_arguments()
        if isinstance(several := asked.get("columns"), list):
            return tuple(several)
        return (str(asked["column"]),) if "column" in asked else ()

    def column_types(self) -> Mapping[str, Families]:
        """Return the families that columns must be of, without columns of any family."""
        return {}

    def bound_senses(self) -> tuple[tuple[type[Metric], str, Sense], ...]:
        """Return the senses of its bounds on the values of metrics, each by the metric and its column."""
        return ()

    def frame_types(self) -> Mapping[str, Families]:
        """Return the families that columns must be of where the rows are judged as pandas judges them."""
        return {}

    @property
    def kinds_matter(self) -> bool:
        """True where the kinds of values make a difference, as in pandas."""
        return bool(getattr(self, "by_kind", False))

    @property
    def orders_values(self) -> bool:
        """True where it orders values that may be neither numbers nor texts."""
        return False

    def row_reason(self, by: str | None) -> str | None:
        """Return why a row breaks it, or None where the reason follows from the metric that counts the rows.

        :param by: the column of segments.
        """
        return None

    @property
    def sql_conditions(self) -> Mapping[str, str]:
        """The SQL conditions of the author about one row, by argument, without ``where``."""
        return {}

    @property
    def sql_words(self) -> tuple[str, ...]:
        """The words of SQL of the author whose value is observed: names of columns may be among them."""
        return ()

    @property
    def default_name(self) -> str:
        """For example ``not_null(dep_time)``, or ``not_null(dep_time, by=carrier)``."""
        by = [] if self.options.by is None else [f"by={self.options.by}"]
        return f"{self.kind}({', '.join([*self._asked_of, *by])})"

    @property
    def _asked_of(self) -> list[str]:
        shown = ", ".join(self.columns) or str(next(iter(self.identity_arguments().values()), ""))
        return [shown] if shown else []

    @property
    def name(self) -> str:
        """The name that people use: given, or made of kind and columns."""
        return self.options.name or f"{self.default_name}{self.options.suffix}"

    @property
    def dimension(self) -> Dimension:
        """The quality dimension it speaks for."""
        return self.options.dimension or self.default_dimension

    @property
    def id(self) -> str:
        """Stable identity: 16 hex digits of the SHA-256 of what is asked and of the given name, never of thresholds."""
        name = self.options.previous_name or self.options.name
        asked = {
            "kind": self.kind,
            "where": self.options.where,
            **({} if self.options.by is None else {"by": self.options.by}),
            "name": None if name in (self.default_name, f"{self.kind}({', '.join(self._asked_of)})") else name,
            **self.identity_arguments(),
        }
        return hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()[:16]
