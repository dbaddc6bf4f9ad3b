"""What an engine of the tests is made of, in this process or in one of its own: that one has no
use for pytest and its second of start-up."""

from __future__ import annotations

import sys
from pathlib import Path

from livedesk.core.clock import Clock
from livedesk.core.secrets import Secret
from livedesk.core.settings import FeedSettings, StoreSettings, UplinkSettings
from livedesk.core.status import PartStatus
from livedesk.engine.store import Store

DOUBLE = (sys.executable, str(Path(__file__).with_name("relay_double.py")))


class RestingProbe:
    """A probe that never measures anything."""

    def part(self) -> PartStatus:
        return PartStatus("down", "not part of this test")

    def play(self, tap_url: Secret | None) -> None:
        pass

    async def close(self) -> None:
        pass


def resting_probe(_store: Store, _clock: Clock) -> RestingProbe:
    return RestingProbe()


def store_settings(store: str = "glow", port: int = 1935, key: str = "key") -> StoreSettings:
    feed = FeedSettings("rtmp", "127.0.0.1", port, "live", Secret(key))
    uplink = UplinkSettings("primary", Secret("rtmp://127.0.0.1/app/secret"))
    return StoreSettings(store, "Glow Beauty", "tiktok", feed, (uplink,))
