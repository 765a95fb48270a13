"""Freshness and waits."""
