"""Who calls, and what they may do where: identities, tokens, roles, projects, the caller of one call."""
