"""How soon does goodput show a throttled path (4,000 → 1,500 kbps), and do writes still succeed
then?
"""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path as FilePath
from statistics import median

from benchmarks.media import FEED_KBPS, publish
from benchmarks.rows import Row
from livedesk.core.clock import SystemClock
from livedesk.sandbox.link import Shape
from livedesk.sandbox.path import Path
from livedesk.sandbox.supply import ConstantRate
from tests.peers.peers import NginxRtmp, RunningRelay, ffmpeg_running, relay_process
from tests.waiting import until

_CONTRACT_KBPS = 2500
_THROTTLED_KBPS = 1500


def window_limit_ms(window_ms: float = 1000) -> float:
    """What a sliding window over the exact rates would need (W·(R1−L)/(R1−R2))."""
    return window_ms * (FEED_KBPS - _CONTRACT_KBPS) / (FEED_KBPS - _THROTTLED_KBPS)


def measure(clip: FilePath, folder: FilePath, nginx: NginxRtmp, trials: int) -> list[Row]:
    found = [asyncio.run(_trial(clip, folder, nginx)) for _ in range(trials)]
    delays = [delay for delay, _ in found]
    succeeded = sum(free for _, free in found)
    return [
        Row(
            f"throttle 4,000 → 1,500 kbps shows in goodput, {trials} trials",
            f"{median(delays):.0f} ms (max {max(delays):.0f})",
            f"{window_limit_ms():.0f} ms (1 s window, exact rates)",
            f"{median(delays) / window_limit_ms():.2f}",
            "< 1,000 ms",
        ),
        Row("… while every write still succeeded", f"{succeeded} of {trials} trials"),
    ]


async def _trial(clip: FilePath, folder: FilePath, nginx: NginxRtmp) -> tuple[float, bool]:
    """Milliseconds until a sample is below the contract, and whether no write had to wait."""
    clock = SystemClock()
    path = Path(("127.0.0.1", nginx.port), clock, random.Random())
    port = await path.start()
    try:
        with (
            relay_process(folder, f"rtmp://127.0.0.1:{port}/live/throttled") as relay,
            ffmpeg_running(*publish(clip, relay.ingest_url)),
        ):
            await until(lambda: (_goodput(relay) or 0) > _CONTRACT_KBPS, "goodput is known")
            await asyncio.sleep(random.uniform(2, 4))  # any phase of the keyframe interval
            throttled_s = time.monotonic()
            path.apply(Shape(supply=ConstantRate(_THROTTLED_KBPS)))
            await until(lambda: (_goodput(relay) or 0) < _CONTRACT_KBPS, "it shows")
            delay_ms = (time.monotonic() - throttled_s) * 1000
            return delay_ms, relay.uplink["waiting_messages"] == 0
    finally:
        await path.close()


def _goodput(relay: RunningRelay) -> float | None:
    value = relay.uplink.get("goodput_kbps")
    return None if value is None else float(value)
