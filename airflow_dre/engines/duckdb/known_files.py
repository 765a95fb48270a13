"""The files of a store, as DuckDB meets them: those that were found before, and no other."""

from __future__ import annotations

import glob
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from fsspec.spec import AbstractFileSystem

_UNKNOWN = datetime(1970, 1, 1, tzinfo=UTC)


def known_files(store: Any, names: Iterable[str]) -> Any:
    """Return a filesystem of fsspec that opens files of another.

    :param store: the filesystem that has them, with the credentials of its connection.
    """
    filesystem = AbstractFileSystem(skip_instance_cache=True)
    filesystem.protocol = store.protocol
    known = _KnownFiles(store, names)
    for method in (known.exists, known.glob, known.info, known.modified, known.open):
        setattr(filesystem, method.__name__, method)
    return filesystem


class _KnownFiles:
    """What DuckDB asks of a filesystem, answered without asking the store twice; it takes the names of files for patterns."""

    def __init__(self, store: Any, names: Iterable[str]) -> None:
        self._store = store
        self._names = {glob.escape(name): name for name in names}

    def glob(self, path: str, **options: Any) -> list[str]:
        """Return the one file that a name means."""
        return [self._names[path]] if path in self._names else []

    def exists(self, path: str, **options: Any) -> bool:
        """Return whether a file was found."""
        return path in self._names.values()

    def info(self, path: str, **options: Any) -> dict[str, Any]:
        """What the store tells of a file, its size for one."""
        told: dict[str, Any] = self._store.info(path, **options)
        return told

    def open(self, path: str, mode: str = "rb", **options: Any) -> Any:
        """Return a file that is open."""
        return self._store.open(path, mode, **options)

    def modified(self, path: str) -> datetime:
        """When a file was changed; DuckDB needs some answer, and not every store has one."""
        try:
            told: datetime = self._store.modified(path)
        except NotImplementedError:
            return _UNKNOWN
        return told
