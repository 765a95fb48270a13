"""A dataset's name: its OpenLineage namespace and name, and the short form that people read."""

from __future__ import annotations

from dataclasses import dataclass

_ENDINGS = (".parquet", ".csv", ".csv.gz", ".tsv", ".tsv.gz", ".jsonl", ".jsonl.gz", ".ndjson")
"""Endings of files in a bucket itself, whose names would otherwise be read as ``schema.table``."""


_USUAL_SCHEMAS = ("main", "public", "dbo", "default", "query")
"""Default schemas, which short names leave out."""


PATTERN_SIGNS = "*?["
"""Characters that make a path a pattern."""


@dataclass(frozen=True, slots=True)
class DatasetName:
    """A dataset as OpenLineage names it."""

    namespace: str
    name: str


def short_name(name: str) -> str:
    """Return the short name of a dataset: its table, after the schema unless that is a default one.

    The short name of a pattern of files is its last part with its folder.
    """
    if "/" not in name:
        if name.endswith(_ENDINGS):
            return name
        *_, schema, table = ["", *name.split(".")]
        return f"{schema}.{table}" if schema and schema.lower() not in _USUAL_SCHEMAS else table
    *folders, last = name.rstrip("/").split("/")
    return f"{folders[-1]}/{last}" if folders and folders[-1] and set(last) & set(PATTERN_SIGNS) else last
