"""Mistakes in the arguments that a Dag author writes, reported as definition errors."""
