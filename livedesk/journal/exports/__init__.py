"""A session as files for others."""
