"""Names as the store keeps them: with a bound, so that each fits into its column and into an index, and without what no database takes.

PostgreSQL takes no entry of an index of more than 2,704 bytes. Of a longer name the beginning and a digest stay, so that two stay two.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace

import msgspec

from airflow_dre.incidents.identity import Cause, DataCause
from airflow_dre.incidents.signals import Origin, Signal
from airflow_dre.store.records import Delivery, PartitionStates, SuiteRunRecord
from airflow_dre.values.text_limits import escaped

_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
_MARK = 16
"""Digits of the digest by which two long names differ."""


@dataclass(frozen=True, slots=True)
class Bound:
    """The most characters and bytes (UTF-8) that the store keeps of a name."""

    characters: int
    most_bytes: int

    def cut(self, name: str) -> str:
        """Return the name in one line, or the beginning of a longer one with a digest. What is cut already stays."""
        if len(name) <= min(self.characters, self.most_bytes) and name.isascii() and name.isprintable():
            return name
        plain = escaped(plain_text(name[: self.characters + 1]))
        if len(plain) <= self.characters and len(plain.encode()) <= self.most_bytes:
            return plain
        digits = min(_MARK, self.characters // 2)
        mark = "…" + hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:digits]
        kept = plain[: self.characters - digits - 1].encode()[: self.most_bytes - len(mark.encode())]
        return kept.decode(errors="ignore") + mark

    def cut_known(self, name: str | None) -> str | None:
        """Return the same for a name that may be missing."""
        return None if name is None else self.cut(name)


ID = Bound(250, 1000)
"""A Dag, run, task, deadline or route: Airflow keeps as many characters."""
NAMESPACE = Bound(500, 500)
"""An OpenLineage namespace. With dataset and suite it fits into one entry of an index."""
DATASET = Bound(1000, 1000)
"""An OpenLineage name of a dataset."""
SUITE = Bound(500, 1000)
"""A suite, or an SLA in the place of one."""


def plain_text(text: str) -> str:
    """Return a text without NUL and halves of surrogate pairs, which PostgreSQL and UTF-8 refuse."""
    if text.isascii() and "\x00" not in text:
        return text
    return _UNWRITABLE.sub("\ufffd", text)


def with_bounded_names(delivery: Delivery) -> Delivery:
    """Return the delivery with every name as the store keeps it, so that what is derived from names is the same wherever it is asked."""
    return Delivery(
        run=None if delivery.run is None else _run(delivery.run),
        signals=tuple(_signal(signal) for signal in delivery.signals),
        partitions=None if delivery.partitions is None else _states(delivery.partitions),
        last_events=tuple(replace(event, name=DATASET.cut(event.name)) for event in delivery.last_events),
        dag_runs=tuple(replace(end, dag_id=ID.cut(end.dag_id), run_id=ID.cut(end.run_id)) for end in delivery.dag_runs),
    )


def _run(run: SuiteRunRecord) -> SuiteRunRecord:
    return replace(
        run,
        namespace=NAMESPACE.cut(run.namespace),
        name=DATASET.cut(run.name),
        suite=SUITE.cut(run.suite),
        origin=_origin(run.origin),
        partition_key=ID.cut_known(run.partition_key),
    )


def _states(found: PartitionStates) -> PartitionStates:
    return replace(found, namespace=NAMESPACE.cut(found.namespace), name=DATASET.cut(found.name), run_id=ID.cut_known(found.run_id))


def _signal(signal: Signal) -> Signal:
    return msgspec.structs.replace(
        signal,
        cause=_cause(signal.cause),
        origin=_origin(signal.origin),
        routes=tuple(ID.cut(route) for route in signal.routes),
        occurrence_id=plain_text(signal.occurrence_id),
        slice=replace(signal.slice, partition_key=ID.cut_known(signal.slice.partition_key)),
    )


def _cause(cause: Cause) -> Cause:
    if isinstance(cause, DataCause):
        named = {"namespace": NAMESPACE.cut(cause.namespace), "name": DATASET.cut(cause.name), "suite": SUITE.cut(cause.suite)}
        return msgspec.structs.replace(cause, **named)
    ids = {"dag_id": ID.cut(cause.dag_id), "task_id": ID.cut(cause.task_id), "deadline": ID.cut(cause.deadline)}
    return msgspec.structs.replace(cause, **ids)


def _origin(origin: Origin) -> Origin:
    return replace(origin, dag_id=ID.cut_known(origin.dag_id), run_id=ID.cut_known(origin.run_id), task_id=ID.cut_known(origin.task_id))
