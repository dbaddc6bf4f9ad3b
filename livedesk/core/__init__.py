"""Values and small tools that every room may use. Standard library only."""
