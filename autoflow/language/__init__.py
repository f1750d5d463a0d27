"""The language: files of a workspace into definitions, and every mistake in them with its place and its fix."""
