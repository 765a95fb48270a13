"""Answers about SLAs and monitors."""
