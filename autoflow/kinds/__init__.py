"""The vocabulary: one file a word, found by `autoflow.kinds.registry`."""
