"""A filesystem for DuckDB with the files of a store that were found before, and no other."""

from __future__ import annotations

import glob
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from fsspec.spec import AbstractFileSystem

_UNKNOWN = datetime(1970, 1, 1, tzinfo=UTC)


def known_files(store: Any, names: Iterable[str]) -> Any:
    """Return a filesystem of fsspec that opens only files of another.

    :param store: the filesystem that has them, with the credentials of its connection.
    """
    filesystem = AbstractFileSystem(skip_instance_cache=True)
    filesystem.protocol = store.protocol
    known = _KnownFiles(store, names)
    for method in (known.exists, known.glob, known.info, known.modified, known.open):
        setattr(filesystem, method.__name__, method)
    return filesystem


class _KnownFiles:
    """The methods of a filesystem that DuckDB calls, most of them without a call to the store.

    DuckDB takes the names of files for patterns.
    """

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
        """Return the store's information about a file, such as its size."""
        info: dict[str, Any] = self._store.info(path, **options)
        return info

    def open(self, path: str, mode: str = "rb", **options: Any) -> Any:
        """Return a file that is open."""
        return self._store.open(path, mode, **options)

    def modified(self, path: str) -> datetime:
        """Return the time of the last change of a file. DuckDB needs one, and not every store has it."""
        try:
            changed: datetime = self._store.modified(path)
        except NotImplementedError:
            return _UNKNOWN
        return changed
