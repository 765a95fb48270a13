"""The masks and what hides the values in a driver's message: the time grows with the text, whatever the text is."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from airflow_dre.engines.transactions import without_values
from airflow_dre.privacy.masking import masked, without_quotes

pytestmark = pytest.mark.long


def seconds(work: Callable[[], object]) -> float:
    """Time of the processor: a busy machine changes nothing."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


HOSTILE = [
    *(
        "1",
        "1 ",
        "4111 ",
        "4111111111111112 ",
        "0",
        "a",
        "a@",
        "a.a@",
        "@",
        "ab12",
        '"',
        "'",
        "%40",
        "%25",
        "A/",
        "://",
        "://a:",
        "://a:b@",
    ),
    *("password", "password=", "password: ", "password:x\n", 'password="', "bearer ", "authorization: ", "DE12 ", "GT12", "eyJ", "eyJa."),
    *("eyJaaaaaaaa", "key", "key=", "\\", '\\\\"', "\\n", "\\u0041", "&amp;", "<password", "<password>", "--password ", "token: ", "SG."),
    *(
        "-----BEGIN ",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN A ",
        "sk-",
        "\u200b",
        "4\u200b",
        "\uff14",
        "\u00e9",
        "a" * 40 + " ",
        "-u a:",
    ),
    *(
        "c7dfc062-3059-0466-4462-806e8dacfde8 ",
        "postgres://u:p@h/d ",
        '{"password": "x"}',
        '{\\"password\\": \\"x\\"}',
        "%7B%22password%22%3A%22x",
    ),
]


WORST = [
    *("MD12", "MD12 ", "4111-", "4111\n", "4111 1111 1111 1111 ", "4111111111111111 ", "41111111 11111111 ", "DE89370400440532013000"),
    *("(token:x ", "sig: ", "pass: ", "a pass: ", "api_key: ", "secret=a ", "-password x ", "<token><a>x", "token: is ", "key: "),
    *("\\\\\\\\n", "&amp;amp;", "&#x40;", "%E2%80%8B", "\u200b4", '"a b"@x.de ', "-u a:b ", "mysql -p x\n", "jane@example.com "),
    "password:x 4111-4111 MD12 ://a:b@ ",
]
"""Texts that took more than half a second for 1 MB when each place of it was judged, beside what is in the list above."""
DEEP = "\\" * 16 + "n "
"""As many levels of escapes as are undone: the text behind it is read once for each."""


@pytest.mark.parametrize("before", ["", DEEP], ids=["alone", "behind escapes"])
@pytest.mark.parametrize("piece", [*HOSTILE, *WORST])
def test_a_megabyte_of_any_text_takes_under_a_second(piece: str, before: str) -> None:
    text = before + piece * (1_000_000 // len(piece))
    assert seconds(lambda: masked(text)) < 1
    if not before:
        assert seconds(lambda: without_quotes(text, ())) < 1
        assert seconds(lambda: without_values(text)) < 1


@pytest.mark.parametrize("piece", HOSTILE)
def test_the_masks_take_time_that_grows_with_the_text(piece: str) -> None:
    times = []
    for size in (25_000, 50_000):
        text = piece * (size // len(piece))
        times.append(min(seconds(lambda text=text: masked(text)) for _ in range(2)))  # type: ignore[misc]
    assert times[1] < 3 * times[0] + 0.05, "twice the text, twice the time"
    assert times[1] < 0.5
    assert seconds(lambda: without_quotes(text, ())) < 0.5
    assert seconds(lambda: without_values(text)) < 0.5
