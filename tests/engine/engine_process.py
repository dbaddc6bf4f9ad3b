"""The engine's real process, with the relay's double.

`python engine_process.py [watched] [measuring]`: `measuring` has a probe whose skew is the
monotonic time of each reading, in ms.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from livedesk.core.clock import NS_PER_MS, Clock
from livedesk.core.settings import Settings
from livedesk.core.status import FeedStatus, PartStatus, SyncStatus
from livedesk.engine.fold import ProbeReading
from livedesk.engine.main import EngineOptions, engine_process
from livedesk.engine.store import Store
from livedesk.engine.watch import run_watched
from livedesk.paths import find_paths
from tests.engine.parts import DOUBLE, RestingProbe, resting_probe, store_settings


class MeasuringProbe(RestingProbe):
    """Four readings a second, as the real one."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._measuring = asyncio.create_task(self._measure())

    def part(self) -> PartStatus:
        return PartStatus("up")

    async def _measure(self) -> None:
        while True:
            mono_ns = self._clock.mono_ns()
            sync = SyncStatus(mono_ns / NS_PER_MS, state="ok")
            feed = FeedStatus("OK", fps=30.0)
            self._store.measured(ProbeReading(mono_ns, self._clock.utc_ns(), feed, sync))
            await asyncio.sleep(0.25)

    async def close(self) -> None:
        self._measuring.cancel()


def main() -> int:
    paths = find_paths(os.environ).prepare()
    if "watched" in sys.argv:
        rest = [each for each in sys.argv[1:] if each != "watched"]
        return run_watched([sys.executable, __file__, *rest], paths.runtime)
    return engine_process(
        EngineOptions(
            Settings((store_settings(),)),
            paths,
            relay_command=DOUBLE,
            make_probe=MeasuringProbe if "measuring" in sys.argv else resting_probe,
        )
    )


if __name__ == "__main__":
    sys.exit(main())
