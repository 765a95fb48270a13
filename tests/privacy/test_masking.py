"""Values that are masked wherever they are, and values that never are: cases, and laws about valid numbers and ordinary ids."""

from __future__ import annotations

import hashlib
import json
import string
import time
import uuid
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from airflow_dre.privacy.cards import find_cards
from airflow_dre.privacy.ibans import _COUNTRIES, find_ibans
from airflow_dre.privacy.masking import HIDDEN, Mask, masked, without_quotes
from tests.examples import tries

CARDS = {
    "Visa": "4111111111111111",
    "Visa of 13 digits": "4222222222222",
    "Mastercard": "5555555555554444",
    "Mastercard, second series": "2223003122003222",
    "American Express": "378282246310005",
    "Discover": "6011111111111117",
    "Diners Club": "30569309025904",
    "JCB": "3530111333300000",
    "UnionPay": "6240008631401148",
    "UnionPay of 19 digits": "6205500000000000004",
    "Maestro": "6759649826438453",
    "Mir": "2200000000000053",
}
IBANS = [
    "AD1200012030200359100100",
    "AE070331234567890123456",
    "AT611904300234573201",
    "BE68539007547034",
    "BG80BNBG96611020345678",
    "BR9700360305000010009795493P1",
    "CH9300762011623852957",
    "CY17002001280000001200527600",
    "CZ6508000000192000145399",
    "DE89370400440532013000",
    "DK5000400440116243",
    "EE382200221020145685",
    "ES9121000418450200051332",
    "FI2112345600000785",
    "FR1420041010050500013M02606",
    "GB29NWBK60161331926819",
    "GR1601101250000000012300695",
    "HR1210010051863000160",
    "HU42117730161111101800000000",
    "IE29AIBK93115212345678",
    "IL620108000000099999999",
    "IT60X0542811101000000123456",
    "KW81CBKU0000000000001234560101",
    "LT121000011101001000",
    "LU280019400644750000",
    "LV80BANK0000435195001",
    "MT84MALT011000012345MTLCAST001S",
    "NL91ABNA0417164300",
    "NO9386011117947",
    "PL61109010140000071219812874",
    "PT50000201231234567890154",
    "RO49AAAA1B31007593840000",
    "SA0380000000608010167519",
    "SE4550000000058398257466",
    "SI56263300012039086",
    "SK3112000000198742637541",
    "TR330006100519786457841326",
    "UA213223130000026007233566001",
    "XK051212012345678906",
]
CREDENTIALS = {
    "AWS key id": "AKIAIOSFODNN7EXAMPLE",
    "AWS key id of a session": "ASIAIOSFODNN7EXAMPLE",
    "AWS secret": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "GitHub": "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "GitHub OAuth": "gho_16C7e42F292c6912E7710c838347Ae178B4a",
    "GitHub, fine-grained": "github_pat_11ABCDEFG0aBcDeFgHiJkL_mNoPqRsTuVwXyZ0123456789",
    "Slack": "xoxb-123456789012-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx",
    "Google": "AIzaSyA-1234567890abcdefghijklmnopqrstu",
    "Stripe": "sk_" + "live_" + "4eC39HqLyjWDarjtT1zdp7dc",
    "JSON web token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    "Fernet token": "gAAAAABnR" + "q1w2E3r4T5y6U7i8O9p0" * 4 + "==",
    "private key": "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\nq83v\n-----END RSA PRIVATE KEY-----",
    "private key of OpenSSH": "-----BEGIN OPENSSH PRIVATE KEY-----\\nb3BlbnNzaC1rZXk=\\n-----END OPENSSH PRIVATE KEY-----",
    "private key, cut off": "-----BEGIN PRIVATE KEY-----\nMIIEpAIBAAKCAQEA",
    "e-mail": "jane.doe+news@mail.example.co.uk",
    "e-mail, in letters of a language": "jörg@bücher.example",
}
AROUND = {
    "alone": "{}",
    "in a sentence": "The value {} is not in the set, 3 of 41 rows (7.32%) break it.",
    "quoted by a driver": 'invalid input syntax for type integer: "{}"',
    "in JSON": '{{"id": 7, "note": "{}", "n": [1, 2]}}',
    "in brackets": "Key (card)=({}) already exists.",
    "in a list": "most common: 12, {}, 77",
    "in CSV": "7;{};2026-01-01",
    "on a line of its own": "first line\n{}\nlast line",
}


@pytest.mark.parametrize("around", AROUND.values(), ids=AROUND)
def test_every_secret_is_masked_wherever_it_is(around: str) -> None:
    wanted = around.format(HIDDEN)
    for name, secret in [*CARDS.items(), *((iban, iban) for iban in IBANS), *CREDENTIALS.items()]:
        if "cut off" not in name or around.endswith("{}"):
            assert masked(around.format(secret)) == wanted, name
            assert masked(wanted) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("4111 1111 1111 1111", "***"),
        ("00004111111111111111;", "0000***;"),
        ("4111111111111111=25121010000", "***=25121010000"),
        ("4111 1111 1111 1111 12/26", "*** 12/26"),
        ("mail o'brien@example.com", "mail ***"),
        ("mail 'brien@example.com'", "mail '***'"),
        ("a wJalrXUtnFEMIqK7MDENGqbPxRfiCYEXAMPLEKEY b", "a *** b"),
        ("4111-1111-1111-1111", "***"),
        ("4111.1111.1111.1111", "***"),
        ("4111  1111\u00a01111\t1111", "***"),
        ("411111111 1111111", "***"),
        ("3782 822463 10005", "***"),
        ("12 4111-1111-1111-1111 3", "12 *** 3"),
        ("card4111111111111111x", "card***x"),
        ("4111111111111111.0", "***.0"),
        ("\uff14\uff11\uff11\uff11 1111 1111 1111", "***"),
        ("4111111111111111 and 5555555555554444", "*** and ***"),
        ("de89 3704 0044 0532 0130 00", "***"),
        ("DE89-3704-0044-0532-0130-00", "***"),
        ("GB29 NWBK 6016 1331 9268 19 is it", "*** is it"),
        ("IBANDE89370400440532013000", "IBAN***"),
        ("mailto:jane%40example.com?x=1", "mailto:***?x=1"),
        ("?email=jane@example.com&y=1", "?email=***&y=1"),
        ("AKIAIOSFODNN7EXAMPLE," + "abcdefghijKLMNOPQRST0123456789abcdefghij", "***,***"),
        ("postgres://user:p@ss@db.example.com:5432/x", "postgres://***@db.example.com:5432/x"),
        ("?card=%204111%201111%2D1111%201111&y", "?card=%20***&y"),
        ("postgres://user:hunter2@db:5432/x?password=hunter2&sslmode=require", "postgres://***@db:5432/x?password=***&sslmode=require"),
        ("https://x.example/cb?access_token=abc&state=1", "https://x.example/cb?access_token=***&state=1"),
        ("https://b.example/o?X-Amz-Signature=abc&n=1", "https://b.example/o?X-Amz-Signature=***&n=1"),
        ("Authorization: Bearer abc123def456", "Authorization: Bearer ***"),
        ("authorization: basic dXNlcjpodW50ZXIy", "authorization: basic ***"),
        ('{"password": "hunter2", "n": 1}', '{"password": "***", "n": 1}'),
        ('{\\"api_key\\": \\"hunter2\\"}', '{\\"api_key\\": \\"***\\"}'),
        ("{'client_secret': 'hunter2'}", "{'client_secret': '***'}"),
        ("aws_secret_access_key = abc", "aws_secret_access_key = ***"),
        ("Key (password)=(hunter2) already exists", "Key (password)=*** already exists"),
    ],
)
def test_forms(text: str, wanted: str) -> None:
    assert masked(text) == wanted


ORDINARY = [
    "4111111111111112",
    "0.4111111111111111",
    "4111111111111111.25",
    "1764000000000",
    "1764000000000000",
    "20261124112233",
    "2026-11-24 2026-11-25",
    "2026-11-24T11:22:33.123456+00:00",
    "+49 30 12345678",
    "DE89370400440532013001",
    "DE8937040044053201300",
    "jane@localhost",
    "pkg@1.2.3",
    "@handle",
    "3 of 41 rows (7.32%) break it, more than 0",
    "the bearer of this certificate",
    "token: 5 of 9 rows break it",
    "the password is wrong",
    "AKIA",
    "sk-learn",
    "most common: 12, 13",
    "no such column: orders.amuont",
    'column "amuont" does not exist',
    "row_count() is at least 1 and at most 1000000000000",
    "main.orders.created_at",
    "s3://bucket/path/2026/11/24/part-0000.parquet",
]


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_texts_stay(text: str) -> None:
    assert masked(text) == text


def check_digit(digits: str) -> str:
    """Return the digit that makes a number one of Luhn's."""
    doubled = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits))]
    return str(-sum(digit // 10 + digit % 10 for digit in doubled) % 10)


PREFIXES = [
    ("4", 16),
    ("4", 13),
    ("4", 19),
    ("51", 16),
    ("2221", 16),
    ("34", 15),
    ("37", 15),
    ("6011", 16),
    ("36", 14),
    ("3528", 16),
    ("62", 19),
    ("5018", 16),
]


@st.composite
def cards(draw: st.DrawFn) -> str:
    """Return a valid card number, bare or in groups."""
    prefix, length = draw(st.sampled_from(PREFIXES))
    body = prefix + draw(st.text(string.digits, min_size=length - 1 - len(prefix), max_size=length - 1 - len(prefix)))
    number = body + check_digit(body)
    gap = draw(st.sampled_from(["", " ", "-"]))
    return gap.join(number[start : start + 4] for start in range(0, length, 4)) if gap else number


@st.composite
def ibans(draw: st.DrawFn) -> str:
    """Return a valid IBAN, bare or in groups of four."""
    country = draw(st.sampled_from(sorted(_COUNTRIES)))
    letters = {"n": string.digits, "a": string.ascii_uppercase, "c": string.ascii_uppercase + string.digits}
    body, form = "", _COUNTRIES[country]
    while form:
        size = form[:2].rstrip("nac")
        kind = form[len(size)]
        body += draw(st.text(letters[kind], min_size=int(size), max_size=int(size)))
        form = form[len(size) + 1 :]
    number = int("".join(str(int(character, 36)) for character in f"{body}{country}00"))
    whole = f"{country}{98 - number % 97:02}{body}"
    return whole if draw(st.booleans()) else " ".join(whole[start : start + 4] for start in range(0, len(whole), 4))


PLAIN = st.text(st.characters(exclude_categories=["Nd", "Cs"], exclude_characters="-._/"), max_size=20)
"""Text without a digit, and without what could be a gap between two."""


@tries(400)
@given(secret=st.one_of(cards(), ibans()), before=PLAIN, after=PLAIN)
def test_every_valid_number_is_masked_wherever_it_is_embedded(secret: str, before: str, after: str) -> None:
    found = masked(before + secret + after)
    assert secret not in found
    assert sum(character.isdigit() and character.isascii() for character in found) <= 2, "nothing to speak of is left of it"
    assert secret not in masked(json.dumps({"v": before + secret + after}))


@tries(400)
@given(body=st.text("0123456789", min_size=13, max_size=19))
@example(body="4111111111111112")
def test_a_number_that_fails_luhn_is_no_card(body: str) -> None:
    if check_digit(body[:-1]) != body[-1]:
        assert list(find_cards(body)) == []
    longer = "9" + body[1:] + "0" * (20 - len(body)) + "1"  # zeros before a number fill it up and are no part of it
    assert list(find_cards(longer)) == [], "nor is a part of a longer number"


@tries(300)
@given(
    identity=st.one_of(
        st.uuids().map(str),
        st.uuids().map(lambda found: found.hex),
        st.binary(max_size=8).map(lambda seed: hashlib.sha256(seed).hexdigest()),
        st.binary(max_size=8).map(lambda seed: hashlib.sha1(seed, usedforsecurity=False).hexdigest()),
        st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2100, 1, 1)).map(str),
        st.datetimes(min_value=datetime(2001, 9, 10), max_value=datetime(2033, 1, 1)).map(lambda at: str(int(at.timestamp() * 1_000_000))),
        st.integers(min_value=-(10**12) + 1, max_value=10**12 - 1).map(str),
        st.text(string.ascii_letters + string.digits, max_size=12),
    )
)
@example(identity=str(uuid.UUID("c7dfc062-3059-0466-4462-806e8dacfde8")))
def test_ordinary_ids_stay(identity: str) -> None:
    assert masked(identity) == identity
    assert masked(f"most common: {identity} is not in the set") == f"most common: {identity} is not in the set"


@tries(200)
@given(iban=ibans(), digit=st.integers(min_value=1, max_value=9))
@example(iban="SV90 AARS 9795 1405 5349 8370 8271", digit=1)  # a Serbian IBAN is inside
def test_an_iban_with_another_check_digit_is_none(iban: str, digit: int) -> None:
    wrong = iban[:3] + str((int(iban[3]) + digit) % 10) + iban[4:]
    assert 0 not in [start for start, _ in find_ibans(wrong)]


@tries(300)
@given(text=st.text(max_size=200))
def test_masking_is_total_and_done_once(text: str) -> None:
    assert masked(masked(text)) == masked(text)


def test_no_text_takes_long() -> None:
    evil = ["1", "1 ", "a", "a_", "a@", "a.", "ab12", '"', "%40", "A/", "://", "://a:", "password", "bearer ", "DE12 ", "eyJ", "key="]
    started = time.perf_counter()
    for piece in evil:
        masked(piece * (8_000 // len(piece)))
    assert time.perf_counter() - started < 5


def test_columns_that_are_listed_or_named_like_secrets_are_hidden() -> None:
    assert Mask(columns=("odd[1]",)).hides("odd[1]")
    mask = Mask(columns=("Email", "card_*"))
    hidden = [
        column
        for column in ("email", "EMAIL", "card_no", "e_mail", "password", "client_secret", "id", "keys", "assigned")
        if mask.hides(column)
    ]
    assert hidden == ["email", "EMAIL", "card_no", "password", "client_secret"]
    cells = [mask.cell(column, value) for column, value in (("email", "x"), ("email", None), ("note", "to jane@example.com"), ("id", 7))]
    assert cells == ["***", None, "to ***", "7"]


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (4111111111111111, "***"),
        (4111111111111111.0, "***"),
        (Decimal(4111111111111111), "***"),
        (1.5, "1.5"),
        (date(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02T00:00:00+00:00"),
        (b"4111111111111111", "(16 bytes)"),
        ({"card": 4111111111111111}, "{'card': ***}"),
        (["jane@example.com"], "['***']"),
        (True, "True"),
    ],
)
def test_a_cell_is_masked_whatever_its_type(value: object, wanted: str) -> None:
    assert Mask().cell("v", value) == wanted


def test_what_a_driver_quotes_is_hidden_unless_it_is_a_known_name() -> None:
    said = 'invalid input syntax for column "amount": "jo""e", \'it\'\'s\', Bad int64 value: joe, Key (name)=(joe)'
    assert without_quotes(said, {"amount"}) == 'invalid input syntax for column "amount": ***, ***, Bad int64 value: *** Key (name)=***'
