"""The demo shop and its year."""
