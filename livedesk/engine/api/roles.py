"""Which roles are there, and which sets of them share a right?"""

from __future__ import annotations

from typing import Literal

Role = Literal["admin", "live_operations", "producer", "host", "analyst"]

ANYONE: frozenset[Role] = frozenset(("admin", "live_operations", "producer", "host", "analyst"))
DESK: frozenset[Role] = ANYONE - {"host"}
"""Who sees what a pad does not need: plots, pictures, metrics."""
ADMIN: frozenset[Role] = frozenset(("admin",))
OPERATIONS: frozenset[Role] = frozenset(("admin", "live_operations"))
STAGE: frozenset[Role] = frozenset(("admin", "producer", "host"))
"""Who pins."""
DIRECTION: frozenset[Role] = frozenset(("admin", "producer"))
"""Who arranges the show, and does by hand what the platform has no call for."""
ANALYSIS: frozenset[Role] = frozenset(("admin", "live_operations", "analyst"))
