"""Which events stand in a window's list? The record has all of them; here one tells of a pin."""

from __future__ import annotations

from livedesk.core.events import Event

_ON_THE_WAY = frozenset(("pin.cued", "pin.sent"))


def is_listed(event: Event) -> bool:
    """False for the steps of a pin that are followed by how it ended, and for what follows from it.

    A pin under way is seen on its page. Whatever is more than information always stands here.
    """
    if event.level != "info":
        return True
    match event.kind:
        case "pin.accepted":
            # Where the platform cannot be read back this is how a pin ends.
            return event.data.get("settled_ms") is not None
        case "show.changed":
            return event.data.get("op") != "shown"
        case kind:
            return kind not in _ON_THE_WAY
