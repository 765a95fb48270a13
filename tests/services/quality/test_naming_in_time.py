"""A warehouse that is asked for the name of a table and does not answer is given up."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from airflow.providers.openlineage.sqlparser import DatabaseInfo

from airflow_dre.engines import callers
from airflow_dre.errors import WarehouseUnreachable
from airflow_dre.services.quality.warehouse_tables import named_in_time


class Asking:
    """A hook that asks its database for the default schema."""

    conn_type = "postgres"

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def get_openlineage_database_info(self, connection: Any) -> DatabaseInfo:
        """Return the place of the database."""
        return DatabaseInfo(scheme="postgres", authority="db:5432", database="shop")

    def get_openlineage_default_schema(self) -> str:
        """Answer late."""
        time.sleep(self.seconds)
        return "public"


def test_a_default_schema_that_never_comes_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callers, "LEAST_CONNECT_SECONDS", 0.5)
    assert named_in_time(Asking(0), None, ("orders",), timedelta(seconds=1)).name == "shop.public.orders"
    started = time.monotonic()
    with pytest.raises(WarehouseUnreachable, match="asked for its default schema, did not answer within 0.5 s"):
        named_in_time(Asking(20), None, ("orders",), timedelta(seconds=0.1))
    assert time.monotonic() - started < 5
