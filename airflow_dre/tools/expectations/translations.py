"""Translations of all expectations that have a native form."""

from __future__ import annotations

from airflow_dre.tools.expectations.metrics import METRICS
from airflow_dre.tools.expectations.rows import ROWS
from airflow_dre.tools.expectations.tables import TABLES

TRANSLATIONS = {**ROWS, **METRICS, **TABLES}
