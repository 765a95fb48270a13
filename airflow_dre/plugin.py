"""The plugin, which Airflow loads in every process. The API and the pages are built only in the API server."""

from __future__ import annotations

import functools
import logging
from pathlib import Path
from typing import Any, cast

from airflow.plugins_manager import AirflowPlugin

from airflow_dre.listeners import assets, runs, starting
from airflow_dre.triggers.references import REFERENCES

log = logging.getLogger(__name__)
DIST = Path(__file__).parent / "ui" / "dist"
PREFIX = "/dre"
_BUNDLE = "dre/static/main.js"
"""Relative, so that a path in ``[api] base_url`` is kept."""


def _build_api(_: AirflowPlugin) -> list[dict[str, Any]]:
    """Return the API below ``/dre``, or nothing where it fails, since Airflow's API server must start."""
    try:
        from airflow_dre.api.app import create_app

        return [{"app": create_app(DIST), "url_prefix": PREFIX, "name": "Data Reliability"}]
    except Exception as error:  # Airflow's own API server must start
        from airflow_dre.privacy.tracebacks import masked_traceback

        log.error("airflow-dre: the API could not be built:\n%s", masked_traceback(error))
        return []


def _build_pages(_: AirflowPlugin) -> list[dict[str, Any]]:
    """Return one page in the navigation, and a tab on a task instance."""
    if not (DIST / "main.js").exists():
        log.error("airflow-dre: %s is missing, so there are no pages; build them with `make ui`", DIST / "main.js")
        return []
    common = {"name": "Reliability", "bundle_url": _BUNDLE}
    return [
        {**common, "destination": "nav", "url_route": "reliability", "nav_top_level": True},
        {**common, "destination": "task_instance", "url_route": "reliability-results"},
    ]


_LISTENERS: list[Any] = [assets, runs, starting]
_REFERENCES: list[Any] = [*REFERENCES]


class DataReliabilityPlugin(AirflowPlugin):
    """Mounts the API and the pages, and listens to runs."""

    name = "data_reliability"
    listeners = _LISTENERS
    deadline_references = _REFERENCES
    fastapi_apps = cast("list[Any]", functools.cached_property(_build_api))
    react_apps = cast("list[Any]", functools.cached_property(_build_pages))
