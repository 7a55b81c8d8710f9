"""People, organisations, memberships, sessions, tokens, and what each may do."""
