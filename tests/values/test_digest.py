"""The digest of parts, whose bytes stored keys rest on."""

from __future__ import annotations

import hashlib

import pytest

from airflow_dre.values.digest import digest


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        pytest.param(("a", "b"), b"a\xffb\xff", id="each part is ended by a byte that no text holds"),
        pytest.param(("ab",), b"ab\xff", id="so that a part is not two"),
        pytest.param(("é", 7, None), b"\xc3\xa9\xff7\xff\xff", id="a text, a number and nothing"),
        pytest.param(("\ud800",), b"\xed\xa0\x80\xff", id="half a surrogate pair"),
        pytest.param((), b"", id="no part"),
    ],
)
def test_the_digest_is_of_the_parts(parts: tuple[object, ...], text: bytes) -> None:
    assert digest(*parts) == hashlib.sha256(text).hexdigest()
