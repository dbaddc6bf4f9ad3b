"""The check before the show: what is looked at, what follows from it, who signed it."""
