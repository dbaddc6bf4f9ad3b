"""The settings: each tab is a page of its own."""
