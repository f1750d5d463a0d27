"""The files beside what is in the store."""
