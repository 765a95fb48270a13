"""Functions that SQLite lacks and statements need."""

from __future__ import annotations

import hashlib
from typing import Any

from airflow_dre.engines.sqlite.regexps import Regexps


def add_functions(connection: Any, regexps: Regexps) -> None:
    """Add REGEXP and the hash of 64 bits that the dialect calls ``dre_hash``."""
    connection.create_function("regexp", 2, regexps.search, deterministic=True)
    connection.create_function("dre_hash", -1, hash_values, deterministic=True)


def hash_values(*values: object) -> int:
    """Return a signed number of 64 bits of values that are not NULL.

    1 and 1.0, which are equal to SQLite, have the same.
    """
    same = tuple(int(value) if isinstance(value, float) and value.is_integer() else value for value in values)
    return int.from_bytes(hashlib.blake2b(repr(same).encode(errors="surrogatepass"), digest_size=8).digest(), "big", signed=True)
