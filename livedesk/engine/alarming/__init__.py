"""The alarms of each store and of the engine itself, and who is told of them."""
