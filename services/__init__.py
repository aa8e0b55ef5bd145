"""Floor 2: verbs, plain functions that take a session."""
