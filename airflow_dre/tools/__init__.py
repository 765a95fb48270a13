"""Suites and results of other tools."""
