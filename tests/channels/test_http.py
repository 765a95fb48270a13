"""One POST to a receiver that may do anything."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import re
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from airflow_dre.channels.http import SIGNATURE, TIMESTAMP, HttpReceiver, _retry_after, sign
from airflow_dre.errors import DefinitionError


@pytest.fixture
def speaking() -> Iterator[Callable[[Callable[[socket.socket], None]], str]]:
    """Yield the starter of a server that handles each connection with a function."""
    open_sockets: list[socket.socket] = []

    def start(speak: Callable[[socket.socket], None]) -> str:
        server = socket.create_server(("127.0.0.1", 0))
        open_sockets.append(server)

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    open_sockets.append(connection)
                    with suppress(OSError):
                        connection.recv(65536)
                        speak(connection)

        threading.Thread(target=serve, daemon=True).start()
        return f"http://127.0.0.1:{server.getsockname()[1]}/s3cret-path?token=s3cret"

    yield start
    for one in open_sockets:
        one.close()


def test_the_signature_is_of_the_timestamp_and_the_very_bytes(receiver: Any) -> None:
    assert HttpReceiver(url=receiver.url, secret="schlüssel").post({"text": "ü"}).delivered
    headers, body = receiver.requests[0]
    assert abs(int(headers[TIMESTAMP]) - time.time()) < 60
    signed = headers[TIMESTAMP].encode() + b"." + body
    assert headers[SIGNATURE] == "sha256=" + hmac.new("schlüssel".encode(), signed, hashlib.sha256).hexdigest()
    assert json.loads(body) == {"text": "ü"}
    assert headers["Content-Type"] == "application/json"


def test_the_documented_receiver_takes_what_is_sent_and_nothing_else(receiver: Any) -> None:
    text = (Path(__file__).parents[2] / "docs" / "incidents.md").read_text()
    (block,) = [found for found in re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL) if "def is_genuine" in found]
    documented: dict[str, Any] = {}
    exec(block, documented)
    HttpReceiver(url=receiver.url, secret="k3y").post({"text": "ü"})
    headers, body = receiver.requests[0]
    moment = int(headers[TIMESTAMP])
    assert documented["is_genuine"]("k3y", headers, body, now=moment)
    assert not documented["is_genuine"]("k3y", headers, body, now=moment + 301), "a message that is sent again later"
    assert not documented["is_genuine"]("k3y", {**headers, TIMESTAMP: str(moment + 301)}, body, now=moment + 301), "another timestamp"
    assert not documented["is_genuine"]("k3y", headers, body + b" ", now=moment)
    assert not documented["is_genuine"]("other", headers, body, now=moment)


def test_no_secret_no_signature(receiver: Any) -> None:
    HttpReceiver(url=receiver.url).post({})
    assert SIGNATURE not in receiver.requests[0][0]


@pytest.mark.parametrize(
    ("status", "delivered", "retryable"),
    [(200, True, False), (204, True, False)]
    + [(status, False, False) for status in (400, 413, 415, 422)]
    + [(status, False, True) for status in (301, 302, 307, 308, 401, 403, 404, 407, 408, 410, 421, 425, 429, 500, 502, 503, 504)],
)
def test_what_each_status_means(receiver: Any, status: int, delivered: bool, retryable: bool) -> None:
    receiver.answers = [(status, {"Location": receiver.url})]
    attempt = HttpReceiver(url=receiver.url).post({})
    assert (attempt.delivered, attempt.retryable) == (delivered, retryable)
    assert attempt.error == ("" if delivered else f"the receiver answered HTTP {status}")
    assert len(receiver.requests) == 1


NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        pytest.param("120", 120, id="seconds"),
        pytest.param(" 5 ", 5, id="seconds with blanks"),
        pytest.param("0", 0, id="none"),
        pytest.param(format_datetime(NOW + timedelta(minutes=3), usegmt=True), 180, id="an HTTP date"),
        pytest.param(format_datetime(NOW - timedelta(minutes=3), usegmt=True), 0, id="a date that is past"),
        pytest.param("Fri, 31 Dec 9999 23:59:59 GMT", 86400, id="a far date is a day"),
        pytest.param("99999999999", 86400, id="many seconds are a day"),
        pytest.param("9" * 5000, None, id="more digits than Python reads"),
        pytest.param("\u00b2", None, id="a digit that is no number"),
        pytest.param("-5", None, id="a negative number"),
        pytest.param("1.5", None, id="a fraction"),
        pytest.param("soon", None, id="a word"),
        pytest.param("", None, id="nothing"),
        pytest.param(None, None, id="no header"),
    ],
)
def test_how_long_a_receiver_asks_to_wait(value: str | None, seconds: float | None) -> None:
    found = _retry_after(value, NOW)
    assert found == (None if seconds is None else timedelta(seconds=seconds))


@given(st.text())
@example("Mon, 99 Foo 2026 99:99:99 +9999999")
@example("1 Jan 0000 00:00:00 GMT")
@example("0\x1f")
def test_no_header_breaks_the_reading(value: str) -> None:
    found = _retry_after(value, NOW)
    assert found is None or timedelta(0) <= found <= timedelta(days=1)


def answer(text: bytes) -> Callable[[socket.socket], None]:
    """Answer and hang up."""

    def speak(connection: socket.socket) -> None:
        connection.sendall(text)
        connection.close()

    return speak


def hang(connection: socket.socket) -> None:
    """Leave a connection without an answer."""


def drip(connection: socket.socket) -> None:
    """Send a body that never ends, a byte at a time."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    while True:
        connection.sendall(b"x")
        time.sleep(0.2)


@pytest.mark.parametrize(
    "speak",
    [
        pytest.param(answer(b""), id="hangs up"),
        pytest.param(answer(b"SSH-2.0-OpenSSH\r\n"), id="speaks another language"),
        pytest.param(answer(b"HTTP/1.1 200 OK\r\nContent-"), id="breaks off in the headers"),
        pytest.param(hang, id="never answers"),
    ],
)
def test_no_answer_can_be_tried_again_and_shows_no_address(
    speaking: Callable[..., str], caplog: pytest.LogCaptureFixture, speak: Callable[[socket.socket], None]
) -> None:
    caplog.set_level(logging.DEBUG)
    started = time.monotonic()
    attempt = HttpReceiver(url=speaking(speak), timeout_seconds=0.5).post({})
    assert (attempt.delivered, attempt.retryable) == (False, True)
    assert attempt.error.startswith("no answer from the receiver: ")
    assert time.monotonic() - started < 3
    assert "s3cret" not in attempt.error + caplog.text


def headers_drip(connection: socket.socket) -> None:
    """Send a header every tenth of a second, without end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X-Header: a\r\n")
        time.sleep(0.1)


def early_hints(connection: socket.socket) -> None:
    """Answer that there is no answer yet, for ever."""
    while True:
        connection.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n")
        time.sleep(0.1)


def status_line_drips(connection: socket.socket) -> None:
    """Send a letter every tenth of a second."""
    for letter in b"HTTP/1.1 200 " + b"O" * 1000:
        connection.sendall(bytes([letter]))
        time.sleep(0.1)


@pytest.mark.parametrize(
    "speak",
    [
        pytest.param(headers_drip, id="headers without end"),
        pytest.param(early_hints, id="103 without end"),
        pytest.param(status_line_drips, id="a status line, a letter at a time"),
        pytest.param(hang, id="nothing at all, not even a TLS handshake"),
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_whole_exchange_has_one_deadline(speaking: Callable[..., str], speak: Callable[[socket.socket], None], scheme: str) -> None:
    url = speaking(speak).replace("http:", f"{scheme}:")
    started = time.monotonic()
    attempt = HttpReceiver(url=url, timeout_seconds=0.6).post({})
    assert (attempt.delivered, attempt.retryable) == (False, True)
    assert attempt.error.startswith("no answer from the receiver: ")
    assert time.monotonic() - started < 4
    assert "s3cret" not in attempt.error


def test_a_receiver_that_reads_slowly_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:  # takes the connection, reads nothing
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        started = time.monotonic()
        attempt = HttpReceiver(url=f"http://127.0.0.1:{server.getsockname()[1]}/", timeout_seconds=0.5).post({"text": "x" * 20_000_000})
    assert (attempt.delivered, attempt.retryable) == (False, True)
    assert time.monotonic() - started < 3


def test_an_exchange_that_was_given_up_is_cut(speaking: Callable[..., str]) -> None:
    ended = threading.Event()

    def watch(connection: socket.socket) -> None:
        with suppress(OSError):
            while connection.send(b"HTTP/1.1 103 Early Hints\r\n\r\n"):
                time.sleep(0.05)
        ended.set()

    HttpReceiver(url=speaking(watch), timeout_seconds=0.3).post({})
    assert ended.wait(5), "the connection is cut"


def test_a_time_limit_of_the_caller_ends_the_wait(speaking: Callable[..., str]) -> None:
    """Airflow's own time limit is an exception raised in a signal handler."""

    class TimeIsUp(BaseException):
        pass

    def ring(*_: object) -> None:
        raise TimeIsUp

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    started = time.monotonic()
    try:
        with pytest.raises(TimeIsUp):
            HttpReceiver(url=speaking(hang), timeout_seconds=20).post({})
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    ("environment", "error"),
    [
        pytest.param({"SSL_CERT_FILE": "/nothing.pem"}, "TLS files or proxy settings are not valid: ", id="a TLS file that is missing"),
        pytest.param(
            {"ALL_PROXY": "socks5://127.0.0.1:1"}, "TLS files or proxy settings are not valid: ", id="a proxy without its library"
        ),
        pytest.param({"ALL_PROXY": "ftp://127.0.0.1:1"}, "TLS files or proxy settings are not valid: ", id="a proxy of unknown protocol"),
        pytest.param({"HTTP_PROXY": "http://127.0.0.1:1"}, "no answer from the receiver: ConnectError", id="a proxy that is down"),
    ],
)
def test_settings_of_the_machine_never_raise(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], error: str) -> None:
    for name, value in {**environment, "NO_PROXY": "", "no_proxy": ""}.items():
        monkeypatch.setenv(name, value)
    attempt = HttpReceiver(url="http://receiver.invalid/?token=s3cret", timeout_seconds=2).post({})
    assert (attempt.delivered, attempt.retryable, attempt.misrouted) == (False, True, False)
    assert attempt.error.startswith(error)


def test_a_tls_file_that_never_ends_blocks_no_message_for_good(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, receiver: Any) -> None:
    os.mkfifo(tmp_path / "trusted.pem")
    with monkeypatch.context() as patched:
        patched.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
        started = time.monotonic()
        assert HttpReceiver(url=receiver.url, timeout_seconds=0.5).post({}).retryable
        assert time.monotonic() - started < 3
    assert HttpReceiver(url=receiver.url).post({}).delivered


@pytest.mark.parametrize(
    ("payload", "delivered"),
    [
        pytest.param({"a": float("nan")}, False, id="NaN"),
        pytest.param({"a": float("inf")}, False, id="infinity"),
        pytest.param({"a": object()}, False, id="an object"),
        pytest.param({1: "a", "b": 2}, False, id="keys of two kinds"),
        pytest.param({"a": "\ud800"}, True, id="half a surrogate pair"),
        pytest.param({"a": "\x00"}, True, id="NUL"),
    ],
)
def test_no_payload_raises(receiver: Any, payload: Any, delivered: bool) -> None:
    attempt = HttpReceiver(url=receiver.url).post(payload)
    assert (attempt.delivered, attempt.retryable) == (delivered, False)
    assert len(receiver.requests) == delivered


def test_a_body_that_never_ends_is_not_waited_for(speaking: Callable[..., str]) -> None:
    started = time.monotonic()
    assert HttpReceiver(url=speaking(drip), timeout_seconds=0.5).post({}).delivered
    assert time.monotonic() - started < 3


def test_not_even_a_success_puts_the_address_into_the_log(receiver: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Library logs at INFO reach the task log, and the address may hold a token."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="httpx")  # Airflow silences it in some processes
    HttpReceiver(url=receiver.url, headers={"Authorization": "Bearer s3cret"}, secret="s3cret").post({})
    assert len(receiver.requests) == 1
    assert "s3cret" not in caplog.text


def test_others_may_log_through_the_same_library(receiver: Any, caplog: pytest.LogCaptureFixture) -> None:
    import httpx

    caplog.set_level(logging.INFO, logger="httpx")
    httpx.post(receiver.url, content=b"")
    assert "HTTP Request" in caplog.text


@pytest.mark.parametrize(
    "url", ["http://", "http://[::1", "http://127.0.0.1:99999/", "http://a b/", "http://\u2028/", "https://x\x00y/", "http://" + "a" * 300]
)
def test_an_invalid_address_never_raises_and_is_never_shown(url: str) -> None:
    attempt = HttpReceiver(url=url + "?token=s3cret", timeout_seconds=0.5).post({})
    assert not attempt.delivered
    assert "s3cret" not in attempt.error


@pytest.mark.parametrize("url", ["http://[", "http://a b/", "http://a<b>/", "https://a%20b/"])
def test_a_host_that_no_name_can_be_is_a_mistake_of_the_route(url: str) -> None:
    assert HttpReceiver(url=url).mistake == "the address or a header of the receiver is not valid: host or port"
    assert HttpReceiver(url="http://[fe80::1%25eth0]/").mistake is None


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"X-Team": 5}, id="a number"),
        pytest.param({"X-Team": None}, id="None"),
        pytest.param({"X-Team": ["a"]}, id="a list"),
        pytest.param({"X-Team": "a\r\nX-Evil: 1"}, id="a line break in a value"),
        pytest.param({"X-Team\r\nX-Evil": "1"}, id="a line break in a name"),
        pytest.param({"X-Team": "\x00"}, id="NUL"),
        pytest.param({"X-Team": "ü\u20ac"}, id="letters outside ASCII"),
        pytest.param({"X-Team": "\ud800"}, id="half a surrogate pair"),
        pytest.param({"X Team": "a"}, id="a blank in a name"),
        pytest.param({"": "a"}, id="no name"),
        pytest.param({"X-Team": "a" * 20_000}, id="a value without bound"),
    ],
)
def test_a_header_that_cannot_be_sent_is_a_mistake_of_the_route(receiver: Any, headers: dict[str, Any]) -> None:
    attempt = HttpReceiver(url=receiver.url, headers=headers).post({})
    assert (attempt.delivered, attempt.misrouted) == (False, True)
    assert attempt.error.startswith("the address or a header of the receiver is not valid: header ")
    assert receiver.requests == []


OURS = ["Content-Type", "content-length", "TRANSFER-ENCODING", "Host", "user-agent", "X-Dre-Signature", "x-dre-timestamp", "X-DRE-Other"]


@pytest.mark.parametrize(
    "name", [*OURS, "Connection", "Content-Encoding", "Expect", " Content-Length", "X_Dre_Timestamp", "content_length"]
)
def test_a_header_of_a_route_cannot_replace_ours(receiver: Any, caplog: pytest.LogCaptureFixture, name: str) -> None:
    assert HttpReceiver(url=receiver.url, headers={name: "3", "X-Team": "data"}, secret="k").post({"a": 1}).delivered
    headers, body = receiver.requests[0]
    assert body == b'{"a": 1}'
    sent = {key.lower(): value for key, value in headers.items()}
    assert sent.get(name.strip().lower()) != "3"
    assert sent["x-team"] == "data"
    assert sent["x-dre-signature"] == sign("k", int(sent["x-dre-timestamp"]), body)
    assert f"ignored headers of a route that airflow-dre sets itself: {name}" in caplog.text


@pytest.mark.parametrize("url", ["ftp://x", "file:///etc/passwd", "", "javascript:alert(1)"])
def test_only_web_addresses(url: str) -> None:
    with pytest.raises(DefinitionError, match=r"invalid url='\(not shown\)'\. Allowed: an address that starts with https:// or http://"):
        HttpReceiver(url=url)


def test_nothing_secret_is_in_the_representation() -> None:
    shown = repr(HttpReceiver(url="http://x/s3cret", headers={"Authorization": "s3cret"}, secret="s3cret"))
    assert "s3cret" not in shown
