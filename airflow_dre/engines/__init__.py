"""Engines that answer statements: warehouses by their Airflow connections, DuckDB over files and frames, and Spark."""
