"""What every page for a browser stands on: its frame, its sheet of styles, its charts and its filters."""
