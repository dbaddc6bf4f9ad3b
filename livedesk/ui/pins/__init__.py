"""The page of a store's pins, and what opens from it."""
