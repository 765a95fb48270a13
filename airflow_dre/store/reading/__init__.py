"""Reading the store: every function returns records, and shows nothing of a Dag that the user may not read."""
