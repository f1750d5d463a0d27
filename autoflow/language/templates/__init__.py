"""Email templates: read, checked without being run, and rendered in a sandbox."""
