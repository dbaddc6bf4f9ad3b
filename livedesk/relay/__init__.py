"""The media path of one store, as a process of its own: encoder in, tap, uplinks out.

The way of a message: `ingest` (socket → message) → `feed` (timeline, rates, join cache) →
`uplink` and `tap` (message → socket). `control` tells the engine about it. Standard library only:
nothing here may wait for a codec, a disk or another process.
"""
