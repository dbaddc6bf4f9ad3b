"""The page of the moderation queue."""
