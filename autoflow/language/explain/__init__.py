"""Recipes and segments read back in plain English, from what they mean and not from how they are written."""
