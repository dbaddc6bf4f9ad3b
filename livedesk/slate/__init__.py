"""The flash-and-beep clip for the sync check before a show."""
