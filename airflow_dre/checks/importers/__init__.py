"""Checks that were written for other tools, read as checks of this one. No other tool is imported: its objects are read as they are."""
