"""Segments explained, over time, beside each other, and in a guide for everybody."""
