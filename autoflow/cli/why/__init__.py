"""`autoflow why`."""
