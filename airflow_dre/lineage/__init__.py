"""OpenLineage: what a dataset is called, and results as facets."""
