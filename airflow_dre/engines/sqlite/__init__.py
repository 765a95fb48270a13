"""Regular expressions for SQLite."""
