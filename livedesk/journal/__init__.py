"""The append-only record of a session: one SQLite file, and everything that is made from it."""
