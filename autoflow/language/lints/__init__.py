"""What can be read and cannot have been meant."""
