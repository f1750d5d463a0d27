"""`autoflow check`, with the data beside it, and the catalogue of problems."""
