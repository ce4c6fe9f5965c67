"""``get`` and ``list``: issued certificates."""
