"""The conditions of the language, one file a word."""
