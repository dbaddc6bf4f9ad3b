"""Which names of a switch may stand in an address, a body or an argument?"""

from __future__ import annotations

from livedesk.engine.actuators.base import SwitchOrder


def fields(order: SwitchOrder) -> dict[str, str]:
    """Uplinks are told by name: their addresses hold keys."""
    return {
        "to": order.to.name,
        "from": order.from_name,
        "store": order.store,
        "reason": order.reason,
    }
