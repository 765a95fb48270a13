"""A dataset's name: its OpenLineage namespace and name, and the short form that people read."""

from __future__ import annotations

from dataclasses import dataclass

_ENDINGS = (".parquet", ".csv", ".csv.gz", ".tsv", ".tsv.gz", ".jsonl", ".jsonl.gz", ".ndjson")
"""Endings of files in a bucket itself, whose names would otherwise be read as ``schema.table``."""


_USUAL_SCHEMAS = ("main", "public", "dbo", "default", "query")
"""Schemas of tables that name none, which tell nothing."""


PATTERN_SIGNS = "*?["
"""What makes a pattern of a path."""


@dataclass(frozen=True, slots=True)
class DatasetName:
    """A dataset as OpenLineage names it."""

    namespace: str
    name: str


def short_name(name: str) -> str:
    """Return what people call a dataset: its table, after the schema unless that is the usual one of its database.

    Of a pattern of files it is the last part with the folder that they lie in.
    """
    if "/" not in name:
        if name.endswith(_ENDINGS):
            return name
        *_, schema, table = ["", *name.split(".")]
        return f"{schema}.{table}" if schema and schema.lower() not in _USUAL_SCHEMAS else table
    *folders, last = name.rstrip("/").split("/")
    return f"{folders[-1]}/{last}" if folders and folders[-1] and set(last) & set(PATTERN_SIGNS) else last
