"""A stretch of a session, packed for a dispute."""
