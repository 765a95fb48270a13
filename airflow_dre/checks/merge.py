"""Ways in which the answers about partitions become the answer about a table."""

from __future__ import annotations

from enum import StrEnum


class Merge(StrEnum):
    """Ways of making a state from answers."""

    COUNT = "count"
    SUM = "sum"
    MOMENTS = "moments"
    SMALLEST = "smallest"
    LARGEST = "largest"
    LIST = "list"
    HASHES = "hashes"
