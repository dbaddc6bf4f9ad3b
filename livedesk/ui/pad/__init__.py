"""The host's pad: large touch targets and what is true right now, readable from two metres."""
