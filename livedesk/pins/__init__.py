"""Catalogue, cues, deadline budget and ledger: what is pinned, when, and how that is proven."""
