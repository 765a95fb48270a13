"""The check operators of the common-sql provider."""
