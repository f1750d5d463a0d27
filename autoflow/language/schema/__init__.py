"""JSON Schemas of the files for editors."""
