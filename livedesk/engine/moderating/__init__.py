"""The stores' queue: comments judged, decisions taken, effects carried out, all on record first."""
