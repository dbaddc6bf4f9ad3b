"""Which sets of roles share a right to call? (What each may do: `core/roles.py`.)"""

from __future__ import annotations

from livedesk.core.roles import ROLES, Role, with_right

__all__ = ["ADMIN", "ANALYSIS", "ANYONE", "DESK", "DIRECTION", "OPERATIONS", "STAGE", "Role"]

ANYONE: frozenset[Role] = frozenset(ROLES)
DESK: frozenset[Role] = with_right("see")
"""Who sees what a pad does not need: plots, pictures, metrics."""
ADMIN: frozenset[Role] = with_right("administer")
OPERATIONS: frozenset[Role] = with_right("operate")
STAGE: frozenset[Role] = with_right("pin")
"""Who pins."""
DIRECTION: frozenset[Role] = with_right("direct")
"""Who arranges the show, and does by hand what the platform has no call for."""
ANALYSIS: frozenset[Role] = with_right("records")
