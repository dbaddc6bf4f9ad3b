"""Small pure meters that relay, probe and engine share: lag, silence, classes."""
