"""Numbers of payment cards in a text: the length and the first digits of a known issuer, and the check digit (ISO/IEC 7812-1, Luhn)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_GAP = "[ \\t\u00a0\u2007\u2009\u202f._/\u2010-\u2015-]"
_RUN = re.compile(rf"\d(?:{_GAP}{{0,3}}\d){{12,}}")
_ESCAPE = re.compile(r"\\+(?:u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2})|%(?:2[0-9A-F]|3[A-F]|0[AD]|[57][BD])", re.IGNORECASE)
"""A character as JSON or a URL writes it: its digits are none of a number beside it."""
_NAMELESS = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}"
    r"|(?=[0-9]*[A-Fa-f])(?:[0-9A-Fa-f]{128}|[0-9A-Fa-f]{96}|[0-9A-Fa-f]{64}|[0-9A-Fa-f]{56}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{32}))(?![0-9A-Za-z])"
)
"""UUIDs and hexadecimal digests: a run of digits in them is chance."""
_DIGITS = re.compile(r"\d+")
_ISSUERS = (
    (4, 4, (13, 16, 19)),  # Visa
    (51, 55, (16,)),  # Mastercard
    (2221, 2720, (16,)),
    (34, 34, (15,)),  # American Express
    (37, 37, (15,)),
    (300, 305, range(14, 20)),  # Diners Club
    (3095, 3095, range(14, 20)),
    (36, 36, range(14, 20)),
    (38, 39, range(14, 20)),
    (3528, 3589, range(16, 20)),  # JCB
    (6011, 6011, range(16, 20)),  # Discover
    (644, 649, range(16, 20)),
    (65, 65, range(16, 20)),
    (62, 62, range(16, 20)),  # UnionPay
    (81, 81, range(16, 20)),
    (2200, 2205, range(16, 20)),  # Mir
    (50, 50, (16, 18, 19)),  # Maestro, RuPay, Verve, Elo
    (56, 58, (16, 18, 19)),
    (60, 61, (16, 18, 19)),
    (63, 63, (16, 18, 19)),
    (66, 69, (16, 18, 19)),
    (82, 82, (16,)),  # RuPay
    (9792, 9792, (16,)),  # Troy
)
"""First and last prefix of a range that an issuer gives out, and the lengths of its numbers."""
_USUAL_GROUPS = {(4, 6, 5), (4, 6, 4), (8, 8), (6, 13), (4, 4, 4, 7)}


def find_cards(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of every card number: bare, or in groups with one to three spaces, dashes, dots or slashes between them.

    A run of digits that goes on beyond the number, and the digits behind a decimal point, are no card.
    """
    yield from _find_plain(text)
    if _ESCAPE.search(text):
        yield from _find_plain(_ESCAPE.sub(_as_long_as, text))


def _as_long_as(escape: re.Match[str]) -> str:
    """Spaces in the place of an escaped space or dash, and what no number holds in that of another escape."""
    return (" " if escape[0].upper() in ("%20", "%2D", "%2B") else "\0") * len(escape[0])


def _find_plain(text: str) -> Iterator[tuple[int, int]]:
    runs = list(_RUN.finditer(text))
    by_chance = [found.span() for found in _NAMELESS.finditer(text)] if runs else []
    for run in runs:
        groups = [_without_padding(text, *found.span()) for found in _DIGITS.finditer(text, run.start(), run.end())]
        first = 0
        while first < len(groups):
            last = _card_from(text, groups, first)
            if last is None:
                first += 1
                continue
            start, end = groups[first][0], groups[last][1]
            if not any(low <= start and end <= high for low, high in by_chance):
                yield start, end
            first = last + 1


def _without_padding(text: str, start: int, end: int) -> tuple[int, int]:
    """The digits of a group without the zeros that fill it up where numbers have a fixed width."""
    while end - start > 13 and text[start] == "0":
        start += 1
    return start, end


def _card_from(text: str, groups: Sequence[tuple[int, int]], first: int) -> int | None:
    """The last group of the longest card that begins with group ``first``."""
    found, size = None, 0
    for last in range(first, len(groups)):
        size += groups[last][1] - groups[last][0]
        if size > 19:
            break
        if size >= 13 and _looks_like_one(text, groups, first, last) and _is_card(text[groups[first][0] : groups[last][1]]):
            found = last
    return found


def _looks_like_one(text: str, groups: Sequence[tuple[int, int]], first: int, last: int) -> bool:
    if first == last:
        return not _is_part_of_decimal(text, *groups[first])
    sizes = tuple(end - start for start, end in groups[first : last + 1])
    gaps = {text[groups[place][1] : groups[place + 1][0]] for place in range(first, last)}
    if len(gaps) == 1 and (sizes in _USUAL_GROUPS or (set(sizes[:-1]) == {4} and sizes[-1] <= 5)):
        return True
    return first == 0 and last == len(groups) - 1 and not any(character in gap for gap in gaps for character in "._/")


def _is_part_of_decimal(text: str, start: int, end: int) -> bool:
    """Whether digits are a fraction or have one; zeros only are none, since a card in a column of floats is shown with them."""
    if start > 1 and text[start - 1] == "." and text[start - 2].isdigit():
        return True
    fraction = re.match(r"\.(\d+)", text[end : end + 20])
    return fraction is not None and set(fraction[1]) != {"0"}


def _is_card(text: str) -> bool:
    digits = [int(character) for character in text if character.isdecimal()]
    return _is_issued(digits) and _luhn(digits) % 10 == 0


def _is_issued(digits: Sequence[int]) -> bool:
    number = "".join(map(str, digits[:4]))
    return any(low <= int(number[: len(str(low))]) <= high and len(digits) in sizes for low, high, sizes in _ISSUERS)


def _luhn(digits: Sequence[int]) -> int:
    """The sum in which every second digit from the right counts double, its two digits added."""
    doubled = (sum(divmod(2 * digit, 10)) for digit in reversed(digits[-2::-2]))
    return sum(digits[-1::-2]) + sum(doubled)
