"""Incidents as values and decisions. Storing and sending happen elsewhere."""
