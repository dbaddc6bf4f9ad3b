"""Who may call the engine, and what they did."""
