"""Quarantining and releasing rows."""
