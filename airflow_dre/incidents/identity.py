"""What makes two signals speak of the same incident: the cause, not the messenger."""

from __future__ import annotations

import hashlib
from enum import StrEnum

import msgspec


class Kind(StrEnum):
    """Where the cause lies."""

    DATA = "data"
    PIPELINE = "pipeline"


class DataCause(msgspec.Struct, frozen=True, kw_only=True, tag="data", tag_field="cause"):
    """Bad or late data: a dataset, and the suite or SLA that says so."""

    namespace: str
    """OpenLineage namespace, for example ``postgres://db:5432``."""
    name: str
    """OpenLineage name, for example ``shop.public.orders``."""
    suite: str

    @property
    def kind(self) -> Kind:
        """Always data."""
        return Kind.DATA

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the parts, each ended by byte 0xFF, which no UTF-8 text holds (as Alertmanager's label fingerprints do)."""
        return _digest(self.kind, self.namespace, self.name, self.suite)


class PipelineCause(msgspec.Struct, frozen=True, kw_only=True, tag="pipeline", tag_field="cause"):
    """A Dag, or one of its tasks, or one of its deadlines, that did not do its work."""

    dag_id: str
    task_id: str = ""
    """Empty where the whole run is meant."""
    deadline: str = ""
    """Name of a missed deadline; empty where something failed."""

    @property
    def kind(self) -> Kind:
        """Always pipeline."""
        return Kind.PIPELINE

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the parts, each ended by byte 0xFF."""
        return _digest(self.kind, self.dag_id, self.task_id, self.deadline)


Cause = DataCause | PipelineCause


def _digest(*parts: str) -> str:
    return hashlib.sha256(b"".join(part.encode() + b"\xff" for part in parts)).hexdigest()
