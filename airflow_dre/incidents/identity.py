"""Identity of incidents: the cause, never the messenger."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache

import msgspec

from airflow_dre.values.digest import digest


class CauseKind(StrEnum):
    """Kind of a cause."""

    DATA = "data"
    PIPELINE = "pipeline"


class Promise(StrEnum):
    """Kind of the promise about a dataset that a data incident reports as broken."""

    SUITE = "suite"
    """A suite of checks."""
    SLA = "sla"
    """A freshness SLA."""
    DEADLINE = "deadline"
    SLO = "slo"
    CONTRACT = "contract"


class DataCause(msgspec.Struct, frozen=True, kw_only=True, tag="data", tag_field="cause"):
    """Bad or late data: a dataset, and the promise about it that is broken."""

    namespace: str
    """OpenLineage namespace, for example ``postgres://db:5432``."""
    name: str
    """OpenLineage name, for example ``shop.public.orders``."""
    suite: str
    """Name of the suite, or of whatever else makes the promise."""
    promise: Promise = Promise.SUITE
    """An SLA and a suite of one name are two causes."""

    @property
    def kind(self) -> CauseKind:
        """Always data."""
        return CauseKind.DATA

    @property
    def fingerprint(self) -> str:
        """Return the digest of kind, dataset, suite and promise."""
        return _fingerprint(self.namespace, self.name, self.suite, self.promise)


@lru_cache(maxsize=1 << 15)
def _fingerprint(namespace: str, name: str, suite: str, promise: Promise) -> str:
    """Return the fingerprint of a data cause.

    A suite adds no part for its promise, so that its fingerprint is the same in every release.
    """
    return digest(CauseKind.DATA, namespace, name, suite, *(() if promise is Promise.SUITE else (promise,)))


class PipelineCause(msgspec.Struct, frozen=True, kw_only=True, tag="pipeline", tag_field="cause"):
    """A Dag, or one of its tasks, or one of its deadlines, that did not do its work."""

    dag_id: str
    task_id: str = ""
    """Empty where the whole run is meant."""
    deadline: str = ""
    """Name of a missed deadline. Empty where something failed."""

    @property
    def kind(self) -> CauseKind:
        """Always pipeline."""
        return CauseKind.PIPELINE

    @property
    def fingerprint(self) -> str:
        """Return the digest of kind, Dag, task and deadline."""
        return digest(self.kind, self.dag_id, self.task_id, self.deadline)


Cause = DataCause | PipelineCause
