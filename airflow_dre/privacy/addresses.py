"""E-mail addresses, and what URLs hold before an ``@``, in a text that has a plain form."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

_MARKS = r"\u0300-\u036f\u0591-\u05c7\u0610-\u06ed\u0900-\u109f\u1780-\u17ff"
"""Marks that follow letters of Hebrew, Arabic and the scripts of India, which are no word characters to ``re``."""
_LETTER = rf"[\w{_MARKS}]"
_LABEL = rf"(?:{_LETTER}|-)++"
_DOMAIN = rf"(?:{_LABEL}\.)+(?:xn--[\w-]+|[^\W\d_](?:(?![\d_]){_LETTER})+)"
_EMAIL = re.compile(
    rf"(?<![\w{_MARKS}.!#%+~^-])(?<!\w')(?:[\w{_MARKS}.!#%+~^-]|(?<=\w)'(?=\w))++@(?:{_DOMAIN}|\[[0-9A-Fa-f.:IPv]{{7,60}}\])"
    rf"|\"[^\"\n@]{{1,64}}+\"@{_DOMAIN}"
)
"""``jane.doe@example.com``, ``"jane doe"@example.com`` and ``jane@[192.0.2.1]``."""

_AUTHORITY = re.compile(r"[^\s/?#\"'<>]*+")
_REST = re.compile(r"[^\n\"'<>]{0,400}+")
_HOST = re.compile(r"@(?=[\w.-]+(?::\d{1,5})?(?:[/?\s,;)\]}\"'>]|$))")
_PORT = re.compile(r"\d{1,5}(?![^/?#\s,;)\]}])")
_LONE_KEY = re.compile(r"(?=[^@]*\d)[^@:]{16,}")
_WEB = ("http", "https", "ftp", "s3", "gs", "file", "ws", "wss")
"""Schemes in whose addresses a slash ends the host: what follows may hold an ``@`` of its own."""
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,20}+$", re.IGNORECASE)
_WITHOUT_SCHEME = re.compile(r"(?<![\w.+:/-])[\w.+-]{1,64}:([^\s:/@\"'<>]{1,128})@(?=[\w.-]+:\d{2,5}\b|(?:tcp|unix)\()")


def find_addresses(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of every e-mail address, and of every login in another address."""
    if "@" not in text:
        return
    logins = sorted(_find_logins(text))
    yield from logins
    starts = [start for start, _ in logins]
    for found in _EMAIL.finditer(text):
        index = bisect_right(starts, found.start()) - 1
        if index < 0 or found.start() >= logins[index][1]:
            yield found.span()


def _find_logins(text: str) -> Iterator[tuple[int, int]]:
    """Yield every user with a password before the host of an address, as in ``postgres://user:password@host``.

    A password may hold ``/``, ``@``, ``:`` and spaces. In an address of the web, digits behind a colon are a port.
    """
    start = text.find("://")
    while start != -1:
        following = text.find("://", start + 3)
        yield from _login(text, start + 3, following if following != -1 else len(text))
        start = following
    yield from (found.span(1) for found in _WITHOUT_SCHEME.finditer(text))


def _login(text: str, start: int, most: int) -> Iterator[tuple[int, int]]:
    """Yield the login of the address whose authority begins at ``start`` and ends before ``most``."""
    authority = _AUTHORITY.match(text, start, most)
    if authority is None:
        return
    end = authority.end()
    last = text.rfind("@", start, end)
    if last != -1:
        if ":" in text[start:last] or _LONE_KEY.fullmatch(text, start, last):
            yield start, last
        if end < most and text[end] in "/?#" and not _is_web(text, start):
            yield from (place for place in _beyond(text, start, most, after=last) if "?" not in text[last : place[1]])
        return
    colon = text.find(":", start, end)
    if colon != -1 and not (_PORT.match(text, colon + 1, most) and (_is_web(text, start) or text[end : end + 1] not in ("/", " "))):
        yield from _beyond(text, start, most, after=colon)


def _beyond(text: str, start: int, most: int, *, after: int) -> Iterator[tuple[int, int]]:
    """Yield a login whose password holds what usually ends the authority: it goes up to the last ``@`` before a host."""
    rest = _REST.match(text, start, most)
    if rest is None:
        return
    places = [found.start() for found in _HOST.finditer(text, after + 1, rest.end())]
    if places:
        yield start, places[-1]


def _is_web(text: str, start: int) -> bool:
    scheme = _SCHEME.search(text[max(0, start - 23) : start - 3])
    return scheme is not None and scheme[0].lower() in _WEB
