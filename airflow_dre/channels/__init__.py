"""One module a service that people are told through."""
