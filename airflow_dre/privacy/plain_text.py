"""Views of a text in which secrets have their plain form: ASCII digits and punctuation, no invisible characters, no escapes.

Each view remembers where its characters come from, so that what is found in it is cut out of the text itself.
"""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

INVISIBLE = "\u200b"
"""Placeholder for each character without a width of its own until it is dropped."""
_DEEPEST = 4
"""Levels of escapes that are undone: JSON in JSON in JSON, and one more."""
_NO_WIDTH = {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0, *range(0xFE00, 0xFE10)}
_OTHERS = {
    **dict.fromkeys(map(ord, "\u2018\u2019\u201a\u201b\u02bc"), "'"),
    **dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f\u00ab\u00bb"), '"'),
    **dict.fromkeys(map(ord, "\u2212\u2043"), "-"),
    **dict.fromkeys(map(ord, "\u3002\uff61\u2024"), "."),
    **dict.fromkeys(map(ord, "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"), "\n"),
    ord("\ufe55"): ":",
    ord("\ufe6b"): "@",
}


class _Plain(dict[int, str]):
    """The plain character for each character, as ``str.translate`` takes it, filled as characters occur."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _plain_character(chr(code))
        return found


def _plain_character(character: str) -> str:
    code, category = ord(character), unicodedata.category(character)
    if code in _OTHERS:
        return _OTHERS[code]
    if code < 0x80:
        return character
    if 0xFF01 <= code <= 0xFF5E:
        return chr(code - 0xFEE0)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category == "Cf" or code in _NO_WIDTH:
        return INVISIBLE
    return {"Zs": " ", "Pd": "-"}.get(category, character)


_PLAIN = _Plain()
_INVISIBLE = re.compile(f"{INVISIBLE}+")
_ESCAPE = re.compile(
    r"(\\++)(u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|[nrtbf\"'/])?"
    r"|%(?:25){0,4}([0-9A-Fa-f]{2})"
    r"|&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|quot|apos|amp|lt|gt|nbsp|commat|colon|equals|shy);"
)
"""Backslashes with what they escape, a character of a URL, or an entity of XML."""
_LETTERS = {"n": "\n", "r": "\n", "t": "\t", "b": " ", "f": "\n"}


@dataclass(frozen=True, slots=True)
class View:
    """A text made of another one."""

    text: str
    source: View | None = None
    at: list[int] = field(default_factory=lambda: [0])
    """Offsets from which on the text is copied from :attr:`origins`."""
    origins: list[int] = field(default_factory=lambda: [0])

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the place in the first text of a place in this one."""
        view: View | None = self
        while view is not None and view.source is not None:
            start, end = view._before(start), view._before(end)
            view = view.source
        return start, end

    def _before(self, offset: int) -> int:
        index = bisect_right(self.at, offset) - 1
        return self.origins[index] + offset - self.at[index]


def views_of(text: str) -> Iterator[View]:
    """Yield the plain view of a text, and one more for each level of escapes in it."""
    view = View(text if text.isascii() else text.translate(_PLAIN))
    if INVISIBLE in view.text:
        view = _replaced(view, _INVISIBLE, lambda _: "")
    yield view
    for _ in range(_DEEPEST):
        if not any(sign in view.text for sign in ("\\", "%", "&")):
            return
        deeper = _replaced(view, _ESCAPE, _undone)
        if deeper.text == view.text:
            return
        if not deeper.text.isascii() and INVISIBLE in (plain := deeper.text.translate(_PLAIN)):
            deeper = _replaced(View(plain, view, deeper.at, deeper.origins), _INVISIBLE, lambda _: "")
        elif not deeper.text.isascii():
            deeper = View(plain, view, deeper.at, deeper.origins)
        view = deeper
        yield view


def _replaced(view: View, pattern: re.Pattern[str], replacement: Callable[[re.Match[str]], str]) -> View:
    pieces: list[str] = []
    at, origins = [0], [0]
    done = size = 0
    for found in pattern.finditer(view.text):
        start, end = found.span()
        new = replacement(found)
        if start > done:
            pieces.append(view.text[done:start])
            size += start - done
            at.append(size)
            origins.append(start)
        pieces.append(new)
        size += len(new)
        at.append(size)
        origins.append(end)
        done = end
    pieces.append(view.text[done:])
    return View("".join(pieces), view, at, origins)


def _undone(found: re.Match[str]) -> str:
    """Return one level of an escape undone."""
    if found[1]:
        size, escaped = len(found[1]), found[2] or ""
        return "\\" * (size // 2) + (_character(escaped) if size % 2 and escaped else escaped)
    if found[3]:
        code = int(found[3], 16)
        return chr(code) if code < 0x80 else " "  # a part of a character beyond ASCII, such as a space that does not break
    return html.unescape(found[0])


def _character(escaped: str) -> str:
    if escaped[0] in "ux" and len(escaped) > 1:
        return chr(int(escaped[1:], 16))
    return _LETTERS.get(escaped, escaped)
