"""Incidents as Alertmanager webhooks (payload version 4), which Grafana, incident.io, Rootly, Keep and most on-call tools read."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import re
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from airflow_dre.errors import DefinitionError, Problem
from airflow_dre.incidents.retry import Attempt

SIGNATURE = "X-Dre-Signature"
"""Header with ``sha256=`` and the HMAC-SHA256 of the body, in hex, where the route has a secret."""
_NEVER = "0001-01-01T00:00:00Z"
"""Alertmanager's way to say that an alert has not ended."""


_LONGEST_WAIT = timedelta(days=1)
_SECONDS = re.compile("[0-9]{1,12}")
_sending: ContextVar[bool] = ContextVar("dre_sending", default=False)


def _is_not_ours(_: logging.LogRecord) -> bool:
    return not _sending.get()


logging.getLogger("httpx").addFilter(_is_not_ours)  # it logs every address it asks, and ours may hold a token


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A receiver of HTTP POSTs."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    secret: str | None = field(default=None, repr=False)
    timeout_seconds: float = 5.0

    def __post_init__(self) -> None:
        if not self.url.startswith(("https://", "http://")):
            raise DefinitionError([Problem("webhook", "url", "(not shown)", "an address that starts with https:// or http://")])

    def send(self, payload: Mapping[str, Any]) -> Attempt:
        """POST a payload once; redirects are not followed. The error never shows the address, which may hold a token."""
        body = json.dumps(payload, sort_keys=True).encode()
        headers = {**self.headers, "Content-Type": "application/json", "User-Agent": "airflow-dre"}
        if self.secret is not None:
            headers[SIGNATURE] = "sha256=" + hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
        quiet = _sending.set(True)
        try:  # the body of the answer is not read: it says nothing, and may never end
            with httpx.stream(
                "POST", self.url, content=body, headers=headers, timeout=self.timeout_seconds, follow_redirects=False
            ) as response:
                pass
        except (httpx.InvalidURL, httpx.LocalProtocolError, httpx.UnsupportedProtocol, TypeError, ValueError):
            return Attempt(delivered=False, error="the address or a header of the receiver is not valid")
        except httpx.HTTPError as error:
            return Attempt(delivered=False, retryable=True, error=f"no answer from the receiver: {type(error).__name__}")
        finally:
            _sending.reset(quiet)
        if response.is_success:
            return Attempt(delivered=True)
        retryable = response.status_code == 429 or response.status_code >= 500
        after = _retry_after(response.headers.get("Retry-After"), datetime.now(UTC))
        return Attempt(delivered=False, retryable=retryable, error=f"the receiver answered HTTP {response.status_code}", retry_after=after)


def _retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Seconds or an HTTP date (RFC 9110); None where it is absent or unreadable."""
    if value is None:
        return None
    if _SECONDS.fullmatch(value.strip()):
        return min(timedelta(seconds=int(value)), _LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(value)
        wait = moment.replace(tzinfo=moment.tzinfo or UTC) - now
    except (ValueError, OverflowError):
        return None
    return min(max(wait, timedelta(0)), _LONGEST_WAIT)


def render_payload(facts: Mapping[str, Any], *, event: str, incident_id: int, receiver: str, link: str) -> dict[str, Any]:
    """The facts of an incident as an Alertmanager webhook payload, version 4, with one alert.

    ``groupKey`` and ``fingerprint`` stay the same from opening to resolution: receivers deduplicate by them.
    """
    dataset = None if facts.get("namespace") is None else f"{facts['namespace']}/{facts['name']}"
    known = {
        "alertname": facts["event"],
        "severity": facts["severity"],
        "kind": facts["kind"],
        "dataset": dataset,
        "suite": facts.get("suite"),
        "dag_id": facts.get("dag_id"),
        "task_id": facts.get("task_id"),
    }
    labels = {name: str(value) for name, value in known.items() if value is not None}
    status = "resolved" if event == "resolved" else "firing"
    annotations = {
        "summary": str(facts["title"]),
        "incident": str(incident_id),
        "occurrences": str(facts["occurrences"]),
        "run_id": str(facts.get("run_id") or ""),
    }
    key = f"airflow-dre/incident/{incident_id}"
    alert = {
        "status": status,
        "labels": labels,
        "annotations": annotations,
        "startsAt": facts["opened_at"],
        "endsAt": facts.get("resolved_at") or _NEVER,
        "generatorURL": link,
        "fingerprint": str(facts["fingerprint"])[:16],
    }
    return {
        "version": "4",
        "groupKey": key,
        "truncatedAlerts": 0,
        "status": status,
        "receiver": receiver,
        "groupLabels": {"alertname": labels["alertname"]},
        "commonLabels": labels,
        "commonAnnotations": annotations,
        "externalURL": link,
        "alerts": [alert],
    }
