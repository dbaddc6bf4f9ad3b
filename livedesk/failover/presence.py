"""Is the path that should carry there at all?"""

from __future__ import annotations

from typing import Final

from livedesk.core.clock import NS_PER_S
from livedesk.core.held import Held

COME_UP_NS: Final = 2 * NS_PER_S
"""So long a path may take to carry a feed that flows."""


class Presence:
    """A path that carried and no longer does is gone at once; one that never did, after a while.

    Without a feed nothing is missed, and the path may be closed: it starts anew with the feed.
    """

    def __init__(self) -> None:
        self._missing = Held()
        self._has_carried = False

    def restart(self, has_carried: bool) -> None:
        self._missing = Held()
        self._has_carried = has_carried

    def gone_since_ns(self, mono_ns: int, flows: bool, is_carrying: bool) -> int | None:
        """None while it is not gone."""
        if is_carrying or not flows:
            self._has_carried = is_carrying
        missing_ns = self._missing.ns(mono_ns, flows and not is_carrying)
        if self._missing.since_ns is None:
            return None
        is_gone = self._has_carried or missing_ns >= COME_UP_NS
        return self._missing.since_ns if is_gone else None

    @property
    def never_came_up(self) -> bool:
        return not self._has_carried
