"""The pure core: a contact and its items in, a contact and its effects out."""
