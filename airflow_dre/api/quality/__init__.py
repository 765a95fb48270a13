"""Answers about suites, tables and results."""
