"""The platforms behind one small interface (base.py)."""
