"""``watch``: what is to be used, and trusted, now and after each change."""
