"""Quarantining and releasing rows."""

MODES = ("copy", "move")
"""Values of ``quarantine``."""
ON = ("error", "warn")
"""Values of ``quarantine_on``."""
