"""Expectations run by Great Expectations itself."""
