"""E-mail addresses, and what opens a door, in a text: access keys, tokens, passwords and private keys, told by their form."""

from __future__ import annotations

import re
from collections.abc import Iterator

_DOMAIN = r"(?:\w(?:[\w-]*\w)?\.)+[^\W\d_]{2,}"
_EMAIL = re.compile(rf"(?<![\w.!#%+~^-])(?<!\w')(?:[\w.!#%+~^-]|(?<=\w)'(?=\w))++@{_DOMAIN}|(?<![\w.+~-])[\w.+~-]++%40{_DOMAIN}")

_AWS = ("AKIA", "ASIA", "AROA", "AIDA", "AGPA", "ANPA", "ANVA", "ABIA", "ACCA")
_HINTS = (
    *_AWS,
    "PRIVATE KEY",
    "eyJ",
    "gAAAAA",
    "gh",
    "github_pat_",
    "glpat-",
    "xox",
    "xapp-",
    "slack.com/",
    "AIza",
    "ya29.",
    "_live_",
    "_test_",
    "whsec_",
    "sk-",
    "SG.",
    "npm_",
    "hf_",
    "pypi-",
    "dapi",
    "_v1_",
)
"""What is in every text that :data:`_KEYS` is found in; most texts have none, and looking for words is quick."""
_KEYS = re.compile(
    "|".join(
        (
            r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|\Z)",
            r"eyJ[\w-]{8,}(?:\.[\w-]*){2,4}",  # JWT: the header begins with {"
            r"gAAAAA[\w-]{40,}={0,2}",  # Fernet: version 0x80 and a time before the year 2106
            rf"(?<![A-Z])(?:AKIA|ASIA)[A-Z0-9]{{16,}}|(?<![A-Z0-9])(?:{'|'.join(_AWS)})[A-Z0-9]{{16,}}",
            r"gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}",
            r"glpat-[\w-]{20,}",
            r"xox[a-z](?:\.[a-z]+)?-[\w-]{10,}|xapp-\d-[\w-]{10,}",  # Slack
            r"hooks\.slack\.com/(?:services|workflows)/[\w/-]+",
            r"AIza[\w-]{35}|ya29\.[\w-]{20,}",  # Google
            r"(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/]{20,}={0,2}",  # Stripe
            r"(?<![A-Za-z0-9])sk-(?:[a-z]+\d*-)*[\w-]{20,}",
            r"SG\.[\w-]{16,}\.[\w-]{16,}",
            r"(?<![A-Za-z0-9])(?:npm|hf)_[A-Za-z0-9]{30,}|pypi-Ag[\w-]{50,}|(?<![A-Za-z0-9])dapi[0-9a-f]{32}|do[op]_v1_[0-9a-f]{64}",
        )
    ),
    re.DOTALL,
)
_AWS_ID = re.compile(r"A(?:KI|SI)A[A-Z0-9]{16}")
_AWS_SECRET = re.compile(r"(?<![\w/+=.-])[A-Za-z0-9/+]{40}(?![\w/+=.-])")
_SECRET_LIKE = re.compile(r"(?=\D*\d)(?=(?:[^A-Z]*[A-Z]){3})(?:[^a-z]*[a-z]){3}")
"""What tells such a secret from a digest or a path: a digit, and several letters of both kinds."""

_WORDS = ("token", "sig", "pass", "pwd", "secret", "credential", "key")
_NAME = (
    r"(?<![\w-])[\w-]*(?:token|sig|signature|(?:password|passwd|passphrase|pwd|secret|credential|(?:api|access|account|private|fernet)[_-]?key)"
    r"s?(?:[_-]?(?:key|id|hash))?)"
)
_NAMED = re.compile(_NAME, re.IGNORECASE)
_BEHIND = (
    (("bearer",), re.compile(r"\bbearer\s+(?=\S{0,400}\d|\S{20})([\w.~+/=-]{8,})", re.IGNORECASE)),
    (
        ("authorization",),
        re.compile(r"\bauthorization[\"']?\s*[:=]\s*[\"']?(?:basic|token|apikey|digest)\s+([^\s\"',;]+)", re.IGNORECASE),
    ),
    (("://",), re.compile(r"://([^\s/@:]*:[^\s/]+)@")),
    (_WORDS, re.compile(rf"{_NAME}[\"'\])]*\s*=\s*(\"[^\"]*\"|'[^']*'|\([^)]*\)|[^\s&;,\"')}}\]]+)", re.IGNORECASE)),
    (_WORDS, re.compile(rf"\\*[\"']{_NAME}\\*[\"']\s*:\s*(?:\\*[\"'])?([^\"',}}\\]+)", re.IGNORECASE)),
)
"""What stands behind a word that tells it, looked for only where the word is there; the word stays."""


def find_emails(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of every e-mail address, also of one in a URL (``%40``)."""
    if "@" in text or "%40" in text:
        yield from (found.span() for found in _EMAIL.finditer(text))


def find_credentials(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of every key, token and password."""
    if any(hint in text for hint in _HINTS):
        yield from (found.span() for found in _KEYS.finditer(text))
    beside_id = _AWS_ID.search(text) is not None
    for found in _AWS_SECRET.finditer(text):
        if beside_id or _SECRET_LIKE.match(found[0]):
            yield found.span()
    small = text.lower()
    for words, pattern in _BEHIND:
        if any(word in small for word in words):
            yield from (found.span(1) for found in pattern.finditer(text))


def names_a_secret(column: str) -> bool:
    """Whether the values of a column are secrets by its name, such as ``password`` or ``client_secret``."""
    return _NAMED.fullmatch(column) is not None
