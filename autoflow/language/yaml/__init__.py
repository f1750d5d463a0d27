"""YAML with places, and what goes wrong in it in plain sentences."""
