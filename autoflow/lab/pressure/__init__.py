"""How much mail people get, and what caps do to it."""
