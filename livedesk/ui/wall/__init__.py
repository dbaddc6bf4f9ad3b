"""All stores at once."""
