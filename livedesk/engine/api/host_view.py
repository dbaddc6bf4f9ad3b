"""What of a store may a host see? What the pad shows: nothing of ways out, alarms or comments."""

from __future__ import annotations

from typing import Any, Final

from livedesk.core.events import Event
from livedesk.core.status import StoreStatus
from livedesk.engine.api.roles import Role

_EVENTS: Final = ("pin.", "show.")


def status_for(role: Role, status: StoreStatus) -> StoreStatus | dict[str, Any]:
    """The whole status, or, for a host, the members that a pad needs, under the same names."""
    if role != "host":
        return status
    return {
        "store": status.store,
        "name": status.name,
        "utc_ns": status.utc_ns,
        "session": status.session,
        "session_started_utc_ns": status.session_started_utc_ns,
        "state": status.state,
        "sandbox": status.sandbox,
        "pins": status.pins,
        "moderation": None if status.moderation is None else {"terms": status.moderation.terms},
        "limits": status.limits,
    }


def may_see(role: Role, event: Event) -> bool:
    return role != "host" or event.kind.startswith(_EVENTS)
