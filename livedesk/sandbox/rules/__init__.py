"""A rule service as many engines and consoles share it (docs/rule-service.yaml), on SQLite."""
