"""The content of one mail: templates loaded, rendered in the sandbox, made into MIME. All of it is pure."""
