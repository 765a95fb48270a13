"""The partitions of a catalogue: which values each of them may hold, and its version."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from airflow_dre.partitions.values import Partition, as_partition, read_like
from airflow_dre.values.numbers import is_ordered
from airflow_dre.values.scalars import Incomparable, Row

INSTEAD = "set changes=, one SELECT of partition and version"
_RANGE = re.compile(r"FOR VALUES FROM \((.+)\) TO \((.+)\)")
_LIST = re.compile(r"FOR VALUES IN \((.+)\)")
_VALUE = re.compile(r"'((?:[^']|'')*)'|(-?[\w.]+)")


@dataclass(frozen=True, slots=True)
class NativePartition:
    """One table of a table that is partitioned by the database: values from one up to another, or some values."""

    version: str
    size: int
    """Bytes. A table of 0 bytes has no row."""
    low: Partition = None
    high: Partition = None
    values: tuple[Partition, ...] | None = None

    def holds(self, value: Partition) -> bool:
        """Return whether the rows of a partition are in this table."""
        if self.values is not None:
            return value in self.values
        return value is not None and not _before(value, self.low) and (self.high is None or _before(value, self.high))


def _before(one: Partition, other: Partition) -> bool:
    """Return whether one value precedes another of its kind. No value precedes an open end."""
    if other is None or one is None:
        return False
    if isinstance(one, str) or isinstance(other, str):
        return str(one) < str(other)
    return not is_ordered(other, one)


def read_native_partitions(rows: Iterable[Row], column: str | None, like: Partition) -> list[NativePartition]:
    """Return the tables that a catalogue lists, as rows of partition column, bounds, version and size.

    :param column: the column by which the rows are split.
    :param like: one of the partitions.
    :raises Incomparable: the catalogue does not show the values of each table.
    """
    found: list[NativePartition] = []
    for key, bounds, version, size in rows:
        if key != column:
            split = "by an expression" if column is None else f"by {column}"
            raise Incomparable(f"the database partitions the table by {key}, not {split}: {INSTEAD}")
        if str(bounds) != "DEFAULT":
            found.append(_child(str(bounds), str(version), int(str(size)), like))
        elif int(str(size)):
            raise Incomparable(f"the default partition has rows, which may belong to any partition: {INSTEAD}")
    if not found:
        raise Incomparable(f"the database does not partition the table: {INSTEAD}")
    return found


def _child(bounds: str, version: str, size: int, like: Partition) -> NativePartition:
    if (span := _RANGE.fullmatch(bounds)) is not None:
        (low,), (high,) = (_values(text, like) for text in span.groups())
        return NativePartition(version, size, low, high)
    if (listed := _LIST.fullmatch(bounds)) is not None:
        return NativePartition(version, size, values=_values(listed[1], like))
    raise Incomparable(f"the partitions of the database are not by values, but {bounds}: {INSTEAD}")


def _values(text: str, like: Partition) -> tuple[Partition, ...]:
    """Return the values between commas, with None for NULL and for open ends."""
    found: list[Partition] = []
    for quoted, word in _VALUE.findall(text):
        open_end = word in ("MINVALUE", "MAXVALUE", "NULL")
        found.append(None if open_end else as_partition(read_like(word or quoted.replace("''", "'"), like)))
    return tuple(found)
