"""Service level indicators: which events are counted, and which of them are good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from airflow_dre.declaring.functions import strict
from airflow_dre.declaring.names import LONGEST_DATASET, find_name_problems
from airflow_dre.declaring.slips import nearest, one_of
from airflow_dre.errors import DefinitionError, Problem
from airflow_dre.slo.objective import Missing


class EventKind(StrEnum):
    """Events that an indicator counts."""

    ROWS_PASSED = "rows_passed"
    """Rows that meet their checks, of the rows that were checked."""
    CHECKS_PASSED = "checks_passed"
    """Checks that passed, of the checks that ran."""
    RUNS_PASSED = "runs_passed"
    """Runs of suites in which no check failed, of all runs."""
    FRESH = "fresh_slices"
    """Slices of time in which an SLA was met, of all slices."""
    DAG_RUNS_SUCCEEDED = "dag_runs_succeeded"
    """Runs of a Dag that succeeded, of those that ended."""

    @property
    def missing(self) -> Missing:
        """The meaning of a slice without events, unless ``missing`` is set: what did not arrive is bad, and proves nothing about rows."""
        return Missing.BAD if self is EventKind.FRESH else Missing.IGNORE

    @property
    def reads_results(self) -> bool:
        """True where the events are results of checks."""
        return self in (EventKind.ROWS_PASSED, EventKind.CHECKS_PASSED, EventKind.RUNS_PASSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """An indicator of one kind over a table, a suite, a check, a Dag or an SLA. Parts without a value restrict nothing."""

    counts: EventKind
    table: str | None = None
    """Name of the table as results show it, with as many of its leading parts as distinguish it."""
    namespace: str | None = None
    """OpenLineage namespace of the table. Required where two databases hold a table of this name."""
    suite: str | None = None
    check: str | None = None
    """Name or id of a check."""
    dimension: str | None = None
    dag_id: str | None = None
    sla: str | None = None

    @property
    def parts(self) -> dict[str, str]:
        """The parts that are set, with the kind under ``counts``."""
        return {name: str(value) for name in _PARTS if (value := getattr(self, name)) is not None}

    @property
    def words(self) -> str:
        """The indicator in words, for example ``rows passed of table flights``."""
        labels = {"dag_id": "Dag", "sla": "SLA"}
        about = [f"{labels.get(name, name)} {value}" for name, value in self.parts.items() if name != "counts"]
        kinds = {EventKind.FRESH: "fresh slices", EventKind.DAG_RUNS_SUCCEEDED: "successful runs"}
        return f"{kinds.get(self.counts, self.counts.value.replace('_', ' '))} of {', '.join(about)}"


@dataclass(frozen=True, slots=True)
class Worst:
    """A composite that is as bad as the worst of other objectives, each measured by its own budget."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Weighted:
    """A composite whose share of good events is the weighted mean of those of other objectives."""

    weights: tuple[tuple[str, int], ...]


Measure = Indicator | Worst | Weighted
_PARTS = ("counts", "table", "namespace", "suite", "check", "dimension", "dag_id", "sla")
_OF_RESULTS = ("table", "namespace", "suite", "check", "dimension", "dag_id")
TAKES: Mapping[EventKind, tuple[str, ...]] = {
    EventKind.ROWS_PASSED: _OF_RESULTS,
    EventKind.CHECKS_PASSED: _OF_RESULTS,
    EventKind.RUNS_PASSED: ("table", "namespace", "suite", "dag_id"),
    EventKind.FRESH: ("sla",),
    EventKind.DAG_RUNS_SUCCEEDED: ("dag_id",),
}
"""Parts that an indicator of each kind takes."""


@strict
def rows_passed(
    table: str | None = None,
    *,
    check: str | None = None,
    suite: str | None = None,
    dimension: str | None = None,
    dag_id: str | None = None,
    namespace: str | None = None,
) -> Indicator:
    """Return the share of rows that meet their checks.

    :param table: a table, as ``flights``, ``public.flights`` or in full.
    :param check: name or id of one check. Default: every check that counts rows.
    :param suite: name of a suite, for example ``<dag_id>.<task_id>``.
    :param dimension: only checks of a dimension, for example ``"accuracy"``.
    :param dag_id: only results of a Dag.
    :param namespace: OpenLineage namespace of the table, for example ``postgres://db:5432``, where several databases hold such a table.
    :raises airflow_dre.errors.DefinitionError: nothing is named, or an argument is no text.
    """
    given = {"table": table, "check": check, "suite": suite, "dimension": dimension, "dag_id": dag_id, "namespace": namespace}
    return read_indicator("rows_passed", {"counts": EventKind.ROWS_PASSED, **given})


@strict
def checks_passed(
    table: str | None = None,
    *,
    check: str | None = None,
    suite: str | None = None,
    dimension: str | None = None,
    dag_id: str | None = None,
    namespace: str | None = None,
) -> Indicator:
    """Return the share of checks that passed, warnings included. The parameters are those of :func:`rows_passed`.

    :raises airflow_dre.errors.DefinitionError: nothing is named, or an argument is no text.
    """
    given = {"table": table, "check": check, "suite": suite, "dimension": dimension, "dag_id": dag_id, "namespace": namespace}
    return read_indicator("checks_passed", {"counts": EventKind.CHECKS_PASSED, **given})


@strict
def runs_passed(
    table: str | None = None, *, suite: str | None = None, dag_id: str | None = None, namespace: str | None = None
) -> Indicator:
    """Return the share of runs of suites in which no check failed. The parameters are those of :func:`rows_passed`.

    :raises airflow_dre.errors.DefinitionError: nothing is named, or an argument is no text.
    """
    given = {"table": table, "suite": suite, "dag_id": dag_id, "namespace": namespace}
    return read_indicator("runs_passed", {"counts": EventKind.RUNS_PASSED, **given})


@strict
def fresh_slices(sla: str) -> Indicator:
    """Return the share of time in which a freshness SLA was met, in slices.

    :param sla: name of the SLA.
    :raises airflow_dre.errors.DefinitionError: it is no text.
    """
    return read_indicator("fresh_slices", {"counts": EventKind.FRESH, "sla": sla})


@strict
def dag_runs_succeeded(dag_id: str) -> Indicator:
    """Return the share of ended runs of a Dag that succeeded.

    :param dag_id: id of the Dag.
    :raises airflow_dre.errors.DefinitionError: it is no text.
    """
    return read_indicator("dag_runs_succeeded", {"counts": EventKind.DAG_RUNS_SUCCEEDED, "dag_id": dag_id})


def worst_of(*names: str) -> Worst:
    """Return a composite that is as bad as the worst of other SLOs.

    :param names: names of two or more SLOs.
    :raises airflow_dre.errors.DefinitionError: there are fewer, or one is named twice.
    """
    problems = _find_member_problems("worst_of", names)
    if problems:
        raise DefinitionError(problems)
    return Worst(tuple(names))


def weighted(weights: Mapping[str, int]) -> Weighted:
    """Return a composite whose share of good events is the weighted mean of those of other SLOs.

    :param weights: weight of each SLO by its name, a whole number from 1.
    :raises airflow_dre.errors.DefinitionError: there are fewer than two, or a weight is no such number.
    """
    if not isinstance(weights, Mapping):
        raise DefinitionError.about("weighted", "weights", weights, "weights by name, for example {'flights': 3, 'bookings': 1}")
    problems = _find_member_problems("weighted", tuple(weights))
    problems += [
        Problem("weighted", name, weight, "a whole number from 1")
        for name, weight in weights.items()
        if isinstance(weight, bool) or not isinstance(weight, int) or weight < 1
    ]
    if problems:
        raise DefinitionError(problems)
    return Weighted(tuple(weights.items()))


def _find_member_problems(subject: str, names: tuple[object, ...]) -> list[Problem]:
    wrong = [name for name in names if not isinstance(name, str) or not name.strip()]
    if wrong:
        return [Problem(subject, "names", wrong[0], "names of SLOs")]
    if len(set(names)) < max(len(names), 2):
        return [Problem(subject, "names", list(names), "two or more different names of SLOs")]
    return []


def read_indicator(subject: str, given: Mapping[str, object]) -> Indicator:
    """Read an indicator.

    :param given: its kind under ``counts``, and its parts.
    :raises DefinitionError: lists everything that is wrong.
    """
    kinds = [kind.value for kind in EventKind]
    named = given.get("counts")
    if named not in kinds:
        raise DefinitionError.about(subject, "counts", named, one_of(named, kinds))
    counts = EventKind(str(named))
    takes = TAKES[counts]
    parts = {name: value for name, value in given.items() if name != "counts" and value is not None}
    problems = [
        Problem(subject, name, value, f"{_meant(name, takes)}{', '.join(takes)}") for name, value in parts.items() if name not in takes
    ]
    problems += [
        Problem(subject, name, value, "text that is not empty")
        for name, value in parts.items()
        if name in takes and (not isinstance(value, str) or not value.strip())
    ]
    problems += find_name_problems(subject, {name: value for name, value in parts.items() if name in takes}, LONGEST_DATASET)
    if not parts or set(parts) == {"namespace"}:
        first = [name for name in takes if name not in ("namespace", "dimension")]
        problems.append(Problem(subject, first[0], None, f"at least one of {', '.join(first)}"))
    if problems:
        raise DefinitionError(problems)
    return Indicator(counts=counts, **{name: str(value) for name, value in parts.items()})


def _meant(name: str, known: tuple[str, ...]) -> str:
    near = nearest(name, known)
    return f"did you mean {near}? " if near else ""
