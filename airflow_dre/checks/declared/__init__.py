"""Checks as an author declares them, and their reading."""
