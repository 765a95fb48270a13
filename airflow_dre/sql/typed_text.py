"""Whether a text can be read as a value of a type, for databases that cannot try a cast."""

from __future__ import annotations

from airflow_dre.checks.rules import Kind

_DAY = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
PATTERNS = {
    Kind.INTEGER: r"^\s*[-+]?[0-9]+\s*$",
    Kind.NUMBER: r"^\s*[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?\s*$",
    Kind.BOOLEAN: r"^\s*([tT][rR][uU][eE]|[fF][aA][lL][sS][eE]|[tT]|[fF]|[yY][eE][sS]|[nN][oO]|[yY]|[nN]|[oO][nN]|[oO][fF][fF]|1|0)\s*$",
    Kind.DATE: rf"^\s*{_DAY}\s*$",
    Kind.TIMESTAMP: rf"^\s*{_DAY}([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?\s*(Z|[-+][0-9]{{2}}(:?[0-9]{{2}})?)?)?\s*$",
    Kind.UUID: r"^\s*[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\s*$",
}
"""ISO 8601 for dates and timestamps; a day that a month does not have (30 February) is taken for a date."""

TYPES = {Kind.INTEGER: "BIGINT", Kind.NUMBER: "DOUBLE", Kind.BOOLEAN: "BOOLEAN", Kind.DATE: "DATE", Kind.TIMESTAMP: "TIMESTAMP"}
"""What a text is cast to where a database can try a cast; it has no type for the others, or not everywhere."""
