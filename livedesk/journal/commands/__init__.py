"""The commands of the record, each in a file of its own."""
