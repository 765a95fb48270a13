"""Expectations in the words of this package, for Great Expectations and for the tests of dbt that are named after them."""
