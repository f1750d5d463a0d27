"""Starter recipes: what comes with autoflow to be copied into a workspace, and the copying."""
