"""Eight hours of a good feed, as the relay and as the probe's meters see them.

Each is a program (`python -m tests.stories.hours relay`), so that the two run at once, each on a
core of its own. It ends with an error if anything was alleged of the feed.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from dataclasses import replace

from livedesk.core.clock import NS_PER_MS
from livedesk.monitors.facts import PacketFact
from tests.monitors.feeds import Feed
from tests.relay.shows import Encoder, on_stage
from tests.stories.show import Change, Show, Told

HOURS = 8
FIRST_S = 3.0
"""A rate needs a second, a skew two: until then nothing is said of them."""


def is_healthy(told: Told) -> bool:
    return told.classes == {"OK"} and told.sync_states == {"ok"} and len(told.epochs) == 1


def uneven(seed: int, mean_ms: float) -> Change:
    """A network that holds packets up now and then and keeps their order."""
    chance, newest_ns = random.Random(seed), 0

    def change(fact: PacketFact) -> PacketFact:
        nonlocal newest_ns
        late_ns = round(chance.expovariate(1 / mean_ms) * NS_PER_MS)
        newest_ns = max(newest_ns, fact.arrival_ns + late_ns)
        return replace(fact, arrival_ns=newest_ns)

    return change


def relay() -> None:
    """Of a third of the usual messages, to be done in time: windows count time, not messages."""
    encoder = Encoder(first_ms=2**24 - 3_600_000, fps=10, sample_rate=16_000)
    stage = on_stage(encoder, HOURS * 60)
    assert [each["event"] for each in stage.events() if each["level"] != "info"] == []
    assert stage.named() == ["OK"]


def meters() -> None:
    """Of eight frames a second and one reading, to be done in a minute: nothing counts frames."""
    show, feed = Show(reading_s=1), Feed(fps=8, sample_rate=12_000, gop_frames=16)
    for hour in range(HOURS):
        told = show.play(3_600, feed, uneven(hour, mean_ms=15))
        assert is_healthy(told.after(0 if hour else FIRST_S))
        assert told.epochs == {0}
        assert {reading.sync.kind for _, reading in told.readings} <= {None, "fixed"}
        assert {reading.sync.forecast_s for _, reading in told.readings} == {None}
        assert told.sync.audio_wall_ms is not None
        assert abs(told.sync.audio_wall_ms) <= 5
    assert told.feed.timestamp_faults == 0


PROGRAMS: dict[str, Callable[[], None]] = {"relay": relay, "meters": meters}

if __name__ == "__main__":
    PROGRAMS[sys.argv[1]]()
