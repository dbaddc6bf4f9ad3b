"""The page of one store: picture and sound, figures, plots, uplinks, and its timeline."""
