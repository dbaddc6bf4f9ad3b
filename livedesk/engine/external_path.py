"""How does a stream that is only watched fit its store?"""

from __future__ import annotations

from livedesk.core.clock import Clock
from livedesk.engine.actuators.make import make_actuator
from livedesk.engine.external import ExternalPath
from livedesk.engine.store import Store


def external_path_for(store: Store, clock: Clock) -> ExternalPath:
    """What stands in the relay's place, as the store's settings want it."""
    settings = store.settings.failover.actuator
    actuator = None if settings is None else make_actuator(settings, clock)
    return ExternalPath(store.settings, actuator, store, store.newest_reading, clock)
