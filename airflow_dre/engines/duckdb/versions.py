"""Partitions of files in folders such as ``day=2026-01-05``, and their versions, without reading a row."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

from airflow_dre.errors import FilesUnreachable
from airflow_dre.values.scalars import Incomparable, Row

_NULL = "__HIVE_DEFAULT_PARTITION__"
_STAMPS = ("ETag", "etag", "generation", "md5Hash", "content_md5", "LastModified", "last_modified", "mtime", "updated", "created")
"""Keys of fsspec's information about a file whose values change with the file."""


def folder_versions(files: Sequence[str], store: Any, column: str) -> list[Row]:
    """Return the value of a partition and a version, for each file.

    :param files: the names of the files, as they were found.
    :param store: the fsspec filesystem of the files; None: the disk.
    :raises FilesUnreachable: a file is gone meanwhile, or its store does not answer.
    :raises Incomparable: a file is in no folder of the column, or its store does not report changes.
    """
    return [(_value(file, column), f"{file} {_version(file, store)}") for file in files]


def _value(file: str, column: str) -> str | None:
    found = [folder.partition("=")[2] for folder in file.split("/")[:-1] if folder.partition("=")[0] == column and "=" in folder]
    if not found:
        raise Incomparable(f"{file} is in no folder {column}=..., so that its partition is not known: set changes=")
    return None if found[-1] == _NULL else unquote(found[-1])


def _version(file: str, store: Any) -> str:
    try:
        if store is None:
            status = os.stat(file)
            return f"{status.st_size}:{status.st_mtime_ns}:{status.st_ino}"
        info = store.info(file)
    except Exception as error:  # every store has exceptions of its own
        raise FilesUnreachable(f"{file} was found and is gone, or its store does not answer: {type(error).__name__}") from None
    stamps = [f"{key}={info[key]}" for key in _STAMPS if info.get(key) is not None]
    if not stamps:
        raise Incomparable(f"the store of {file} does not report when a file changed: set changes=")
    return f"{info.get('size')}:{':'.join(stamps)}"
