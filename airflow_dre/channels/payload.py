"""Incidents as Alertmanager webhooks (payload version 4), which Grafana, incident.io, Rootly, Keep and most on-call tools read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from airflow_dre.incidents.explanation import MOST_REASONS, shortened

LONGEST_LABEL = 500
LONGEST_SUMMARY = 500
LONGEST_DESCRIPTION = 2500
LONGEST_LINK = 2000
_NEVER = "0001-01-01T00:00:00Z"
"""Alertmanager's way to say that an alert has not ended."""


def render_payload(
    facts: Mapping[str, Any], *, event: str, incident_id: int, receiver: str, link: str, links: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return the facts of an incident as an Alertmanager webhook payload, version 4, with one alert.

    ``groupKey`` and ``fingerprint`` stay the same from opening to resolution, and differ from those of every other installation: receivers
    deduplicate by them. Every text is cut, so that the whole has a bound.

    :param facts: facts of the incident as the outbox holds them.
    :param event: ``opened``, ``updated`` or ``resolved``.
    :param incident_id: id of the incident.
    :param receiver: name of the route.
    :param link: address of the incident's page.
    :param links: further addresses by the names of annotations, for example ``log_url``.
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
    labels = {name: shortened(str(value), LONGEST_LABEL) for name, value in known.items() if value is not None}
    status = "resolved" if event == "resolved" else "firing"
    annotations = {
        "summary": shortened(str(facts["title"]), LONGEST_SUMMARY),
        "incident": str(incident_id),
        "occurrences": str(facts["occurrences"]),
        "run_id": shortened(str(facts.get("run_id") or ""), LONGEST_LABEL),
        **_explained(facts.get("explanation") or {}),
        **{name: shortened(url, LONGEST_LINK) for name, url in (links or {}).items()},
    }
    installation = facts.get("installation")
    fingerprint = str(facts["fingerprint"])
    if installation is not None:  # messages about incidents of an earlier version have none, and keep their names to the end
        fingerprint = hashlib.sha256(f"{installation}/{fingerprint}".encode()).hexdigest()
    key = f"airflow-dre/{installation}/incident/{incident_id}" if installation else f"airflow-dre/incident/{incident_id}"
    alert = {
        "status": status,
        "labels": labels,
        "annotations": annotations,
        "startsAt": facts["opened_at"],
        "endsAt": facts.get("resolved_at") or _NEVER,
        "generatorURL": link,
        "fingerprint": fingerprint[:16],
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


def _explained(why: Mapping[str, Any]) -> dict[str, str]:
    """Return why and who can help, by the names that Alertmanager's annotations usually have."""
    reasons = [shortened(str(reason), LONGEST_SUMMARY) for reason in why.get("reasons") or ()]
    known = {
        "description": shortened("\n".join(reasons[:MOST_REASONS]), LONGEST_DESCRIPTION),
        "broken_checks": "" if why.get("broken") is None else f"{why['broken']} of {why.get('checks')}",
        "owner": shortened(str(why.get("owner") or ""), LONGEST_LABEL),
        "runbook_url": shortened(str(why.get("runbook_url") or ""), LONGEST_LINK),
    }
    return {name: value for name, value in known.items() if value}
