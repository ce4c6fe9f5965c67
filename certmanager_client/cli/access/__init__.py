"""``identity``, ``token``, ``whoami``: who may call, and what they may do."""
