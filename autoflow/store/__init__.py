"""All tables and everything that touches them; the only room that speaks SQL."""
