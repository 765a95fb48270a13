"""The indicators that a suite run adds to, by its dataset, suite and Dag."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Protocol

from airflow_dre.slo.indicators import Indicator
from airflow_dre.values.dataset import short_name
from airflow_dre.values.digest import digest


class Run(Protocol):
    """The facts about a suite run that indicators name."""

    @property
    def namespace(self) -> str:
        """OpenLineage namespace of the dataset."""

    @property
    def name(self) -> str:
        """OpenLineage name of the dataset."""

    @property
    def suite(self) -> str:
        """Name of the suite."""

    @property
    def dag_id(self) -> str | None:
        """The Dag of the task that checked."""


def series_key(indicator: Indicator) -> str:
    """Return the key of the counts of an indicator."""
    return digest(*(f"{name}={value}" for name, value in sorted(indicator.parts.items())))


def is_about(indicator: Indicator, run: Run) -> bool:
    """Return whether an indicator counts a suite run. The name of its table may lack leading parts of the name of the dataset."""
    named = {"namespace": run.namespace, "suite": run.suite, "dag_id": run.dag_id}
    if any(getattr(indicator, part) not in (None, value) for part, value in named.items()):
        return False
    table = indicator.table
    return table is None or table in (run.name, short_name(run.name)) or run.name.endswith((f".{table}", f"/{table}"))


class Router:
    """The indicators of suite runs, found once for each suite and Dag."""

    def __init__(self, series: Mapping[str, Indicator]) -> None:
        self._known: dict[tuple[str, str, str, str | None], list[tuple[str, Indicator]]] = {}
        self._by_table: dict[str, list[tuple[str, Indicator]]] = defaultdict(list)
        for key, indicator in series.items():
            self._by_table[_last_part(indicator.table or "")].append((key, indicator))

    def of(self, run: Run) -> list[tuple[str, Indicator]]:
        """Return the indicators of a suite run with their keys."""
        suite = (run.namespace, run.name, run.suite, run.dag_id)
        if suite not in self._known:
            near = [*self._by_table.get("", ()), *self._by_table.get(_last_part(run.name), ())]
            self._known[suite] = [(key, indicator) for key, indicator in near if is_about(indicator, run)]
        return self._known[suite]


class LastRouter:
    """The router of the series that were given last, which is kept while they stay the same."""

    def __init__(self) -> None:
        self._keys: frozenset[str] = frozenset()
        self._router = Router({})

    def of(self, series: Mapping[str, Indicator]) -> Router:
        """Return the router of indicators by their keys, see :func:`series_key`."""
        if self._keys != series.keys():
            self._keys, self._router = frozenset(series), Router(series)
        return self._router


def _last_part(name: str) -> str:
    return name.rpartition("/")[2].rpartition(".")[2]
