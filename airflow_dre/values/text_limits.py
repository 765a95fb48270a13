"""The longest texts that leave with a result, an incident or a line of a log, and control characters shown as what they are.

A text may come from a row, a name of a catalogue or the message of a driver. It is cut, so that one long value is not kept a hundred times,
and escaped, so that it writes no line of its own and moves no terminal.
"""

from __future__ import annotations

import re

NAME = 500
"""Characters of the name of a check, a column, a table or a segment."""
OBSERVED = 500
"""Characters of an observed value, and of what was expected."""
REASON = 2_000
"""Characters of a reason."""
STATEMENT = 20_000
"""Characters of a SQL statement."""
TITLE = 1_000
"""Characters of the title of an incident."""
DETAIL = 10_000
"""Characters of the detail of an entry of a timeline."""

_LINE = (
    "\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f"
)
"""Controls of terminals, ends of lines, marks of direction and characters that are not seen, but for the joiners that scripts need."""
_IN_LINE = re.compile(f"[{_LINE}]")
_IN_LINES = re.compile(f"(?![\n\t])[{_LINE}]")


def one_line(text: str, longest: int) -> str:
    """Return a text as one line of at most ``longest`` characters, with control characters escaped as in Python.

    A text that is cut ends with ``…``. What is safe comes back unchanged, so that doing it twice changes nothing.
    """
    return cut(escaped(text[: longest + 1]), longest)


def lines(text: str, longest: int) -> str:
    """Return the same of a text that may have lines: line breaks and tabs stay."""
    return cut(_IN_LINES.sub(_escaped, text[: longest + 1]), longest)


def escaped(text: str) -> str:
    """Return a text as one line of any length, with control characters escaped."""
    return text if text.isascii() and text.isprintable() else _IN_LINE.sub(_escaped, text)


def cut(text: str, longest: int) -> str:
    """Return a text of at most ``longest`` characters, with ``…`` at the end of one that is cut."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()
