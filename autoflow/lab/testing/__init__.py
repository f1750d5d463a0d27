"""Recipe tests: read, played in virtual time, and told."""
