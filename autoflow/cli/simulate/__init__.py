"""`autoflow simulate`."""
