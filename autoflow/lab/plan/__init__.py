"""What an apply would change, and applying what was planned."""
