"""livedesk: a live-stream operations console for live shopping."""

__version__ = "0.1.0"
