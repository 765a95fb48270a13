"""Access keys, tokens and private keys in a text that has a plain form, recognized by their form."""

from __future__ import annotations

import base64
import re
from binascii import Error
from collections.abc import Iterator

_BEGINNINGS = (
    # AWS: sessions of the security token service, Bedrock
    *("FwoGZXIvYXdz", "FQoGZXIvYXdz", "IQoJb3JpZ2lu", "ABSK"),
    # GitHub, GitLab
    *("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
    *("glpat-", "gloas-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glimt-", "glagent-", "glsoat-"),
    # Google
    *("AIza", "ya29.", "GOCSPX-"),
    # Slack
    *("xapp-", "xoxa-", "xoxb-", "xoxc-", "xoxd-", "xoxe-", "xoxe.xoxb-", "xoxe.xoxp-", "xoxo-", "xoxp-", "xoxr-", "xoxs-"),
    # Stripe
    *("sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_"),
    # OpenAI, Anthropic, Hugging Face, Groq, Replicate, xAI
    *("sk-", "hf_", "gsk_", "r8_", "xai-"),
    # registries
    *("npm_", "pypi-Ag", "dckr_pat_", "rubygems_", "cio"),
    # Databricks, DigitalOcean, HashiCorp
    *("dapi", "dkea", "doo_v1_", "dop_v1_", "dor_v1_", "hvs.", "hvb.", "hvr."),
    # Shopify, Square, Atlassian, Grafana, New Relic, Postman, Sentry, Linear, Notion, PlanetScale, Supabase, Doppler
    *("shpat_", "shpca_", "shppa_", "shpss_", "sq0atp-", "sq0csp-", "ATATT3", "glsa_", "glc_", "NRAK-", "PMAK-", "sntrys_", "sntryu_"),
    *("lin_api_", "ntn_", "pscale_tkn_", "pscale_pw_", "pscale_oauth_", "sbp_", "dp.pt.", "dp.st.", "AGE-SECRET-KEY-1"),
    # Alibaba, Tencent
    *("LTAI", "AKID"),
)
"""Beginnings of tokens. What follows is at least sixteen letters, digits and dashes, of which one is a digit."""
_BODIES = {
    "sk-": r"[\w-]{20,}+",
    "npm_": r"[A-Za-z0-9]{30,}+",
    "hf_": r"[A-Za-z0-9]{30,}+",
    "r8_": r"[A-Za-z0-9]{30,}+",
    "cio": r"[A-Za-z0-9]{32}(?![\w-])",
    "dapi": r"[0-9a-f]{32}(?:-\d+)?",
    "dkea": r"[0-9a-f]{32}(?:-\d+)?",
    "pypi-Ag": r"[\w-]{50,}+",
    "AIza": r"[\w-]{35}",
    "ABSK": r"[A-Za-z0-9+/]{100,}+={0,2}",
    "whsec_": r"[A-Za-z0-9+/]{20,}+={0,2}",
    "gsk_": r"[A-Za-z0-9]{40,}+",
    "LTAI": r"[A-Za-z0-9]{12,}+",
    "AKID": r"[A-Za-z0-9]{32,}+",
    **dict.fromkeys(("FwoGZXIvYXdz", "FQoGZXIvYXdz", "IQoJb3JpZ2lu"), r"[A-Za-z0-9+/=]{40,}+"),
    **dict.fromkeys(("xoxa-", "xoxb-", "xoxc-", "xoxd-", "xoxe-", "xoxo-", "xoxp-", "xoxr-", "xoxs-", "xapp-"), r"[\w%-]{10,}+"),
    **dict.fromkeys(("sk_live_", "sk_test_", "rk_live_", "rk_test_"), r"[A-Za-z0-9]{10,}+"),
}
_GLUED = ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "AIza", "ya29.", "glpat-")
"""Beginnings that no word ends with, so that letters before them change nothing."""


def _pattern(beginning: str) -> re.Pattern[str]:
    alone = "" if beginning in _GLUED else f"(?<![A-Za-z0-9]{re.escape(beginning)})"
    return re.compile(f"{re.escape(beginning)}{alone}{_BODIES.get(beginning, '[A-Za-z0-9_.-]{16,}+')}")


_TOKENS = [(beginning, _pattern(beginning)) for beginning in _BEGINNINGS]
_AWS = ("AKIA", "ASIA", "AROA", "AIDA", "AGPA", "ANPA", "ANVA", "ABIA", "ACCA")
_FORMS = (
    (
        ("PRIVATE KEY",),
        re.compile(
            r"-----BEGIN (?:[A-Z0-9]+ )*+PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END (?:[A-Z0-9]+ )*+PRIVATE KEY(?: BLOCK)?-----|\Z)"
            r"|-----BEGIN (?:[A-Z0-9]+ )*?PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END (?:[A-Z0-9]+ )*?PRIVATE KEY(?: BLOCK)?-----|\Z)",
            re.DOTALL,
        ),
    ),
    (("PuTTY-User-Key-File",), re.compile(r"PuTTY-User-Key-File.*", re.DOTALL)),
    (("gAAAAA",), re.compile(r"gAAAAA[\w-]{40,}+={0,2}")),  # Fernet: version 0x80 and a time before the year 2106
    (_AWS, re.compile(rf"(?<![A-Z])(?:AKIA|ASIA)[A-Z0-9]{{16,}}+|(?<![A-Z0-9])(?:{'|'.join(_AWS)})[A-Z0-9]{{16,}}+")),
    (("SG.",), re.compile(r"SG\.[\w-]{16,}+\.[\w-]{16,}+")),
    (("hooks.slack.com/",), re.compile(r"hooks\.slack\.com/(?:services|workflows|triggers)/[\w/-]++")),
    (("/webhook",), re.compile(r"/webhooks/\d{5,}+/[\w-]++|/webhookb2/[\w/@-]++")),  # Discord, Teams
    (("1//",), re.compile(r"1//(?<![\w/:]1//)0[\w-]{20,}+")),  # Google, a refresh token
    (("Q~",), re.compile(r"(?<![\w~.-])[\w~.-]{3}\dQ~[\w~.-]{31,34}(?![\w~-])")),  # Azure, a secret of an application
    (("SK",), re.compile(r"SK(?<![A-Za-z0-9]SK)[0-9a-f]{32}(?![0-9A-Za-z])")),  # Twilio
    (("key-",), re.compile(r"key-(?<![A-Za-z0-9]key-)[0-9a-f]{32}(?![0-9A-Za-z])")),  # Mailgun
    (("-us",), re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{32}-us\d{1,2}(?!\d)")),  # Mailchimp
    ((":AA",), re.compile(r"(?<!\d)\d{8,10}:AA[\w-]{33}(?![\w-])")),  # Telegram
    ((".atlasv1.",), re.compile(r"\.atlasv1\.[\w-]{40,}+")),  # Terraform
)
"""Other forms, each with words one of which is in every text that it is found in: most texts have none, and looking is quick."""
_JWT = re.compile(r"eyJ([\w-]*+)(?:\.[\w-]*+){0,4}+")
"""The header of a JSON web token begins with ``{"``. The pattern takes whatever begins so, that no text is read twice."""
_AWS_ID = re.compile(r"A(?:KI|SI)A[A-Z0-9]{16}")
_AWS_SECRET = re.compile(r"(?<![\w/+.-])[A-Za-z0-9/+]{40}(?![\w/+=.-])")
_SECRET_LIKE = re.compile(r"(?=\D*\d)(?=(?:[^A-Z]*[A-Z]){3})(?:[^a-z]*[a-z]){3}")
"""The characters that distinguish such a secret from a digest or a path: a digit, and several letters of both cases."""
_AZURE_KEY = re.compile(r"(?<![\w/+.-])[A-Za-z0-9/+]{43}(?:[A-Za-z0-9/+]{43}==|=(?![\w/+=]))")
_BASIC = re.compile(r"\bbasic\s++([A-Za-z0-9+/_-]{6,}+={0,2})", re.IGNORECASE)
_DIGIT = re.compile(r"\d")


def find_credentials(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of every key and token."""
    for beginning, pattern in _TOKENS:
        if beginning in text:
            yield from (found.span() for found in pattern.finditer(text) if _DIGIT.search(found[0]))
    for words, pattern in _FORMS:
        if any(word in text for word in words):
            yield from (found.span() for found in pattern.finditer(text))
    yield from _find_web_tokens(text)
    beside_id = _AWS_ID.search(text) is not None
    for pattern in (_AWS_SECRET, _AZURE_KEY) if "=" in text else (_AWS_SECRET,):
        for found in pattern.finditer(text):
            if beside_id or _SECRET_LIKE.match(found[0]):
                yield found.span()
    for found in _BASIC.finditer(text):
        if _is_login(found[1]):
            yield found.span(1)


def _find_web_tokens(text: str) -> Iterator[tuple[int, int]]:
    position = text.find("eyJ")
    while position != -1:
        found = _JWT.match(text, position)
        end = position + 3
        if found is not None:
            whole = len(found[1]) >= 8 and found[0].count(".") >= 2
            if whole:
                yield found.span()
            end = found.end() if whole else max(found.end(1), end)
        position = text.find("eyJ", end)


def _is_login(text: str) -> bool:
    """Return whether a text is a user and a password in base64, as HTTP sends them."""
    try:
        login = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_" if set(text) & {"-", "_"} else None, validate=True)
    except (Error, ValueError):
        return False
    return b":" in login and all(32 <= byte < 127 for byte in login)
