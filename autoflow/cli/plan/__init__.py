"""`autoflow plan` and `autoflow apply`."""
