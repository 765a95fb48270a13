"""Bounds of the names that an author chooses: the results store keeps them, compares them and puts them in its indexes."""

from __future__ import annotations

import re
from collections.abc import Mapping

from airflow_dre.errors import Problem

LONGEST_NAME = 250
"""Most characters of the name of a suite, check, route or deadline, or of a column of segments."""
LONGEST_DATASET = 500
"""Most characters of the name of a dataset or table."""
LONGEST_SQL = 100_000
"""Most characters of a condition or an expression of SQL."""
_SHOWN = 60
_UNKEPT = re.compile("[\x00\ud800-\udfff]")
_KEPT = "text without NUL and halves of surrogate pairs"


def find_name_problems(subject: str, given: Mapping[str, object], longest: int = LONGEST_NAME) -> list[Problem]:
    """Return the texts, other than templates, that the store could not keep as names.

    :param subject: object that messages name, for example ``QualityCheckOperator check``.
    :param given: values by argument.
    :param longest: most characters of a name.
    """
    return [
        Problem(subject, argument, name if len(name) <= _SHOWN else f"{name[:_SHOWN]}…", allowed)
        for argument, name in given.items()
        if isinstance(name, str) and "{{" not in name and "{%" not in name and (allowed := _why_not(name, longest))
    ]


def _why_not(name: str, longest: int) -> str | None:
    if len(name) > longest:
        return f"at most {longest} characters; it has {len(name)}"
    return _KEPT if _UNKEPT.search(name) else None
