"""Texts too long to be judged whole: their beginning comes back, masked, and nothing of a secret that the cut goes through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_dre.partitions.sensitive import is_sensitive
from airflow_dre.privacy.masking import HIDDEN, SHOWN, masked
from airflow_dre.values import text_limits as bounds
from tests.examples import tries

WORDS = "the rows of a table "
LINE = "2026-11-24T11:22:33 INFO orders.load: 12 of 34 rows (35.3%) in 1.5 s\n"
BODY = "aB3dE6gH9jK2mN5pQ8sT"
SECRETS = {
    "a card": ("4111 1111 1111 1111", "4111"),
    "a bare card": ("4111111111111111", "4111"),
    "an IBAN": ("DE89 3704 0044 0532 0130 00", "DE89"),
    "an e-mail address": ("jane.doe@example.com", "jane"),
    "an address with a login": ("postgres://reader:hunter2hunter2@db/x", "hunter"),
    "a password in quotes": ('password="hunter2 hunter2 hunter2"', "hunter"),
    "a long password in quotes": ('password="' + "hunter2 " * 2_000 + '"', "hunter"),
    "a password without quotes": ("password=hunter2hunter2", "hunter"),
    "a key": ("ghp_16C7e42F292c6912E7710c838347Ae178B4a", "16C7"),
    "a JSON web token": (f"eyJhbGciOiJIUzI1NiJ9.{BODY}.{BODY}", BODY[:8]),
    "a JSON web token whose second part is not read to its end": (f"eyJhbGciOiJIUzI1NiJ9.{BODY * 1_000}.{BODY}", BODY[:8]),
    "a private key": ("-----BEGIN PRIVATE KEY-----\n" + f"{BODY}\n" * 1_000 + "-----END PRIVATE KEY-----", BODY[:8]),
    "a card in escapes": ("4111\\u00a01111\\u00a01111\\u00a01111", "4111"),
    "a card with thousands of invisible characters": (("\u200b" * 9_000).join(["4111", "1111", "1111", "1111"]), "4111"),
    "a card with thousands of escaped ones": (("\\u200b" * 2_000).join(["4111", "1111", "1111", "1111"]), "4111"),
}


@pytest.mark.long
@pytest.mark.parametrize(("secret", "part"), SECRETS.values(), ids=SECRETS)
def test_nothing_is_shown_of_a_secret_that_the_cut_goes_through(secret: str, part: str) -> None:
    for place in {*range(max(1, len(part)), min(len(secret), 60)), min(len(secret) - 1, 5_000)}:
        before = (WORDS * SHOWN)[: SHOWN - place - 1] + " "
        shown = masked(before + secret + " " + WORDS * 1_000)
        assert part not in shown, place


def test_a_long_text_is_cut_and_says_how_long_it_is() -> None:
    text = LINE * 20_000
    shown = masked(text)
    assert shown == f"{text[:SHOWN]}… ({len(text)} characters)"
    assert masked(shown) == shown


def test_secrets_are_masked_in_what_is_shown_of_a_long_text() -> None:
    text = f"{LINE}password: hunter2\n{LINE}" * 5_000
    shown = masked(text)
    assert "hunter2" not in shown
    assert shown.startswith(f"{LINE}password: {HIDDEN}\n{LINE}")
    assert len(shown) < SHOWN + 50


def test_a_text_that_is_judged_whole_stays_whole() -> None:
    text = (LINE * SHOWN)[:40_000]
    assert masked(text) == text


def test_every_caller_keeps_fewer_characters_than_are_shown() -> None:
    longest = max(value for name, value in vars(bounds).items() if name.isupper() and isinstance(value, int))
    assert longest < SHOWN


def test_a_value_that_is_too_long_to_be_judged_is_not_kept_of_a_partition() -> None:
    assert is_sensitive(LINE * 20_000)
    assert not is_sensitive(LINE * 500)


@tries(30)
@given(piece=st.text(min_size=1, max_size=30), secret=st.sampled_from(["4111111111111111", "jane@example.com"]), shift=st.integers(0, 60))
def test_a_long_text_of_anything_shows_no_secret_at_the_cut(piece: str, secret: str, shift: int) -> None:
    before = (piece * SHOWN)[: SHOWN - shift] + "\n"
    shown = masked(f"{before}{secret}\n" + piece * 20_000)
    assert secret not in shown
    assert len(shown) < SHOWN + 50
