"""Meters: facts about packets go in, one sample comes out."""
