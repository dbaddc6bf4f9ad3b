"""What did the show sell? Orders joined to pins, minutes and incidents."""
