"""Deliveries: what one use case hands to the store, and what a line of the spool holds."""

from __future__ import annotations

from dataclasses import dataclass

from airflow_dre.incidents.signals import Signal
from airflow_dre.store.records.partitions import PartitionStates
from airflow_dre.store.records.runs import SuiteRunRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One unit of work for the store: a suite run, a signal, a suite run with its signal, or states of partitions."""

    run: SuiteRunRecord | None = None
    signals: tuple[Signal, ...] = ()
    partitions: PartitionStates | None = None

    @property
    def parts(self) -> tuple[Delivery, ...]:
        """The delivery as several, each with one record."""
        run = () if self.run is None else (Delivery(run=self.run),)
        states = () if self.partitions is None else (Delivery(partitions=self.partitions),)
        return (*run, *states, *(Delivery(signals=(signal,)) for signal in self.signals))
