"""Does anything cry wolf? Hours of healthy feed, and of a static scene, on a virtual clock.

Packets go through the same judges that the relay has (lag, silence, class) and the same meters that
the probe has, and every class and every step of the sync ladder that is not healthy is counted. The
network holds packets up by 15 ms on average and, every few minutes, by a lost segment's 220 ms.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from benchmarks.feed_judge import FeedJudge
from benchmarks.rows import Row
from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.core.status import HealthClass, Limits
from livedesk.monitors.facts import PacketFact, StreamFacts
from livedesk.monitors.meters import Meters
from tests.monitors.feeds import START_NS, Feed

_JUDGE_NS = NS_PER_S // 20
_READ_NS = NS_PER_S
_JITTER_MS = 15.0
_LOST_EVERY_S = 180.0
_LOST_MS = 220.0
_FIRST_NS = 3 * NS_PER_S
_STREAMS = StreamFacts("h264", "aac", 1280, 720, sample_rate=48_000)


@dataclass
class _Tally:
    """What was said that a healthy feed does not deserve, as changes into it."""

    relay: str = ""
    probe: str = ""
    sync: str = ""
    false: list[str] = field(default_factory=list)

    def heard(self, who: str, before: str, now: str, *good: str) -> str:
        if now != before and now not in good:
            self.false.append(f"{who} {now}")
        return now


def measure(hours: float) -> Iterator[Row]:
    yield _row("healthy feed, 4,000 kbps", Feed(), "OK", hours)
    yield _row("static scene, 900 kbps", Feed(kbps=900), "LOW", hours / 8)


def _row(what: str, feed: Feed, expected: HealthClass, hours: float) -> Row:
    begun_s = time.monotonic()
    tally = _replay(feed, expected, hours)
    took_s = time.monotonic() - begun_s
    said = f": {', '.join(sorted(set(tally.false)))}" if tally.false else ""
    return Row(
        f"false classes and sync alarms, {hours:g} h of {what}",
        f"{len(tally.false)}{said}",
        ratio=f"{hours * 3600 / took_s:,.0f} × real time",
        goal="0",
    )


def _replay(feed: Feed, expected: HealthClass, hours: float) -> _Tally:
    limits, tally = Limits(), _Tally()
    relay, meters = FeedJudge(limits), Meters(limits)
    meters.opened(START_NS, _STREAMS)
    judge_ns, read_ns = START_NS + _JUDGE_NS, START_NS + _READ_NS
    for fact in _delayed(feed.packets(0, hours * 3600)):
        while fact.arrival_ns >= judge_ns:
            state = relay.judge(judge_ns)
            if judge_ns > START_NS + _FIRST_NS:
                tally.relay = tally.heard("relay", tally.relay, state, expected)
            judge_ns += _JUDGE_NS
        if fact.arrival_ns >= read_ns:
            reading = meters.read(read_ns)
            if read_ns > START_NS + _FIRST_NS:
                tally.probe = tally.heard("probe", tally.probe, reading.feed.state, expected)
                tally.sync = tally.heard("sync", tally.sync, reading.sync.state, "ok")
            read_ns += _READ_NS
        relay.packet(fact.arrival_ns, fact.dts_ms or 0.0, fact.payload_bytes)
        meters.packet(fact)
    return tally


def _delayed(packets: Iterator[PacketFact]) -> Iterator[PacketFact]:
    """Over a network that keeps the order."""
    chance, newest_ns = random.Random(8), 0
    lost_ns = START_NS + round(chance.expovariate(1 / _LOST_EVERY_S) * NS_PER_S)
    for fact in packets:
        late_ms = chance.expovariate(1 / _JITTER_MS)
        if fact.arrival_ns >= lost_ns:
            late_ms += _LOST_MS
            lost_ns += round(chance.expovariate(1 / _LOST_EVERY_S) * NS_PER_S)
        newest_ns = max(newest_ns, fact.arrival_ns + round(late_ms * NS_PER_MS))
        yield replace(fact, arrival_ns=newest_ns)
