"""The last events of assets and the last successful runs of Dags, as listeners record them and rounds find them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from airflow.listeners.types import AssetEvent
from airflow.sdk import DAG, Asset, task
from airflow.serialization.definitions.assets import SerializedAsset

from airflow_dre.listeners import assets
from airflow_dre.services.slo.rounds import observe
from airflow_dre.services.slo.targets import AssetTarget, DagTarget, read_target
from airflow_dre.slo.observation import Observation
from tests.shell.listeners.test_run_ends import NOW, end

pytestmark = pytest.mark.airflow
ORDERS = Asset("orders", uri="s3://lake/orders")


def emit() -> None:
    """Call the listener as Airflow's API server does."""
    asset = SerializedAsset(name=ORDERS.name, uri=ORDERS.uri, group="asset", extra={}, watchers=[])
    event = AssetEvent(
        asset=asset,
        extra={},
        source_dag_id=None,
        source_task_id=None,
        source_run_id=None,
        source_map_index=None,
        source_aliases=[],
        partition_key=None,
    )
    assets.on_asset_event_emitted(asset_event=event)


def newest(target: AssetTarget | DagTarget) -> datetime | None:
    """Return what a round finds."""
    (found,) = observe([target], datetime.now(UTC)).values()
    assert found.unknown is None
    return found.newest


@pytest.mark.parametrize("given", [ORDERS, "orders", "s3://lake/orders"], ids=["the asset", "its name", "its URI"])
def test_the_last_event_of_an_asset_is_kept(world: Any, given: object) -> None:
    target = read_target("sla", {"asset": given})
    assert isinstance(target, AssetTarget)
    assert newest(target) is None
    before = datetime.now(UTC)
    emit()
    first = newest(target)
    assert first is not None
    assert before <= first <= datetime.now(UTC)
    emit()
    later = newest(target)
    assert later is not None
    assert later > first


def test_the_end_of_the_last_successful_run_of_a_dag_is_kept(world: Any) -> None:
    target = DagTarget(dag="d")
    end("failed", 1)
    assert newest(target) is None
    end("success", 5, run="r2")
    end("success", 3, run="r3")
    end("failed", 8, run="r4")
    assert newest(target) == NOW + timedelta(minutes=5), "a run that ended before is no later one"


def test_events_wait_in_the_spool_while_the_store_is_down(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow_dre.services.wiring import read_wiring

    with monkeypatch.context() as down:
        down.setenv("AIRFLOW__DRE__SQL_ALCHEMY_CONN", "postgresql+psycopg://u@127.0.0.1:1/x")
        emit()
        target = AssetTarget(asset="orders")
        assert observe([target], NOW)[target].unknown is not None
    read_wiring().open_store().replay()
    assert newest(target) is not None


def test_a_run_with_an_outlet_leaves_both_events(world: Any, run_dag: Callable[..., Any]) -> None:
    with DAG("loads", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:

        @task(outlets=[ORDERS])
        def load() -> None:
            """Do nothing."""

        load()
    run_dag(dag)
    found = observe([AssetTarget(asset="orders"), DagTarget(dag="loads")], datetime.now(UTC))
    assert Observation() not in found.values(), "Airflow calls the listeners of the plugin"
    assert all(one.unknown is None for one in found.values())
