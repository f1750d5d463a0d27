"""Files kept in one shape."""
