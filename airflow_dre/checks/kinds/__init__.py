"""The kinds of checks, one family in each module."""
