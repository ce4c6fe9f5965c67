"""``request``: certificate requests, followed and decided."""
