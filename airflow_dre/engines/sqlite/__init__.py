"""Functions for SQLite, regular expressions above all."""
