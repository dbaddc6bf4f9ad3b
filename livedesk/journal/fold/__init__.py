"""What does a session amount to? Pure folds over its rows."""
