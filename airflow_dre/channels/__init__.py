"""Services that notify people, a module each."""
