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

from airflow_dre.channels.webhook import SIGNATURE, TIMESTAMP, Webhook, _retry_after, render_payload, sign
from airflow_dre.errors import DefinitionError

FACTS = {
    "fingerprint": "0123456789abcdef" * 4,
    "kind": "data",
    "event": "checks_failed",
    "title": "orders: 1 of 2 checks failed: not_null(a) {{ conn.x.password }}",
    "severity": "high",
    "status": "open",
    "namespace": "postgres://db:5432",
    "name": "shop.public.orders",
    "suite": "d.check",
    "dag_id": "d",
    "run_id": "r1",
    "task_id": "check",
    "occurrences": 2,
    "opened_at": "2026-01-01T00:00:00+00:00",
    "resolved_at": None,
}
LABELS = {
    "alertname": "checks_failed",
    "severity": "high",
    "kind": "data",
    "dataset": "postgres://db:5432/shop.public.orders",
    "suite": "d.check",
    "dag_id": "d",
    "task_id": "check",
}
ANNOTATIONS = {"summary": FACTS["title"], "incident": "7", "occurrences": "2", "run_id": "r1"}


@pytest.fixture
def speaking() -> Iterator[Callable[[Callable[[socket.socket], None]], str]]:
    """Yield a server that does with each connection what it is told; its address."""
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


def test_the_payload_of_a_firing_alert_is_alertmanagers_version_4() -> None:
    payload = render_payload(FACTS, event="opened", incident_id=7, receiver="oncall", link="http://a/incidents/7")
    assert payload == {
        "version": "4",
        "groupKey": "airflow-dre/incident/7",
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "oncall",
        "groupLabels": {"alertname": "checks_failed"},
        "commonLabels": LABELS,
        "commonAnnotations": ANNOTATIONS,
        "externalURL": "http://a/incidents/7",
        "alerts": [
            {
                "status": "firing",
                "labels": LABELS,
                "annotations": ANNOTATIONS,
                "startsAt": "2026-01-01T00:00:00+00:00",
                "endsAt": "0001-01-01T00:00:00Z",
                "generatorURL": "http://a/incidents/7",
                "fingerprint": "0123456789abcdef",
            }
        ],
    }


def test_two_installations_tell_one_cause_by_two_keys_and_fingerprints() -> None:
    def names(installation: str | None) -> tuple[str, str]:
        facts = {**FACTS, "installation": installation}
        payload = render_payload(facts, event="opened", incident_id=7, receiver="oncall", link="http://a")
        return payload["groupKey"], payload["alerts"][0]["fingerprint"]

    one, other, earlier = names("6f1c"), names("b2a9"), names(None)
    assert one[0] == "airflow-dre/6f1c/incident/7"
    assert len({one[1], other[1], earlier[1]}) == 3
    assert names("6f1c") == one
    assert earlier == ("airflow-dre/incident/7", "0123456789abcdef"), "an incident that was told by an earlier version keeps its names"


def test_a_resolved_alert_ends_and_a_pipeline_has_no_dataset() -> None:
    facts = {**FACTS, "namespace": None, "name": None, "suite": None, "resolved_at": "2026-01-01T01:00:00+00:00"}
    payload = render_payload(facts, event="resolved", incident_id=7, receiver="oncall", link="")
    assert (payload["status"], payload["alerts"][0]["endsAt"]) == ("resolved", "2026-01-01T01:00:00+00:00")
    assert set(payload["commonLabels"]) == {"alertname", "severity", "kind", "dag_id", "task_id"}


def test_the_signature_is_of_the_timestamp_and_the_very_bytes(receiver: Any) -> None:
    assert Webhook(url=receiver.url, secret="schlüssel").send({"text": "ü"}).delivered
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
    Webhook(url=receiver.url, secret="k3y").send({"text": "ü"})
    headers, body = receiver.requests[0]
    moment = int(headers[TIMESTAMP])
    assert documented["is_genuine"]("k3y", headers, body, now=moment)
    assert not documented["is_genuine"]("k3y", headers, body, now=moment + 301), "a message that is sent again later"
    assert not documented["is_genuine"]("k3y", {**headers, TIMESTAMP: str(moment + 301)}, body, now=moment + 301), "another timestamp"
    assert not documented["is_genuine"]("k3y", headers, body + b" ", now=moment)
    assert not documented["is_genuine"]("other", headers, body, now=moment)


def test_no_secret_no_signature(receiver: Any) -> None:
    Webhook(url=receiver.url).send({})
    assert SIGNATURE not in receiver.requests[0][0]


@pytest.mark.parametrize(
    ("status", "delivered", "retryable"),
    [(200, True, False), (204, True, False)]
    + [(status, False, False) for status in (400, 413, 415, 422)]
    + [(status, False, True) for status in (301, 302, 307, 308, 401, 403, 404, 407, 408, 410, 421, 425, 429, 500, 502, 503, 504)],
)
def test_what_each_status_means(receiver: Any, status: int, delivered: bool, retryable: bool) -> None:
    receiver.answers = [(status, {"Location": receiver.url})]
    attempt = Webhook(url=receiver.url).send({})
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
    """Never answer."""


def drip(connection: socket.socket) -> None:
    """A body that never ends, a byte at a time."""
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
    attempt = Webhook(url=speaking(speak), timeout_seconds=0.5).send({})
    assert (attempt.delivered, attempt.retryable) == (False, True)
    assert attempt.error.startswith("no answer from the receiver: ")
    assert time.monotonic() - started < 3
    assert "s3cret" not in attempt.error + caplog.text


def headers_drip(connection: socket.socket) -> None:
    """A header every tenth of a second, without end."""
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
    """A letter every tenth of a second."""
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
    attempt = Webhook(url=url, timeout_seconds=0.6).send({})
    assert (attempt.delivered, attempt.retryable) == (False, True)
    assert attempt.error.startswith("no answer from the receiver: ")
    assert time.monotonic() - started < 4
    assert "s3cret" not in attempt.error


def test_a_receiver_that_reads_slowly_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:  # takes the connection, reads nothing
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        started = time.monotonic()
        attempt = Webhook(url=f"http://127.0.0.1:{server.getsockname()[1]}/", timeout_seconds=0.5).send({"text": "x" * 20_000_000})
    assert (attempt.delivered, attempt.retryable) == (False, True)
    assert time.monotonic() - started < 3


def test_an_exchange_that_was_given_up_is_cut(speaking: Callable[..., str]) -> None:
    ended = threading.Event()

    def watch(connection: socket.socket) -> None:
        with suppress(OSError):
            while connection.send(b"HTTP/1.1 103 Early Hints\r\n\r\n"):
                time.sleep(0.05)
        ended.set()

    Webhook(url=speaking(watch), timeout_seconds=0.3).send({})
    assert ended.wait(5), "nobody reads any more"


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
            Webhook(url=speaking(hang), timeout_seconds=20).send({})
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
        pytest.param({"ALL_PROXY": "ftp://127.0.0.1:1"}, "TLS files or proxy settings are not valid: ", id="a proxy that is none"),
        pytest.param({"HTTP_PROXY": "http://127.0.0.1:1"}, "no answer from the receiver: ConnectError", id="a proxy that is down"),
    ],
)
def test_settings_of_the_machine_never_raise(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], error: str) -> None:
    for name, value in {**environment, "NO_PROXY": "", "no_proxy": ""}.items():
        monkeypatch.setenv(name, value)
    attempt = Webhook(url="http://receiver.invalid/?token=s3cret", timeout_seconds=2).send({})
    assert (attempt.delivered, attempt.retryable, attempt.misrouted) == (False, True, False)
    assert attempt.error.startswith(error)


def test_a_tls_file_that_never_ends_keeps_nobody_for_good(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, receiver: Any) -> None:
    os.mkfifo(tmp_path / "trusted.pem")
    with monkeypatch.context() as patched:
        patched.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
        started = time.monotonic()
        assert Webhook(url=receiver.url, timeout_seconds=0.5).send({}).retryable
        assert time.monotonic() - started < 3
    assert Webhook(url=receiver.url).send({}).delivered


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
    attempt = Webhook(url=receiver.url).send(payload)
    assert (attempt.delivered, attempt.retryable) == (delivered, False)
    assert len(receiver.requests) == delivered


def test_a_body_that_never_ends_is_not_waited_for(speaking: Callable[..., str]) -> None:
    started = time.monotonic()
    assert Webhook(url=speaking(drip), timeout_seconds=0.5).send({}).delivered
    assert time.monotonic() - started < 3


def test_not_even_a_success_puts_the_address_into_the_log(receiver: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Library logs at INFO reach the task log, and the address may hold a token."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="httpx")  # Airflow silences it in some processes
    Webhook(url=receiver.url, headers={"Authorization": "Bearer s3cret"}, secret="s3cret").send({})
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
def test_an_address_that_is_none_never_raises_and_is_never_shown(url: str) -> None:
    attempt = Webhook(url=url + "?token=s3cret", timeout_seconds=0.5).send({})
    assert not attempt.delivered
    assert "s3cret" not in attempt.error


@pytest.mark.parametrize("url", ["http://[", "http://a b/", "http://a<b>/", "https://a%20b/"])
def test_a_host_that_no_name_can_be_is_a_mistake_of_the_route(url: str) -> None:
    assert Webhook(url=url).mistake == "the address or a header of the receiver is not valid: host or port"
    assert Webhook(url="http://[fe80::1%25eth0]/").mistake is None


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
    attempt = Webhook(url=receiver.url, headers=headers).send({})
    assert (attempt.delivered, attempt.misrouted) == (False, True)
    assert attempt.error.startswith("the address or a header of the receiver is not valid: header ")
    assert receiver.requests == []


OURS = ["Content-Type", "content-length", "TRANSFER-ENCODING", "Host", "user-agent", "X-Dre-Signature", "x-dre-timestamp", "X-DRE-Other"]


@pytest.mark.parametrize(
    "name", [*OURS, "Connection", "Content-Encoding", "Expect", " Content-Length", "X_Dre_Timestamp", "content_length"]
)
def test_a_header_of_a_route_cannot_replace_ours(receiver: Any, caplog: pytest.LogCaptureFixture, name: str) -> None:
    assert Webhook(url=receiver.url, headers={name: "3", "X-Team": "data"}, secret="k").send({"a": 1}).delivered
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
        Webhook(url=url)


def test_nothing_secret_is_in_the_representation() -> None:
    shown = repr(Webhook(url="http://x/s3cret", headers={"Authorization": "s3cret"}, secret="s3cret"))
    assert "s3cret" not in shown
