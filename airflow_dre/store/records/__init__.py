"""Frozen values that cross the door of the store. Those of a delivery also travel through the spool as JSON."""

from __future__ import annotations

from airflow_dre.store.records.deliveries import Delivery, LastEvent
from airflow_dre.store.records.incidents import IncidentStory, StoredEvent, StoredIncident, StoredMessage
from airflow_dre.store.records.partitions import PartitionState, PartitionStates
from airflow_dre.store.records.runs import (
    Definition,
    LatestRun,
    ResultRecord,
    Sample,
    SampledResult,
    SampleNote,
    StoredResult,
    StoredRun,
    SuiteRunRecord,
)
from airflow_dre.store.records.slas import (
    MonitorCost,
    NewCall,
    NewSlaState,
    SlaMemory,
    StoredCall,
    StoredDeclaration,
    StoredGap,
    StoredInterval,
    StoredSla,
)
from airflow_dre.store.records.slos import DagRunEnd, StoredAlert, StoredOverride, StoredSlo

__all__ = [
    "DagRunEnd",
    "Definition",
    "Delivery",
    "IncidentStory",
    "LastEvent",
    "LatestRun",
    "MonitorCost",
    "NewCall",
    "NewSlaState",
    "PartitionState",
    "PartitionStates",
    "ResultRecord",
    "Sample",
    "SampleNote",
    "SampledResult",
    "SlaMemory",
    "StoredAlert",
    "StoredCall",
    "StoredDeclaration",
    "StoredEvent",
    "StoredGap",
    "StoredIncident",
    "StoredInterval",
    "StoredMessage",
    "StoredOverride",
    "StoredResult",
    "StoredRun",
    "StoredSla",
    "StoredSlo",
    "SuiteRunRecord",
]
