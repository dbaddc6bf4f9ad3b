"""Who may do what? Roles, and the rights that each has.

The engine enforces them; windows show by them what their user can do, and say why not.
"""

from __future__ import annotations

from typing import Final, Literal

Role = Literal["admin", "live_operations", "producer", "host", "analyst"]

Right = Literal["see", "operate", "moderate", "pin", "direct", "records", "administer"]
"""`see`: plots, pictures, metrics, the queue. `operate`: move the stream, end the session, alarms,
the check before the show. `moderate`: decide in the queue. `pin`: cue products. `direct`: arrange
the show, pin by hand, let pads in. `records`: sessions, exports, the audit trail. `administer`:
people, channels, runbook, the engine itself."""

ROLES: Final[tuple[Role, ...]] = ("admin", "producer", "live_operations", "analyst", "host")

RIGHTS: Final[dict[Role, frozenset[Right]]] = {
    "admin": frozenset(
        ("see", "operate", "moderate", "pin", "direct", "records", "administer"),
    ),
    "producer": frozenset(("see", "operate", "moderate", "pin", "direct", "records")),
    "live_operations": frozenset(("see", "operate", "moderate", "records")),
    "analyst": frozenset(("see", "records")),
    "host": frozenset(("pin",)),
}


def with_right(*rights: Right) -> frozenset[Role]:
    """The roles that have at least one of these rights."""
    return frozenset(role for role in ROLES if RIGHTS[role].intersection(rights))
