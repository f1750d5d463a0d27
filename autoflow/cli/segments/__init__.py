"""`autoflow segments`."""
