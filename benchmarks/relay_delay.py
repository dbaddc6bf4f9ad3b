"""How much later does a message arrive because the relay stands between? Beside a direct
connection.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from benchmarks.rows import Row, percentile
from livedesk.rtmp.messages import Message
from tests.peers.peers import relay_process
from tests.relay.harness import OPENING, Platform, address, connect, picture, sound
from tests.waiting import until

_FRAME_S = 1 / 77  # audio and video messages of a 30 fps feed
_FRAME_BYTES = 6_500


def measure(folder: Path, messages: int) -> list[Row]:
    through = asyncio.run(_through_relay(folder, messages))
    direct = asyncio.run(_direct(messages))
    rows = []
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        ours, limit = percentile(through, share) * 1e3, percentile(direct, share) * 1e3
        rows.append(
            Row(
                f"encoder to platform, {name} of {messages} messages",
                f"{ours:.2f} ms",
                f"{limit:.2f} ms (direct, same loop)",
                f"+{ours - limit:.2f} ms",
            )
        )
    return rows


async def _through_relay(folder: Path, messages: int) -> list[float]:
    platform = Platform()
    await platform.start()
    with relay_process(folder, platform.url) as relay:
        delays = await _play(relay.ingest_url, platform, messages)
    await platform.stop()
    return delays


async def _direct(messages: int) -> list[float]:
    platform = Platform()
    await platform.start()
    delays = await _play(platform.url, platform, messages)
    await platform.stop()
    return delays


async def _play(url: str, platform: Platform, messages: int) -> list[float]:
    """Seconds from send to arrival of each message, at the pace of a real feed."""
    encoder = await connect(address(url))
    encoder.send(*OPENING, picture(0, key=True))
    await until(lambda: len(platform.received) >= 4, "the path is open")
    platform.received = _Arrivals()
    sent_at = []
    for at in range(messages):
        stamp = round((at + 1) * _FRAME_S * 1000)
        message = picture(stamp, size=_FRAME_BYTES) if at % 5 < 2 else sound(stamp)
        sent_at.append(time.monotonic())
        encoder.send(message)
        await asyncio.sleep(_FRAME_S)
    arrivals = platform.received
    assert isinstance(arrivals, _Arrivals)
    await until(lambda: len(arrivals) == messages, "all have arrived")
    encoder.transport.abort()
    return [there - here for there, here in zip(arrivals.at, sent_at, strict=True)]


class _Arrivals(list[Message]):
    """Notes the time of each arrival."""

    def __init__(self) -> None:
        super().__init__()
        self.at: list[float] = []

    def append(self, message: Message) -> None:
        self.at.append(time.monotonic())
        super().append(message)
