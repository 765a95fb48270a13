"""Links from a task instance to its results."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

from airflow.sdk import BaseOperatorLink


class ResultsLink(BaseOperatorLink):
    """A link that opens the results tab of a task instance."""

    name = "Data Reliability"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:
        """Return the path of the tab, below the path of ``[api] base_url``."""
        from airflow.sdk.configuration import conf

        base = urlsplit(conf.get("api", "base_url", fallback="") or "").path.rstrip("/")
        mapped = f"/mapped/{ti_key.map_index}" if ti_key.map_index >= 0 else ""
        run = f"dags/{quote(ti_key.dag_id)}/runs/{quote(ti_key.run_id, safe='')}"
        return f"{base}/{run}/tasks/{quote(ti_key.task_id)}{mapped}/plugin/reliability-results"
