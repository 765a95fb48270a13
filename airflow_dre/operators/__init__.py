"""Operators that Dag authors add to their Dags."""
