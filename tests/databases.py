"""Databases on which the same tests run."""

import pytest

DATABASES = ["sqlite", "duckdb", pytest.param("postgres", marks=pytest.mark.postgres)]
"""Kinds of the databases for which each dialect is tested, as parameters of a test or a fixture."""
