"""Sessions on record, as the engine hands them out."""
