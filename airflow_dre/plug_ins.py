"""Objects that other packages offer to airflow-dre, by entry point."""

from __future__ import annotations

import importlib.metadata
from importlib.metadata import EntryPoint
from typing import TypeVar

from airflow_dre.errors import PlugInError, text_of

T = TypeVar("T")


def find_plug_in(group: str, name: str, kind: type[T]) -> T | None:
    """Return the object that an installed package offers under a name, or None where no package does.

    Installed packages are searched, which takes some milliseconds: look a name up among our own first.

    :param group: such as ``airflow_dre.dialects``.
    :param kind: the type of the object.
    :raises PlugInError: it does not load, it is of another type, or several packages offer it.
    """
    offered = importlib.metadata.entry_points(group=group, name=name)
    if not offered:
        return None
    if len(offered) > 1:
        packages = ", ".join(sorted(_package(entry) for entry in offered))
        raise PlugInError(f"several packages offer {name} as {group}: {packages}; uninstall all but one")
    (entry,) = offered
    found = _loaded(entry)
    if not isinstance(found, kind):
        raise PlugInError(f"{_described(entry)} is no {kind.__name__}, but of type {type(found).__name__}")
    return found


def describe_plug_in(group: str, name: str) -> str:
    """Return the entry point and the package that offer an object, for messages."""
    return " and ".join(map(_described, importlib.metadata.entry_points(group=group, name=name)))


def plug_in_names(group: str) -> list[str]:
    """Return the names under which installed packages offer objects."""
    return sorted({entry.name for entry in importlib.metadata.entry_points(group=group)})


def _loaded(entry: EntryPoint) -> object:
    try:
        return entry.load()
    except (Exception, SystemExit) as error:  # a module of somebody else may raise anything when it is imported
        raise PlugInError(f"{_described(entry)} does not load: {foreign_reason(error)}") from error


def foreign_reason(error: BaseException) -> str:
    """Return the class and the text of an error of another package, masked."""
    from airflow_dre.privacy.masking import masked_line  # its expressions take time to compile, and most Dags have no such error
    from airflow_dre.values.text_limits import REASON

    return masked_line(f"{type(error).__name__}: {text_of(error)}", REASON)


def _described(entry: EntryPoint) -> str:
    return f"the entry point {entry.name} = {entry.value} of {_package(entry)}"


def _package(entry: EntryPoint) -> str:
    return "an unknown package" if entry.dist is None else f"{entry.dist.name} {entry.dist.version}"
