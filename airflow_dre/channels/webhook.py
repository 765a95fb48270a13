"""The webhook: notices in Alertmanager's format, payload version 4, which most on-call tools read."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from airflow_dre.channels.channel import ChannelType, ChannelUnusable
from airflow_dre.channels.http import HttpReceiver
from airflow_dre.errors import DefinitionError, Problem
from airflow_dre.incidents.explanation import MOST_REASONS, Explanation, shortened
from airflow_dre.incidents.notice import News, Notice
from airflow_dre.incidents.retry import Attempt

LONGEST_LABEL = 500
LONGEST_SUMMARY = 500
LONGEST_DESCRIPTION = 2500
LONGEST_LINK = 2000
_NEVER = "0001-01-01T00:00:00Z"
"""Alertmanager's end of an alert that has not ended."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """A receiver of Alertmanager webhooks."""

    receiver: HttpReceiver

    def send(self, notice: Notice, deadline: float) -> Attempt:
        """Send a notice once, and return the outcome. See :class:`airflow_dre.channels.channel.Channel`."""
        seconds = max(deadline - time.monotonic(), 0.0)
        return replace(self.receiver, timeout_seconds=seconds).post(render_payload(notice))


def open_webhook(route: str, options: Mapping[str, object]) -> Webhook:
    """Return the webhook of a route.

    :param route: name of the route.
    :param options: ``url``, and optionally ``headers`` and ``secret``.
    :raises airflow_dre.errors.DefinitionError: the address is missing.
    :raises ChannelUnusable: the address or a header is not valid.
    """
    url, headers, secret = options.get("url"), options.get("headers"), options.get("secret")
    if not isinstance(url, str) or not url:
        raise DefinitionError([Problem(f"[dre] routes {route}", "url", None, "url, or conn_id of an HTTP connection with a host")])
    receiver = HttpReceiver(url=url, headers=headers if isinstance(headers, dict) else {}, secret=str(secret) if secret else None)
    if receiver.mistake is not None:
        raise ChannelUnusable(receiver.mistake)
    return Webhook(receiver)


WEBHOOK = ChannelType(open=open_webhook)


def render_payload(notice: Notice) -> dict[str, Any]:
    """Return a notice as an Alertmanager webhook payload, version 4, with one alert.

    ``groupKey`` and ``fingerprint`` stay the same from opening to resolution, and differ from those of every other installation: receivers
    deduplicate by them. Every text is cut, so that the whole has a bound.
    """
    incident = notice.incident
    known = {
        "alertname": incident.event,
        "severity": incident.severity,
        "kind": incident.kind,
        "dataset": incident.dataset,
        "suite": incident.suite,
        "dag_id": incident.dag_id,
        "task_id": incident.task_id,
    }
    labels = {name: shortened(str(value), LONGEST_LABEL) for name, value in known.items() if value is not None}
    status = "resolved" if notice.news is News.RESOLVED else "firing"
    links = {"log_url": notice.links.log, "results_url": notice.links.results}
    annotations = {
        "summary": shortened(incident.title, LONGEST_SUMMARY),
        "incident": str(notice.incident_id),
        "occurrences": str(incident.occurrences),
        "run_id": shortened(incident.run_id or "", LONGEST_LABEL),
        **_explained(incident.explanation or Explanation()),
        **{name: shortened(url, LONGEST_LINK) for name, url in links.items() if url is not None},
    }
    alert = {
        "status": status,
        "labels": labels,
        "annotations": annotations,
        "startsAt": incident.opened_at.isoformat(),
        "endsAt": _NEVER if incident.resolved_at is None else incident.resolved_at.isoformat(),
        "generatorURL": notice.links.incident,
        "fingerprint": notice.fingerprint,
    }
    return {
        "version": "4",
        "groupKey": notice.dedup_key,
        "truncatedAlerts": 0,
        "status": status,
        "receiver": notice.route,
        "groupLabels": {"alertname": labels["alertname"]},
        "commonLabels": labels,
        "commonAnnotations": annotations,
        "externalURL": notice.links.incident,
        "alerts": [alert],
    }


def _explained(why: Explanation) -> dict[str, str]:
    """Return reasons and helpers by the names that Alertmanager's annotations usually have."""
    reasons = [shortened(reason, LONGEST_SUMMARY) for reason in why.reasons]
    known = {
        "description": shortened("\n".join(reasons[:MOST_REASONS]), LONGEST_DESCRIPTION),
        "broken_checks": "" if why.broken is None else f"{why.broken} of {why.checks}",
        "owner": shortened(why.owner or "", LONGEST_LABEL),
        "runbook_url": shortened(why.runbook_url or "", LONGEST_LINK),
    }
    return {name: value for name, value in known.items() if value}
