"""Metadata of this package for Airflow's providers manager."""

from __future__ import annotations

from typing import Any


def _option(description: str, example: str | None, default: str, *, kind: str = "string", sensitive: bool = False) -> dict[str, Any]:
    """Return an option. Its default is also part of the text, since ``airflow config list`` shows no defaults of providers."""
    return {
        "description": f"{description} Default: {default or 'empty'}.",
        "version_added": "0.1.0",
        "type": kind,
        "example": example,
        "default": default,
        **({"sensitive": True} if sensitive else {}),
    }


def get_provider_info() -> dict[str, Any]:
    """Return metadata by the schema of ``airflow.provider_info.schema.json``."""
    from airflow_dre import __version__

    return {
        "package-name": "airflow-dre",
        "name": "Data Reliability",
        "description": "One-scan quality checks, freshness SLAs, incidents, OpenLineage and pages in Airflow's own UI.",
        "versions": [__version__],
        "operators": [
            {
                "integration-name": "Data Reliability",
                "python-modules": [
                    "airflow_dre.operators.dbt",
                    "airflow_dre.operators.gx",
                    "airflow_dre.operators.quality",
                    "airflow_dre.operators.quarantine",
                    "airflow_dre.operators.slo",
                ],
            }
        ],
        "sensors": [{"integration-name": "Data Reliability", "python-modules": ["airflow_dre.sensors.freshness"]}],
        "triggers": [{"integration-name": "Data Reliability", "python-modules": ["airflow_dre.triggers.freshness"]}],
        "integrations": [
            {
                "integration-name": "Data Reliability",
                "external-doc-url": "https://airflow.apache.org/docs/apache-airflow/stable/",
                "tags": ["software"],
            },
        ],
        "task-decorators": [{"class-name": "airflow_dre.decorators.quality.quality_check_task", "name": "quality_check"}],
        "notifications": [
            "airflow_dre.notifications.OpenIncident",
            "airflow_dre.notifications.RecordDbtResults",
            "airflow_dre.notifications.ResolveIncident",
        ],
        "extra-links": ["airflow_dre.operators.links.ResultsLink"],
        "cli": ["airflow_dre.cli.get_dre_cli_commands"],
        "config": {
            "dre": {
                "description": "Data Reliability (airflow-dre): where results are kept and who is notified.",
                "options": {
                    "sql_alchemy_conn": _option(
                        "SQLAlchemy URL of the results store, a database of its own. The SQLite file migrates itself; PostgreSQL is "
                        "migrated by `airflow dre db migrate`.",
                        "postgresql+psycopg://dre:secret@db:5432/dre",
                        "sqlite:///{AIRFLOW_HOME}/dre.db",
                        sensitive=True,
                    ),
                    "spool_folder": _option(
                        "Folder in which results and signals wait while the results store is down; put it on a disk that survives the "
                        "worker.",
                        "/var/lib/airflow/dre_spool",
                        "{AIRFLOW_HOME}/dre_spool",
                    ),
                    "routes": _option(
                        "JSON object of the routes that notify people of incidents, by name. A webhook has a url or a conn_id (an "
                        "HTTP connection), optionally with headers and with a secret that signs each message (HMAC-SHA256).",
                        '{"oncall": {"channel": "webhook", "conn_id": "oncall_webhook"}}',
                        "",
                        sensitive=True,
                    ),
                    "default_routes": _option(
                        "Comma-separated names of the routes that are notified of every incident, in addition to those of its callback.",
                        "oncall",
                        "",
                    ),
                    "watch_dags": _option(
                        "Comma-separated patterns (fnmatch) of the Dags whose failed runs open an incident even where no callback ran, "
                        "for example because the task was killed or the run was marked failed by hand; empty: none.",
                        "prod_*,finance",
                        "*",
                    ),
                    "sample_retention": _option(
                        "How long failing rows that `sample_rows` keeps can be seen, for example 12h or 7d; the monitor Dag drops them.",
                        "24h",
                        "7d",
                    ),
                    "forget_after": _option(
                        "How long a monitor, a suite or a wait may be without news before its live incidents are ended and it leaves the "
                        "overview, for example 7d or 26w. A suite that runs rarely is waited for three times as long as it ever paused.",
                        "90d",
                        "30d",
                    ),
                    "retention": _option(
                        "How long results, runs, signals and resolved incidents are kept, for example 90d or 104w; 0 or empty: for ever. "
                        "The monitor Dag deletes older ones, except what a live incident or the latest run of a suite needs.",
                        "90d",
                        "400d",
                    ),
                    "duckdb_memory_limit": _option(
                        "Most memory that DuckDB takes in a task that checks files or frames. It writes data beyond that to the "
                        "disk (in the folder for temporary files).",
                        "4GB",
                        "768MB",
                    ),
                    "keep_tests": _option(
                        "Whether `airflow tasks test` and `airflow dags test` keep their results, open and resolve incidents, notify "
                        "people and quarantine rows. By default they print their report and keep nothing.",
                        None,
                        "False",
                        kind="boolean",
                    ),
                    "send_seconds": _option(
                        "Longest time in seconds that a task spends sending messages; the monitor Dag sends the rest.",
                        None,
                        "5.0",
                        kind="float",
                    ),
                    "slas_folder": _option(
                        "Folder of YAML files of SLAs, which the monitor watches beside those of Dag files. It reads a file again when "
                        "that changes.",
                        "/opt/airflow/slas",
                        "",
                    ),
                },
            }
        },
    }
