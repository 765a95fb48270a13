"""Numbers of payment cards in a text: the length and the first digits of a known issuer, and the check digit (ISO/IEC 7812-1, Luhn)."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache

_SPACE = "[ \\t._/-]"
_RUN = re.compile(rf"\d(?:{_SPACE}{{0,3}}+\d){{12,}}+", re.ASCII)
_BARE = re.compile(r"\d{13,}+", re.ASCII)
_GAP = r"[ \t\r\n-]{1,3}"
_SAME_GAP = "(?P=sign)"


def _form(*sizes: int | str) -> re.Pattern[str]:
    """Return groups of so many digits, with spaces, line breaks and dashes between them, or with one sign that is always the same."""
    first, *others = [rf"\d{{{size}}}" for size in sizes]
    loose = "".join(_GAP + group for group in others)
    strict = r"(?P<sign>[._/])" + _SAME_GAP.join(others)
    return re.compile(rf"(?<!\d)(?=({first}(?:{loose}|{strict}))(?!\d))", re.ASCII)


_FORMS = (
    _form(4, 4, 4, 4, "1,3"),
    _form(4, 4, 4, "1,5"),
    _form(4, 4, 4, 7),
    _form(4, 6, "4,5"),
    _form(8, 8),
    _form(6, 13),
)
"""Groups in which numbers are written. Those that make the longest number come first."""
_GROUPED = re.compile(r"(?:\d{4}[ \t\r\n._/-]{1,3}\d{4}|\d{8}[ \t\r\n._/-]{1,3}\d{8}|\d{6}[ \t\r\n._/-]{1,3}\d{13})", re.ASCII)
"""Prefix of each of them."""
_NAMELESS = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}"
    r"|(?=[0-9]*+[A-Fa-f])(?:[0-9A-Fa-f]{128}|[0-9A-Fa-f]{96}|[0-9A-Fa-f]{64}|[0-9A-Fa-f]{56}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{32}))(?![0-9A-Za-z])"
)
"""UUIDs and hexadecimal digests: a run of digits in them is chance."""
_FRACTION = re.compile(r"\.(\d+)", re.ASCII)
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
"""First and last prefix of a range of an issuer, and the lengths of its numbers."""
_OTHER_SIGNS = "".join(chr(code) for code in range(128) if not chr(code).isdigit())
_WITHOUT_GAPS = str.maketrans("", "", _OTHER_SIGNS)
_DOUBLED = bytes.maketrans(b"0123456789", bytes(sum(divmod(2 * digit, 10)) for digit in range(10)))


def find_cards(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of every card number: bare, or in groups with the same gap between them.

    A run of digits that goes on beyond the number, and the digits behind a decimal point, are no card. The text has a plain form:
    see :mod:`airflow_dre.privacy.plain_text`.
    """
    found = [*_find_bare(text), *_find_grouped(text), *_find_odd(text)]
    if found:
        by_chance = [place.span() for place in _NAMELESS.finditer(text)]
        starts = [start for start, _ in by_chance]
        for start, end in found:
            index = bisect_right(starts, start) - 1
            if index < 0 or end > by_chance[index][1]:
                yield start, end


def _find_bare(text: str) -> Iterator[tuple[int, int]]:
    for found in _BARE.finditer(text):
        start, end = found.span()
        while end - start > 13 and text[start] == "0":  # zeros fill up a number of a fixed width
            start += 1
        if end - start <= 19 and _is_card(text[start:end]) and not _is_part_of_decimal(text, start, end):
            yield start, end


def _find_grouped(text: str) -> Iterator[tuple[int, int]]:
    if _GROUPED.search(text) is None:
        return
    for form in _FORMS:
        for found in form.finditer(text):
            if _is_card(found[1].translate(_WITHOUT_GAPS)):
                yield found.span(1)


def _find_odd(text: str) -> Iterator[tuple[int, int]]:
    """Yield numbers in odd groups: all digits of a line that belong together are the number, with spaces and dashes between them only."""
    for found in _RUN.finditer(text):
        whole = found[0]
        if len(whole) > 19 * 4 or any(sign in whole for sign in "._/"):
            continue
        digits = whole.translate(_WITHOUT_GAPS)
        if len(digits) < len(whole) and 13 <= len(digits) <= 19 and _is_card(digits):
            yield found.span()


def _is_part_of_decimal(text: str, start: int, end: int) -> bool:
    """Return whether digits are a fraction or have one.

    Zeros alone are no fraction: a card number in a column of floats is shown with them.
    """
    if start > 1 and text[start - 1] == "." and text[start - 2].isdigit():
        return True
    fraction = _FRACTION.match(text, end, end + 20)
    return fraction is not None and set(fraction[1]) != {"0"}


def _is_card(digits: str) -> bool:
    return len(digits) in _sizes(digits[:4]) and _luhn(digits.encode()) % 10 == 0


@cache
def _sizes(prefix: str) -> frozenset[int]:
    """Return the lengths of the numbers that begin with four digits."""
    return frozenset(size for low, high, sizes in _ISSUERS if low <= int(prefix[: len(str(low))]) <= high for size in sizes)


def _luhn(digits: bytes) -> int:
    """Return the sum in which every second digit from the right counts double, its two digits added."""
    plain = digits[-1::-2]
    return sum(plain) - 48 * len(plain) + sum(digits[-2::-2].translate(_DOUBLED))
