"""Counting different values by the smallest of their hashes.

Hashes of n different values lie evenly between 0 and 1. The k-th smallest, u, shows their density: n is about (k - 1) / u, with a
relative standard error of about 1 / sqrt(k - 2). The k smallest of two sets together are found among the k smallest of each, so that such
sketches merge to the sketch of all rows. Fewer than k hashes are counted exactly.

Z. Bar-Yossef et al., "Counting distinct elements in a data stream", RANDOM 2002; K. Beyer et al., "On synopses for distinct-value
estimation under multiset operations", SIGMOD 2007.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable

from airflow_dre.values.scalars import Incomparable, Scalar

KEPT_HASHES = 2048
"""k: 40 KiB of text for each partition."""
_LOWEST = -(2**63)
STANDARD_ERROR = (KEPT_HASHES - 2) ** -0.5
SHOWN_ERROR = f"±{STANDARD_ERROR:.1%}".replace("%", " %")
"""The standard error in words: two counts of three lie closer."""


def read_hashes(answer: Scalar) -> frozenset[int]:
    """Return the hashes that a database joined into one text, empty where there was no value.

    :raises Incomparable: it is no list of hashes.
    """
    if answer is None or answer == "":
        return frozenset()
    try:
        return frozenset(map(int, str(answer).split(",")))
    except ValueError as error:
        raise Incomparable(f"{str(answer)[:40]!r} are no hashes") from error


def smallest(hashes: Iterable[int]) -> frozenset[int]:
    """Return the hashes that a sketch keeps."""
    different = set(hashes)
    return frozenset(different if len(different) <= KEPT_HASHES else heapq.nsmallest(KEPT_HASHES, different))


def spell_hashes(hashes: Iterable[int]) -> str:
    """Return hashes as one text, as a database joins them."""
    return ",".join(map(str, sorted(hashes)))


def estimate(hashes: frozenset[int]) -> int:
    """Return the number of different values: exact below the size of a sketch, and never below it otherwise."""
    if len(hashes) < KEPT_HASHES:
        return len(hashes)
    highest = max(hashes) - _LOWEST + 1
    return max(KEPT_HASHES, round((KEPT_HASHES - 1) * 2**64 / highest))


def is_exact(count: int) -> bool:
    """Return whether a count that :func:`estimate` returned is exact."""
    return count < KEPT_HASHES
