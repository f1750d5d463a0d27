"""What people write who think of other programs, and what is said to them."""
