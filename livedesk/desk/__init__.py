"""The console's model, without a window: an attached engine becomes snapshots and series."""
