"""`autoflow explain`."""
