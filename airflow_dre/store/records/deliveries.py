"""Deliveries: what one use case hands to the store, and what a line of the spool holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from airflow_dre.incidents.signals import Signal
from airflow_dre.store.records.partitions import PartitionStates
from airflow_dre.store.records.runs import SuiteRunRecord
from airflow_dre.store.records.slos import DagRunEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class LastEvent:
    """An event of an asset, or the end of a successful run of a Dag."""

    kind: Literal["asset", "dag"]
    name: str
    """The URI or the name of the asset, or the id of the Dag."""
    happened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One unit of work for the store: a suite run, signals, both, states of partitions, last events, or ends of runs of Dags."""

    run: SuiteRunRecord | None = None
    signals: tuple[Signal, ...] = ()
    partitions: PartitionStates | None = None
    last_events: tuple[LastEvent, ...] = ()
    dag_runs: tuple[DagRunEnd, ...] = ()

    @property
    def parts(self) -> tuple[Delivery, ...]:
        """The delivery as several, each with one record."""
        run = () if self.run is None else (Delivery(run=self.run),)
        states = () if self.partitions is None else (Delivery(partitions=self.partitions),)
        events = () if not self.last_events else (Delivery(last_events=self.last_events),)
        ends = () if not self.dag_runs else (Delivery(dag_runs=self.dag_runs),)
        return (*run, *states, *events, *ends, *(Delivery(signals=(signal,)) for signal in self.signals))
