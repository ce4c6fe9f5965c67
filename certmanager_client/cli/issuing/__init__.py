"""``issue``: the order, the files it is answered into, and the wait for it."""
