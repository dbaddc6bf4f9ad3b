"""How does a store's probe fit the store? Plays the tap while there is one to play."""

from __future__ import annotations

from livedesk.core.clock import Clock
from livedesk.engine.store import ProbeHandle, Store


def probe_for(store: Store, clock: Clock) -> ProbeHandle:
    raise NotImplementedError
