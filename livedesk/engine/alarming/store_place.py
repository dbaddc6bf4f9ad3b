"""Where do the alarms of a store stand, and in whose record?"""

from __future__ import annotations

from collections.abc import Callable

from livedesk.alarms.runbook import Runbook
from livedesk.core.clock import Clock
from livedesk.core.events import Json, Level, Source
from livedesk.core.settings import StoreSettings
from livedesk.engine.alarming.announce import Telling, Untold
from livedesk.engine.alarming.following import Place
from livedesk.engine.broadcast import Broadcast
from livedesk.engine.bus import Receipt


def store_place(
    settings: StoreSettings,
    clock: Clock,
    broadcast: Broadcast,
    telling: Telling | None,
    steps: Callable[[str], tuple[str, ...]] | None,
) -> Place:
    """`telling`: who hears of alarms elsewhere; None: nobody. `steps`: what is done about an alarm,
    by its id; None: what livedesk comes with."""

    def post(
        kind: str,
        level: Level,
        source: Source,
        text: str,
        data: dict[str, Json],
        actor: str | None,
    ) -> Receipt:
        return broadcast.post(kind, level, source, text, data, actor=actor)

    return Place(
        clock, post, telling or Untold(), steps or Runbook().steps, settings.id, settings.name
    )
