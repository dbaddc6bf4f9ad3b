"""The console's windows."""
