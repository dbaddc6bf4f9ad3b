"""The page of the check before the show, and its strip on the feed page."""
