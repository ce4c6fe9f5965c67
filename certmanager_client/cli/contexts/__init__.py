"""``login`` and ``context``: the servers that one is logged in to."""
