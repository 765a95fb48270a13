"""Objects that a Dag file makes, remembered in the file's own module, so that another object of the same file finds them.

Every Dag file imports this module. The list goes with the module: a file that is read again begins anew.
"""

from __future__ import annotations

import sys
from typing import Any

_KEPT = "__airflow_dre_made__"
_PACKAGE = __name__.partition(".")[0]


def remember_made(thing: Any) -> None:
    """Remember an object as made by the file that calls this package."""
    _made_by(_calling_file()).append(thing)


def made_here(kind: str) -> list[Any]:
    """Return the objects of a class, by its name, that the file which calls this package has made, in their order."""
    return [thing for thing in _made_by(_calling_file()) if type(thing).__name__ == kind]


def _made_by(names: dict[str, Any]) -> list[Any]:
    made: list[Any] = names.setdefault(_KEPT, [])
    return made


def _calling_file() -> dict[str, Any]:
    """Return the names of the first module on the stack that is not of this package."""
    frame = sys._getframe(1)
    while frame.f_back is not None and str(frame.f_globals.get("__name__", "")).partition(".")[0] == _PACKAGE:
        frame = frame.f_back
    return frame.f_globals
