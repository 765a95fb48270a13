"""Databricks SQL, and clusters from Databricks Runtime 15.4, with columns from the Unity Catalog."""

from __future__ import annotations

from dataclasses import replace

from airflow_dre.sql.catalogue import Owner, information_schema
from airflow_dre.sql.dialect import READ_ONLY, Catalogue, Refusal, Session
from airflow_dre.sql.dialects.spark import SPARK
from airflow_dre.sql.rendering import call

DATABRICKS = replace(
    SPARK,
    name="databricks",
    session=Session(
        setup="SET TIME ZONE 'UTC'",
        timeout=lambda milliseconds: f"SET STATEMENT_TIMEOUT = {-(-milliseconds // 1000)}",
    ),
    catalogue=Catalogue(
        is_cheap=False,
        last_modified=Refusal("Unity Catalog keeps when a definition was changed, and not when rows were"),
        columns=information_schema(default_schema=call("CURRENT_SCHEMA"), owner=Owner.CATALOG),
    ),
    writing=READ_ONLY,
)
