"""Partitions of a table: which are read, what each contributes, and how their states merge."""
