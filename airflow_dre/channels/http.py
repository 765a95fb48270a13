"""HTTP POSTs to a receiver that may do anything."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import re
import ssl
import threading
import time
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache, partial
from typing import Any

import httpx

from airflow_dre.channels.deadline import DeadlinePassed, Exchange, call_within
from airflow_dre.errors import DefinitionError, Problem
from airflow_dre.incidents.retry import Attempt

SIGNATURE = "X-Dre-Signature"
"""Header with the signature of :func:`sign`, where the route has a secret."""
TIMESTAMP = "X-Dre-Timestamp"
"""Header with the seconds since 1970 at which the message was sent. The signature covers it."""
GRACE_SECONDS = 0.25
"""Added to the deadline of an exchange, so that the HTTP client names the step that was too slow where it can."""
REFUSES_CONTENT = frozenset((400, 406, 409, 411, 412, 413, 415, 416, 417, 422))
"""Answers that refuse the message itself, so that sending it again cannot help."""
_OURS = frozenset(
    (
        "content-type",
        "content-encoding",
        "content-length",
        "transfer-encoding",
        "expect",
        "host",
        "user-agent",
        "connection",
        "keep-alive",
        "te",
        "trailer",
        "upgrade",
    )
)
_OURS_PREFIX = "x-dre-"
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}")
_VALUE = re.compile(r"[\t\x20-\x7e]{0,16000}")
_LONGEST_WAIT = timedelta(days=1)
_SECONDS = re.compile("[0-9]{1,12}")
_MOST_PORT = 2**16 - 1
_INVALID = "the address or a header of the receiver is not valid"
_reading_tls = threading.Lock()
_READING_SECONDS = 0.2
"""How long one thread waits for another to read the TLS files, so that usually one of them does it for all."""
_sending: ContextVar[bool] = ContextVar("dre_sending", default=False)
log = logging.getLogger(__name__)


def _is_not_ours(_: logging.LogRecord) -> bool:
    return not _sending.get()


for _logger in ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.proxy", "httpcore.socks"):
    logging.getLogger(_logger).addFilter(_is_not_ours)  # they log addresses and headers, which may hold a token


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpReceiver:
    """A receiver of HTTP POSTs."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Headers of the route. Those of airflow-dre and of the transport are ignored."""
    secret: str | None = field(default=None, repr=False)
    timeout_seconds: float = 5.0
    """Longest time for the whole exchange, from the look-up of the name to the status of the answer."""

    def __post_init__(self) -> None:
        if not self.url.startswith(("https://", "http://")):
            raise DefinitionError([Problem("webhook", "url", "(not shown)", "an address that starts with https:// or http://")])

    @property
    def mistake(self) -> str | None:
        """The reason why no message can go to this receiver, found without a connection, or None."""
        try:
            url = httpx.Request("POST", self.url).url
            escaped = "%" in url.host and ":" not in url.host  # a character that no name has; an IPv6 address may name its zone
            if not url.host or escaped or not 0 <= (url.port or 0) <= _MOST_PORT:
                return f"{_INVALID}: host or port"
        except Exception as error:  # IDNA, ports, control characters: each has an exception of its own
            return f"{_INVALID}: {type(error).__name__}"
        wrong = [name for name, value in self.headers.items() if not _is_ours(name) and not _can_be_sent(name, value)]
        return f"{_INVALID}: header {wrong[0]!r:.100}" if wrong else None

    def post(self, payload: Mapping[str, Any]) -> Attempt:
        """Send a payload once, within ``timeout_seconds`` for the whole exchange.

        It never raises because of the receiver. Redirects are not followed. The error never shows the address, which may hold a token.
        """
        if (mistake := self.mistake) is not None:
            return Attempt(delivered=False, misrouted=True, error=mistake)
        try:
            body = json.dumps(payload, sort_keys=True, allow_nan=False).encode()
        except (TypeError, ValueError, RecursionError) as error:
            return Attempt(delivered=False, error=f"the message cannot be written as JSON: {type(error).__name__}")
        headers = self._headers(body, int(time.time()))
        try:
            return call_within(self.timeout_seconds + GRACE_SECONDS, partial(self._post, body, headers))
        except DeadlinePassed:
            late = f"it took more than {self.timeout_seconds:.3g} s"
            return Attempt(delivered=False, retryable=True, error=f"no answer from the receiver: {late}")
        except Exception as error:  # whatever an HTTP client, a proxy or this machine may come up with
            return Attempt(delivered=False, retryable=True, error=f"the message could not be sent: {type(error).__name__}")

    def _headers(self, body: bytes, timestamp: int) -> dict[str, str]:
        """Return the headers of the route, and ours in place of those that a route must not set."""
        refused = sorted(name for name in self.headers if _is_ours(name))
        if refused:
            log.warning("airflow-dre: ignored headers of a route that airflow-dre sets itself: %s", ", ".join(refused)[:500])
        headers = {name: value for name, value in self.headers.items() if name not in refused}
        headers |= {"Content-Type": "application/json", "User-Agent": "airflow-dre", TIMESTAMP: str(timestamp)}
        if self.secret is not None:
            headers[SIGNATURE] = sign(self.secret, timestamp, body)
        return headers

    def _post(self, body: bytes, headers: Mapping[str, str], exchange: Exchange) -> Attempt:
        _sending.set(True)
        try:
            client = httpx.Client(verify=_trusted(), timeout=self.timeout_seconds, follow_redirects=False)
        except Exception as error:  # TLS files that are missing, a proxy without its library
            return Attempt(delivered=False, retryable=True, error=f"TLS files or proxy settings are not valid: {type(error).__name__}")
        try:  # the body of the answer is not read: it means nothing, and may never end
            with (
                client,
                client.stream("POST", self.url, content=body, headers=headers, extensions={"trace": exchange.trace}) as response,
            ):
                return _attempt_of(response)
        except (httpx.InvalidURL, httpx.LocalProtocolError, httpx.UnsupportedProtocol, TypeError, ValueError) as error:
            return Attempt(delivered=False, misrouted=True, error=f"{_INVALID}: {type(error).__name__}")
        except httpx.HTTPError as error:
            return Attempt(delivered=False, retryable=True, error=f"no answer from the receiver: {type(error).__name__}")


def _trusted() -> ssl.SSLContext:
    """Return the context with the certificates that TLS trusts, read anew when the settings of the process change or after ten minutes."""
    mine = _reading_tls.acquire(timeout=_READING_SECONDS)  # another thread may read a file that never ends, which must block no other
    try:
        return _read_tls(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"), int(time.monotonic() / 600))
    finally:
        if mine:
            _reading_tls.release()


@lru_cache(maxsize=1)
def _read_tls(file: str | None, folder: str | None, period: int) -> ssl.SSLContext:
    return httpx.create_ssl_context()  # takes tens of milliseconds of a processor


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """Return the value of ``X-Dre-Signature``: the HMAC-SHA256 of the timestamp, a dot and the body, in hex after ``sha256=``."""
    return "sha256=" + hmac.new(secret.encode(errors="replace"), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def _is_ours(name: object) -> bool:
    """Return whether a header belongs to the transport or to airflow-dre, in any case and with ``_`` for ``-``, as CGI reads it."""
    plain = str(name).strip().lower().replace("_", "-")
    return plain in _OURS or plain.startswith(_OURS_PREFIX)


def _can_be_sent(name: object, value: object) -> bool:
    return isinstance(name, str) and isinstance(value, str) and bool(_NAME.fullmatch(name)) and bool(_VALUE.fullmatch(value))


def _attempt_of(response: httpx.Response) -> Attempt:
    """Return what the status of an answer means for the message.

    Only an answer that refuses the content is final. The owner of the receiver can mend everything else.
    """
    status = response.status_code
    if response.is_success:
        return Attempt(delivered=True)
    after = _retry_after(response.headers.get("Retry-After"), datetime.now(UTC))
    retryable = status not in REFUSES_CONTENT
    return Attempt(delivered=False, retryable=retryable, error=f"the receiver answered HTTP {status}", retry_after=after)


def _retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Return the seconds or the HTTP date (RFC 9110) as a wait, or None where it is absent or unreadable."""
    if value is None:
        return None
    text = value.strip()
    if _SECONDS.fullmatch(text):
        return min(timedelta(seconds=int(text)), _LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(text)
        wait = moment.replace(tzinfo=moment.tzinfo or UTC) - now
    except (ValueError, OverflowError):
        return None
    return min(max(wait, timedelta(0)), _LONGEST_WAIT)
