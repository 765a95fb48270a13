"""``warn_if`` and ``error_if`` of dbt: conditions on the number of failures, as the most failures that are accepted."""

from __future__ import annotations

import re

USUAL = "!= 0"
"""What dbt takes where nothing is said."""
ALLOWED = "'> 10', '>= 11' or '!= 0': the number of failures from which on it is too much"
_CONDITION = re.compile(r"(>=|>|!=|<>) ?(\d+)")


def most_accepted(condition: str) -> int | None:
    """Return the most failures that a condition is silent about; None where it asks for something else than too many."""
    found = _CONDITION.fullmatch(condition.strip())
    if found is None:
        return None
    operator, number = found[1], int(found[2])
    if operator == ">":
        return number
    if operator == ">=":
        return number - 1 if number else None
    return 0 if number == 0 else None
