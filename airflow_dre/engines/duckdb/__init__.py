"""DuckDB, which reads files and DataFrames."""
