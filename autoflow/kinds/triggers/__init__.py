"""The triggers of the language, one file a word."""
