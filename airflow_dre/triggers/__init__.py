"""Triggers: waiting without a worker slot."""
