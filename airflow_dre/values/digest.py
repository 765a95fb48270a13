"""The digest by which causes, records and states are known."""

from __future__ import annotations

import hashlib


def digest(*parts: object) -> str:
    """Return the SHA-256 of parts, each ended by byte 0xFF, which no UTF-8 text holds (as Alertmanager's label fingerprints do).

    A missing part is empty. Half a surrogate pair is a part like any other.
    """
    ended = (("" if part is None else str(part)).encode(errors="surrogatepass") + b"\xff" for part in parts)
    return hashlib.sha256(b"".join(ended)).hexdigest()
