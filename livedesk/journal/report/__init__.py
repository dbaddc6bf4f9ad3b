"""A session as a page that is worth reading."""
