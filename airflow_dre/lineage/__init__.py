"""OpenLineage names of datasets, and results as facets."""
