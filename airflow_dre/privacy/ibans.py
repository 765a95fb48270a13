"""International bank account numbers in a text: the country's own form and length, and the check digits (ISO 13616, mod 97)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

_FORMS = """
AD 8n12c  AE 19n  AL 8n16c  AT 16n  AZ 4a20c  BA 16n  BE 12n  BG 4a6n8c  BH 4a14c  BI 23n  BR 23n1a1c  BY 4c4n16c  CH 5n12c  CR 18n
CY 8n16c  CZ 20n  DE 18n  DJ 23n  DK 14n  DO 4c20n  EE 16n  EG 25n  ES 20n  FI 14n  FK 2a12n  FO 14n  FR 10n11c2n  GB 4a14n  GE 2a16n
GI 4a15c  GL 14n  GR 7n16c  GT 24c  HN 4a20n  HR 17n  HU 24n  IE 4a14n  IL 19n  IQ 4a15n  IS 22n  IT 1a10n12c  JO 4a4n18c  KW 4a22c
KZ 3n13c  LB 4n20c  LC 4a24c  LI 5n12c  LT 16n  LU 3n13c  LV 4a13c  LY 21n  MC 10n11c2n  MD 20c  ME 18n  MK 3n10c2n  MN 16n  MR 23n
MT 4a5n18c  MU 4a19n3a  NI 4a20n  NL 4a10n  NO 11n  OM 3n16c  PK 4a16c  PL 24n  PS 4a21c  PT 21n  QA 4a21c  RO 4a16c  RS 18n  RU 14n15c
SA 2n18c  SC 4a20n3a  SD 14n  SE 20n  SI 15n  SK 20n  SM 1a10n12c  SO 19n  ST 21n  SV 4a20n  TL 19n  TN 20n  TR 6n16c  UA 6n19c  VA 18n
VG 4a16n  XK 16n  YE 4a4n18c
"""
"""The characters after the check digits, by country: so many digits (n), letters (a), or either (c)."""
_COUNTRIES = dict(zip(_FORMS.split()[::2], _FORMS.split()[1::2], strict=True))
_CLASSES = {"n": "[0-9]", "a": "[A-Za-z]", "c": "[A-Za-z0-9]"}
_GAP = "[ \\t\\r\\n._/-]{0,2}+"
_BEGINNING = re.compile(rf"(?=([A-Za-z]{{2}}){_GAP}[0-9]{_GAP}[0-9])")
_VALUES = str.maketrans({**{letter: str(ord(letter) - 55) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}})
"""A = 10 to Z = 35."""


def find_ibans(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of every IBAN: bare, in groups of four, or with up to two gaps before any of its digits.

    The text has a plain form: see :mod:`airflow_dre.privacy.plain_text`.
    """
    beyond = 0
    for found in _BEGINNING.finditer(text):
        country = found[1].upper()
        if found.start() < beyond or country not in _COUNTRIES:
            continue
        whole = _form(country).match(text, found.start())
        if whole is not None and _remainder(whole[0]) == 1:
            beyond = whole.end()
            yield whole.span()


@cache
def _form(country: str) -> re.Pattern[str]:
    kinds = "nn" + "".join(kind * int(count) for count, kind in re.findall(r"(\d+)([nac])", _COUNTRIES[country]))
    gaps = (_GAP if kind == "n" or index % 4 == 0 else "" for index, kind in enumerate(kinds, start=2))
    return re.compile(f"(?i:{country})" + "".join(gap + _CLASSES[kind] for gap, kind in zip(gaps, kinds, strict=True)))


def _remainder(text: str) -> int:
    """Return the remainder of the number of an IBAN, in which the first four characters follow the others."""
    plain = text if text.isalnum() else "".join(character for character in text if character.isalnum())
    return int((plain[4:] + plain[:4]).upper().translate(_VALUES)) % 97
