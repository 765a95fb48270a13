"""The time at which files on a disk or in an object store were last changed."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any

from airflow_dre.engines.duckdb.locations import Place, read_places
from airflow_dre.errors import DefinitionError, FilesUnreachable, Problem
from airflow_dre.lineage.naming import name_files
from airflow_dre.values.dataset import DatasetName

_TIMES = ("mtime", "LastModified", "last_modified", "updated", "created")
"""Keys of fsspec's information about a file whose value is the time of its last change."""


def newest_file(path: str, subject: str) -> tuple[datetime | None, DatasetName]:
    """Return when the newest of the files that a path or a pattern refers to was changed, or None without a file, and their dataset.

    :raises DefinitionError: the path is a folder, or its store is unknown.
    :raises FilesUnreachable: the store does not answer, or does not report when a file changed.
    """
    try:
        (place,) = read_places(path, subject)
    except DefinitionError as error:
        raise DefinitionError([Problem(each.where, "file", each.value, each.allowed) for each in error.problems]) from None
    except ValueError as unknown:
        raise DefinitionError.about(subject, "file", path, f"a path, or a URL that ObjectStoragePath takes ({unknown})") from None
    if place.store is None and os.path.isdir(place.path):
        raise DefinitionError.about(subject, "file", path, f"a file, or a pattern such as {os.path.join(path, '*')!r}: it is a folder")
    times = [_changed(name, place) for name in place.find()]
    return max((time for time in times if time is not None), default=None), name_files(place.scheme, [place.inner], None, place.inner)


def _changed(name: str, place: Place) -> datetime | None:
    """Return when a file was changed, or None where it is gone by now."""
    try:
        if place.store is None:
            return datetime.fromtimestamp(os.stat(name).st_mtime, UTC)
        info = place.store.info(name)
    except FileNotFoundError:
        return None
    except Exception as error:  # every store has exceptions of its own
        raise FilesUnreachable(f"the store of {place.shown} does not answer: {type(error).__name__}") from error
    found = next((moment for key in _TIMES if (moment := _moment(info.get(key))) is not None), None)
    if found is None:
        raise FilesUnreachable(f"the store of {place.shown} does not report when a file changed")
    return found


def _moment(value: Any) -> datetime | None:
    if isinstance(value, (int, float)):
        return datetime.fromtimestamp(value, UTC)
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
