"""Incidents: what is wrong, since when, and who must hear of it. Values and decisions only; storing and sending happen elsewhere."""
