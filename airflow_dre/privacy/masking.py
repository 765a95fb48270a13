"""The masks of results, which hide values of named columns and secrets that their form or check digits reveal."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase

from airflow_dre.privacy.addresses import find_addresses
from airflow_dre.privacy.cards import find_cards
from airflow_dre.privacy.credentials import find_credentials
from airflow_dre.privacy.ibans import find_ibans
from airflow_dre.privacy.named_secrets import find_named_secrets, names_a_secret
from airflow_dre.privacy.plain_text import views_of
from airflow_dre.values.text_limits import cut, one_line

HIDDEN = "***"
"""Replacement of a masked value."""
LONGEST = 500
"""Characters of a cell that are kept."""
SHOWN = 32_000
"""Characters of a text that are masked and come back. A longer one is cut there. Every caller keeps fewer."""
_JUDGED = SHOWN + 8_000
"""Characters that are searched, so that a secret that begins before :data:`SHOWN` and ends behind it is found."""
_SEEN_BEYOND = 500
"""Characters that must be left of those behind :data:`SHOWN` when escapes are undone: no number with its gaps is as long."""
_OF_TOKENS = string.ascii_letters + string.digits + "-_.+/=~%"
"""Characters of tokens, whose number has no limit."""
_READ = 4_000
_TORN = 100
"""Characters at the end of what was read of a longer text, in which a number may be cut in two."""
_QUOTED = re.compile(r"\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*'|(?<=value: )[^\s\"']\S*|(?<=\)=)\([^)]*\)")
"""Quotes in a driver's message: a name, or a value of a row."""


_FINDERS = (find_credentials, find_named_secrets, find_addresses, find_ibans, find_cards)


def masked(text: str) -> str:
    """Return the text without card numbers, IBANs, e-mail addresses, access keys, tokens and passwords.

    The time grows with the length of the text and no faster, whatever is in it, and not beyond 40,000 characters. What is written with
    escapes (JSON, URLs, XML), with invisible characters or with characters of full width is found too.

    Of a longer text the first 32,000 characters are masked and come back, followed by ``…`` and the length of the whole. Nothing behind
    them is shown, and nothing of a secret that the cut goes through.
    """
    judged = text[:_JUDGED]
    places = {view.original(*place) for view in views_of(judged) for find in _FINDERS for place in find(view.text)}
    if len(text) <= _JUDGED:
        return _without(text, places)
    end = _end_of_shown(judged)
    kept = _without(judged[:end], {(start, min(stop, end)) for start, stop in places if start < end})
    return f"{kept[:SHOWN]}… ({len(text)} characters)"


def _end_of_shown(judged: str) -> int:
    """Return where to cut a long text, so that nothing is shown of a secret that goes on beyond what is judged.

    A token that fills all that is judged behind :data:`SHOWN` is left out from its start. Nothing is shown where escapes and invisible
    characters take up that much.
    """
    *_, beyond = views_of(judged[SHOWN:])
    if len(beyond.text) < _SEEN_BEYOND:
        return 0
    return SHOWN if judged[SHOWN:].strip(_OF_TOKENS) else len(judged[:SHOWN].rstrip(_OF_TOKENS))


def masked_line(text: str, longest: int) -> str:
    """Return a text that may be shown: masked, as one line with control characters escaped, and cut at ``longest`` characters.

    Of a longer text only the beginning is read. What is cut in two, such as half the number of a card, is left out.
    """
    read = max(_READ, 2 * longest)
    whole = len(text) <= read
    return one_line(masked(text) if whole else cut(f"{masked(text[:read])[:-_TORN]}…", longest), longest)


def _without(text: str, places: Iterable[tuple[int, int]]) -> str:
    pieces, done = [], 0
    for start, end in sorted(places, key=lambda place: (place[0], -place[1])):
        if start >= done:
            pieces += [text[done:start], HIDDEN]
        done = max(done, end)
    return "".join(pieces) + text[done:] if pieces else text


@dataclass(frozen=True, slots=True, kw_only=True)
class Mask:
    """Columns whose values are never shown."""

    columns: tuple[str, ...] = ()
    """Names of columns, or patterns with ``*``. Upper and lower case are the same."""

    def hides(self, column: str) -> bool:
        """Return whether the values of a column are never shown: it is listed, or it is called ``password`` or the like."""
        return names_a_secret(column) or any(_is_like(column.lower(), pattern.lower()) for pattern in self.columns)

    def cell(self, column: str, value: object) -> str | None:
        """Return the value of a column as text that may be kept, or None for NULL."""
        if value is None:
            return None
        return HIDDEN if self.hides(column) else masked_line(_as_text(value), LONGEST)


def _is_like(column: str, pattern: str) -> bool:
    return column == pattern or fnmatchcase(column, pattern.replace("[", "[[]"))


def without_quotes(text: str, known: Iterable[str]) -> str:
    """Return a driver's message without what it quotes, names that are ``known`` excepted: it may be a value of any column."""
    names = set(known)
    return _QUOTED.sub(lambda quoted: quoted[0] if quoted[0].strip("\"'") in names else HIDDEN, text)


def _as_text(value: object) -> str:
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"({len(value)} bytes)"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        return f"{value:.0f}"  # a number of a card in a column of floats is still one
    return value.isoformat() if isinstance(value, date) else str(value)
