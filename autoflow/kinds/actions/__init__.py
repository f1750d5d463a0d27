"""The actions of the language, one file a word."""
