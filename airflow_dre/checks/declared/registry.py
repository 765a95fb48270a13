"""The registry of kinds of checks: those of this package, and those that other packages offer."""

from __future__ import annotations

import functools

from airflow_dre.checks.declared.builders import TABLE_KINDS
from airflow_dre.checks.declared.kind import CheckKind
from airflow_dre.checks.declared.row_builders import ROW_KINDS
from airflow_dre.plug_ins import find_plug_in

CHECK_KINDS: dict[str, CheckKind] = dict(sorted({**ROW_KINDS, **TABLE_KINDS}.items()))
"""The kinds of this package, by name."""
GROUP = "airflow_dre.checks"
"""Entry points of other packages: the name of a kind, and a ``CheckKind``."""


def find_kind(name: str) -> CheckKind | None:
    """Return a kind of check, or None where neither this package nor another has it.

    Entry points are read only for a name that is not ours.

    :raises PlugInError: the kind of another package does not load.
    """
    return CHECK_KINDS.get(name) or _installed_kind(name)


@functools.cache
def _installed_kind(name: str) -> CheckKind | None:
    return find_plug_in(GROUP, name, CheckKind)
