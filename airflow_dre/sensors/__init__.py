"""Sensors that Dag authors add to their Dags."""
