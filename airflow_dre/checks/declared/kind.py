"""The description of a kind of check, by which our own kinds and those of other packages are declared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from airflow_dre.checks.check import Check
from airflow_dre.checks.declared.arguments import Arguments


@dataclass(frozen=True, slots=True)
class CheckKind:
    """A kind of check.

    Another package offers one by an entry point of the group ``airflow_dre.checks``, whose name is the name of the kind.
    """

    read: Callable[[Arguments], Check]
    """Reads the arguments of a declaration. Mistakes are noted by :meth:`Arguments.refuse`, and a harmless check is returned."""
    numbers: frozenset[str] = frozenset()
    """Arguments that are numbers: a template in one that renders to the text of a number becomes that number."""
