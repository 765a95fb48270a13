"""The events of objectives, read from the store, and their evaluation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

import msgspec

from airflow_dre.errors import DefinitionError
from airflow_dre.slo.definition import SloDefinition
from airflow_dre.slo.document import from_document
from airflow_dre.slo.evaluation import EventSource, SloEvaluation, Unmeasurable, evaluate_slo, source_of
from airflow_dre.slo.indicators import EventKind, Indicator
from airflow_dre.slo.routing import series_key
from airflow_dre.slo.series import Series, series_of_events, series_of_states
from airflow_dre.slo.window import MINUTE, from_minute, to_minute
from airflow_dre.store.database import Transaction
from airflow_dre.store.reading.slas import sla_histories
from airflow_dre.store.records import StoredSlo
from airflow_dre.store.slo_counts import first_minutes, read_counts
from airflow_dre.store.slo_dag_runs import read_dag_runs
from airflow_dre.store.slo_events import datasets_of
from airflow_dre.values.dataset import DatasetName

AIRFLOW = "airflow"
"""Namespace of an objective over a Dag or a suite, which is about no single dataset."""
OBJECTIVES = "slo"
"""Namespace of a composite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Objectives:
    """The declared objectives and their events at a moment."""

    definitions: Mapping[str, SloDefinition]
    series: Mapping[str, Series]
    subjects: Mapping[str, DatasetName]
    """The dataset that the incidents of each objective name."""
    faults: Mapping[str, str]
    """The reason why an objective cannot be measured."""

    def source(self, name: str) -> EventSource:
        """Return the events of an objective.

        :raises Unmeasurable: they cannot be found.
        """
        definition = self.definitions[name]
        for needed in (name, *definition.components):
            if needed in self.faults:
                raise Unmeasurable(self.faults[needed])
        return source_of(definition, self.definitions, self.series)

    def evaluate(self, name: str, at: datetime) -> SloEvaluation:
        """Evaluate an objective.

        :raises Unmeasurable: its events cannot be found.
        """
        return evaluate_slo(self.definitions[name], self.source(name), at)


def read_objectives(connection: Transaction, stored: Iterable[StoredSlo], at: datetime, *, before: timedelta = timedelta(0)) -> Objectives:
    """Read the events of objectives.

    :param before: how long before the present window of each objective events are needed as well.
    """
    definitions, faults, declared = {}, {}, {}
    for row in stored:
        try:
            definitions[row.name] = _read_definition(msgspec.json.encode(row.definition))
            declared[row.name] = row.declared_at
        except DefinitionError as error:
            faults[row.name] = error.problems[0].allowed
    singles = {name: found.sli for name, found in definitions.items() if isinstance(found.sli, Indicator)}
    since = min((found.reach(at) for found in definitions.values()), default=at) - before
    events, subjects = _read_events(connection, singles, since, faults)
    first = first_minutes(connection)
    states = sla_histories(connection, sorted({sli.sla for sli in singles.values() if sli.sla is not None}), since, at)
    series = {}
    for name, definition in definitions.items():
        subjects.setdefault(name, DatasetName(OBJECTIVES, name))
        width, sli = definition.slice // MINUTE, singles.get(name)
        if sli is None:
            continue
        if sli.counts is EventKind.FRESH:
            history = states.get(sli.sla or "")
            if history is None:
                faults[name] = f"no SLA named {sli.sla} was evaluated yet"
                continue
            subjects[name] = history.dataset
            series[name] = series_of_states(history.states, width, declared[name])
        else:
            oldest = first.get(series_key(sli))
            begin = declared[name] if oldest is None else min(declared[name], from_minute(oldest))
            series[name] = series_of_events(events.get(name, ()), width, begin)
    return Objectives(definitions=definitions, series=series, subjects=subjects, faults=faults)


@lru_cache(maxsize=1 << 13)
def _read_definition(document: bytes) -> SloDefinition:
    """Return a definition, which is read once as long as it does not change."""
    return from_document(msgspec.json.decode(document))


Events = Mapping[str, list[tuple[int, int, int]]]


def _read_events(
    connection: Transaction, singles: Mapping[str, Indicator], since: datetime, faults: dict[str, str]
) -> tuple[Events, dict[str, DatasetName]]:
    """Return the counted events of each objective, and the dataset that each is about."""
    keys = {name: series_key(sli) for name, sli in singles.items() if sli.counts.reads_results}
    counts = read_counts(connection, keys.values(), to_minute(since))
    events = {name: counts[key] for name, key in keys.items()}
    about = datasets_of(connection, {keys[name]: singles[name] for name in keys})
    subjects = {}
    for name, key in keys.items():
        sli, datasets = singles[name], about[key]
        if len(datasets) == 1:
            subjects[name] = datasets[0]
        elif sli.table is None:
            subjects[name] = DatasetName(AIRFLOW, sli.suite or sli.dag_id or name)
        elif datasets:
            listed = ", ".join(f"{found.namespace}/{found.name}" for found in datasets[:3])
            faults[name] = f"table {sli.table} is one of {len(datasets)}: {listed}; name more of it, or set `namespace`"
    dag_ids = {name: sli.dag_id or "" for name, sli in singles.items() if sli.counts is EventKind.DAG_RUNS_SUCCEEDED}
    runs = read_dag_runs(connection, sorted(set(dag_ids.values())), since) if dag_ids else {}
    for name, dag_id in dag_ids.items():
        events[name], subjects[name] = runs.get(dag_id, []), DatasetName(AIRFLOW, dag_id)
    return events, subjects
