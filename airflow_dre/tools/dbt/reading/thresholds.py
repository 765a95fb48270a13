"""The conditions ``warn_if`` and ``error_if`` of dbt, as the most failures that are accepted."""

from __future__ import annotations

import re

USUAL = "!= 0"
"""The default of dbt."""
ALLOWED = "'> 10', '>= 11' or '!= 0': the number of failures that is too high"
_CONDITION = re.compile(r"(>=|>|!=|<>) ?(\d+)")


def most_accepted(condition: str) -> int | None:
    """Return the most failures that a condition accepts, or None where it is not a limit."""
    found = _CONDITION.fullmatch(condition.strip())
    if found is None:
        return None
    operator, number = found[1], int(found[2])
    if operator == ">":
        return number
    if operator == ">=":
        return number - 1 if number else None
    return 0 if number == 0 else None
