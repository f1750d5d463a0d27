"""The guide to all segments as a page for a browser, and as Markdown."""
