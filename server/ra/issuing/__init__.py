"""From an order to a stored certificate: the one path, and the certificates that came of it."""
