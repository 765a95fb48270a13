"""Alembic migrations of the results store, with a version table of their own."""
