"""Why somebody got something, or did not."""
