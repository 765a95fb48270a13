"""Patterns of texts that can be read as values of a type."""

from __future__ import annotations

from airflow_dre.checks.rules import TextType

_LEAP_YEAR = "([0-9][0-9](0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)"
_DAY = (
    "(([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8])))"
    f"|({_LEAP_YEAR}-02-29))"
)
"""A day of the Gregorian calendar."""
_BOOLEAN = r"^\s*([tT][rR][uU][eE]|[fF][aA][lL][sS][eE]|[tT]|[fF]|[yY][eE][sS]|[nN][oO]|[yY]|[nN]|[oO][nN]|[oO][fF][fF]|1|0)\s*$"
_TIMESTAMP = rf"^\s*{_DAY}([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?\s*(Z|[-+][0-9]{{2}}(:?[0-9]{{2}})?)?)?\s*$"
PATTERNS = {
    TextType.INTEGER: r"^\s*[-+]?[0-9]+\s*$",
    TextType.NUMBER: r"^\s*[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?\s*$",
    TextType.BOOLEAN: _BOOLEAN,
    TextType.DATE: rf"^\s*{_DAY}\s*$",
    TextType.TIMESTAMP: _TIMESTAMP,
    TextType.UUID: r"^\s*[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\s*$",
}
"""ISO 8601 for dates and timestamps. A cast would be shorter, but no two databases take the same texts: some round 1.5 to an integer."""
