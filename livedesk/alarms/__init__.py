"""Alarms: what needs a person now, until when, and who was told. Pure but for the channels."""
