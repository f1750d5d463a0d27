"""A simulation as one page for a browser."""
