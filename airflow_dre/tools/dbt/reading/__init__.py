"""Tests of a dbt project read as checks."""
