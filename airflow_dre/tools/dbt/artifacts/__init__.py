"""Artifacts of a dbt invocation."""
