"""Deliveries, incidents and messages."""
