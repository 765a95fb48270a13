"""Events of assets, which the API server and the parent process of the triggerer report."""

from __future__ import annotations

from typing import Any

from airflow.listeners import hookimpl


@hookimpl
def on_asset_event_emitted(asset_event: Any) -> None:
    """Record that an asset has changed, for the sensors and SLAs that watch it."""
    from airflow_dre.services.incidents.listening import record_asset_event

    record_asset_event(asset_event.asset.name, asset_event.asset.uri)
