"""autoflow.yaml, read section by section."""
