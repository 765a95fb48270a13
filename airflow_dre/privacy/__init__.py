"""Secrets in texts (card numbers, IBANs, addresses, passwords and keys) and the masks that hide them."""
