"""Callbacks that open and resolve incidents."""

from __future__ import annotations

from airflow_dre.notifications.incidents import OpenIncident, ResolveIncident, open_incident, resolve_incident

__all__ = ["OpenIncident", "ResolveIncident", "open_incident", "resolve_incident"]
