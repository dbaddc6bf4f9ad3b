"""Sessions on record: found, read, compared, exported, kept and deleted."""
