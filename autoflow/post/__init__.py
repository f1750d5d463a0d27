"""Posting: what was decided is claimed, rendered, sent and settled."""
