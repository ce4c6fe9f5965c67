"""``ca``: certificate authorities."""
