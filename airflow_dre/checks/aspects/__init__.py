"""Aspects of a check beside its verdict: failing rows, their reasons, constraints and types."""
