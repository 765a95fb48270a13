"""Files that a path, a pattern or a URL refers to, on a disk or in a store of Airflow's ``ObjectStoragePath``."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from airflow_dre.errors import DefinitionError, FilesUnreachable, Problem

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Place:
    """One path or pattern."""

    shown: str
    """As the author wrote it."""
    scheme: str
    """The scheme of its store. ``file`` on a disk."""
    path: str
    """The path within its store, without the scheme."""
    store: Any = None
    """The fsspec filesystem of its store, with the credentials of its connection. None on a disk."""

    @property
    def inner(self) -> str:
        """The path as lineage names it: on a disk from its root, in a store from its bucket or host."""
        return self.path if self.store is None else self.path.removeprefix(f"{self.scheme}://").lstrip("/")

    def find(self) -> list[str]:
        """Return the names of its files, as DuckDB opens them.

        :raises FilesUnreachable: the store does not answer.
        """
        if self.store is None:
            if os.path.lexists(self.path) or not glob.has_magic(self.path):
                return [self.path] if os.path.isfile(self.path) else []
            return sorted(name for name in glob.iglob(self.path, recursive=True) if os.path.isfile(name))
        try:
            if glob.has_magic(self.path) and not self.store.exists(self.path):
                names = sorted(str(name) for name, found in self.store.glob(self.path, detail=True).items() if found["type"] == "file")
            else:
                names = [self.path] if self.store.isfile(self.path) else []
        except Exception as error:  # every store has exceptions of its own
            raise FilesUnreachable(f"the store of {self.shown} does not answer: {type(error).__name__}") from error
        return [str(self.store.unstrip_protocol(name)) for name in names]


def read_places(given: Any, subject: str) -> tuple[Place, ...]:
    """Return the places that a text, a path, an ``ObjectStoragePath`` or a list of these refers to.

    :raises DefinitionError: they are in more than one store, or in an unknown one.
    """
    several = given if isinstance(given, (list, tuple)) else [given]
    places = tuple(_place(each, subject) for each in several)
    stores = {(place.scheme, id(place.store)) for place in places}
    if len(stores) > 1:
        raise DefinitionError([Problem(subject, "data", [place.shown for place in places], "paths of one store and one connection")])
    return places


def find_files(places: Iterable[Place], subject: str) -> list[str]:
    """Return every file, once, in the order of the places.

    :raises DefinitionError: a place is a folder, or a name looks like a pattern.
    :raises FilesUnreachable: no file is there for one of the places, or their store does not answer.
    """
    found: dict[str, None] = {}
    for place in places:
        _refuse_odd_bytes([place.path], subject)
        names = place.find()
        _refuse_odd_bytes(names, subject)
        if not names:
            if place.store is None and os.path.isdir(place.path):
                allowed = f"files, for example {os.path.join(place.shown, '*.parquet')}: it is a folder"
                raise DefinitionError([Problem(subject, "data", place.shown, allowed)])
            what = "no file matches" if glob.has_magic(place.path) else "there is no file"
            raise FilesUnreachable(f"{what} {place.shown}")
        found |= dict.fromkeys(names)
    if odd := [name for name in found if "\\" in name and glob.has_magic(name)]:  # DuckDB reads it as the end of a folder there
        raise DefinitionError([Problem(subject, "data", name, "names of files without a backslash beside *, ? or [") for name in odd])
    return list(found)


def _refuse_odd_bytes(names: Iterable[str], subject: str) -> None:
    """Refuse names that are not UTF-8. Python reads their bytes as halves of surrogate pairs, which nothing else can hold.

    :raises DefinitionError: a name is not UTF-8.
    """
    odd = [name for name in names if any("\ud800" <= sign <= "\udfff" for sign in name)]
    if odd:
        shown = [name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace") for name in odd]
        raise DefinitionError([Problem(subject, "data", name, "files whose names are UTF-8: rename it") for name in shown[:_SHOWN]])


def is_path(given: object) -> bool:
    """Return whether it is one path, pattern or URL."""
    return isinstance(given, (str, os.PathLike)) or _is_object_path(given)


def is_paths(given: object) -> bool:
    """Return whether it is one path, pattern or URL, or several."""
    return is_path(given) or (isinstance(given, (list, tuple)) and bool(given) and all(map(is_path, given)))


def texts_of(given: Any) -> Sequence[str]:
    """Return paths as texts."""
    return [str(each) for each in (given if isinstance(given, (list, tuple)) else [given])]


def _is_object_path(given: object) -> bool:
    return any(kind.__name__ == "ObjectStoragePath" and kind.__module__.startswith("airflow.") for kind in type(given).__mro__)


def _place(given: Any, subject: str) -> Place:
    shown = None if _is_object_path(given) else os.fspath(given)
    if shown is not None:
        if "://" not in shown:
            return Place(shown, "file", os.path.abspath(shown))
        from airflow.sdk import ObjectStoragePath

        given = ObjectStoragePath(shown)
    if given.protocol in ("", "file", "local"):
        return Place(shown or given.path, "file", os.path.abspath(given.path))
    try:
        store = given.fs
    except ValueError as unknown:
        allowed = f"a path on a disk, or a URL of a store that an installed Airflow provider knows ({unknown})"
        raise DefinitionError([Problem(subject, "data", shown or str(given), allowed)]) from unknown
    place = Place("", given.protocol, str(given.path), store)
    account = f"{given.conn_id}@" if given.conn_id else ""
    return replace(place, shown=shown or f"{place.scheme}://{account}{place.inner}")
