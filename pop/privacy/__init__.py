"""Keys, and what they protect."""
