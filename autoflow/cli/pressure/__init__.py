"""`autoflow pressure`."""
