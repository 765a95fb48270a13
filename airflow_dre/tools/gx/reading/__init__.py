"""Expectation suites read as checks."""
