"""Answers about incidents."""
