"""The masks and what hides the values in a driver's message: the time grows with the text, whatever the text is."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from airflow_dre.checks.masking import masked, without_quotes
from airflow_dre.engines.transactions import without_values


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
