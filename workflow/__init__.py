"""Floor 0: the law as data. Imports nothing but the standard library."""
