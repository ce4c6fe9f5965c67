"""Private keys that the server made: how they leave it, and what is held of them until then."""
