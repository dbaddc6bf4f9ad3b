"""The first run: a show on this machine with one click, or one's own encoder and platform."""
