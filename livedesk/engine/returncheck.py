"""Does what we carry come out of the platform? Seen from its playback or its server's statistics.

An instrument that fails is BLIND and says why; GONE and STALLED are only said of a platform that
was reached. It looks while something is carried, because else nothing can come out.
"""

from __future__ import annotations

from livedesk.core.clock import Clock
from livedesk.core.settings import ReturnSettings
from livedesk.engine.handles import ReturnHandle
from livedesk.engine.playback_check import PlaybackCheck
from livedesk.engine.statistics_check import StatisticsCheck
from livedesk.engine.store import Store


def return_for(store: Store, settings: ReturnSettings, clock: Clock) -> ReturnHandle:
    """The return check of a store, as its settings want it."""
    if settings.kind == "playback":
        return PlaybackCheck(settings.url, clock, store.came_back)
    return StatisticsCheck(settings, clock, store.came_back)
