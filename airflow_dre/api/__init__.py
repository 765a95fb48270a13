"""The HTTP API behind the pages, and the pages themselves."""
