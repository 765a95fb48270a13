"""Default names of one suite that would be equal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from airflow_dre.checks.check import Check
from airflow_dre.values.text_limits import one_line

LONGEST_WHERE = 60
"""Characters of a filter that a name holds."""
_DIGITS = 6


def distinguish_names(checks: Sequence[Check]) -> tuple[Check, ...]:
    """Return the checks of a suite with different default names.

    A name that two checks share gets the filter of its check, and a part of its id where that does not suffice. Every id stays, and so do
    names by authors.
    """
    given = {check.options.name for check in checks}
    shared = Counter(check.default_name for check in checks if check.options.name is None)
    same = {name for name, times in shared.items() if times > 1 or name in given}
    return _with_endings(_with_endings(checks, same, _filter_of), None, _id_of)


def _with_endings(checks: Sequence[Check], same: set[str] | None, ending: Callable[[Check], str]) -> tuple[Check, ...]:
    """Return checks with an ending for each of some default names.

    :param same: the names; None: those that are still shared.
    """
    times = Counter(check.name for check in checks)
    return tuple(
        replace(check, options=replace(check.options, suffix=check.options.suffix + ending(check)))
        if check.options.name is None and (times[check.name] > 1 if same is None else check.default_name in same)
        else check
        for check in checks
    )


def _filter_of(check: Check) -> str:
    words = " ".join((check.options.where or "").split())
    return f" where {one_line(words, LONGEST_WHERE)}" if words else ""


def _id_of(check: Check) -> str:
    return f" #{check.id[:_DIGITS]}"
