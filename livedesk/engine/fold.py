"""What do the relay's and the probe's newest samples say together about a store? Pure.

Whatever is older than its limit is not known any more: its value goes, its age stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from livedesk.core.clock import NS_PER_MS
from livedesk.core.settings import StoreSettings
from livedesk.core.status import FeedState, FeedStatus, SyncStatus, UplinkStatus
from livedesk.engine.entries import FeedFacts, RelaySample, UplinkFacts
from livedesk.monitors.limits import FeedJudge

STALE_MS = 1_500
"""Four samples a second are due; after this long without any the instrument is not believed."""

_MEDIA_GAP_MS = 1_000


@dataclass(frozen=True, slots=True)
class ProbeReading:
    """What the probe measured at one instant: its fields of the feed, and the sync."""

    mono_ns: int
    utc_ns: int
    feed: FeedStatus
    sync: SyncStatus


@dataclass(frozen=True, slots=True)
class Reading:
    """One figure at one instant, as the record and the plots take it."""

    figure: str
    subject: str
    epoch: int
    value: float | None


class StoreFold:
    """The newest facts about one store, and the class of its feed over time."""

    def __init__(self, store: StoreSettings) -> None:
        self._store = store
        self._judge = FeedJudge(store.limits.min_kbps)
        self._state: FeedState = "BLIND"
        self.relay: RelaySample | None = None
        self.probe: ProbeReading | None = None

    def forget_relay(self) -> None:
        """Another relay speaks now; what the last one said does not hold for it."""
        self.relay = None

    def relay_is_fresh(self, mono_ns: int) -> bool:
        return self.relay is not None and _age_ms(self.relay.mono_ns, mono_ns) <= STALE_MS

    def judge(self, mono_ns: int) -> None:
        """Put the feed into its class; to be called a few times a second."""
        facts = self.relay.feed if self.relay is not None else FeedFacts(connected=False)
        self._state = self._judge.update(
            mono_ns,
            connected=facts.connected,
            kbps=facts.kbps,
            age_ms=self._media_age_ms(mono_ns),
            instrument_ok=self.relay_is_fresh(mono_ns),
        )

    def _media_age_ms(self, mono_ns: int) -> float | None:
        """Age of the newest media: what it was for the relay, plus what has passed since."""
        sample = self.relay
        if sample is None or sample.feed.age_ms is None:
            return None
        return sample.feed.age_ms + _age_ms(sample.mono_ns, mono_ns)

    def feed(self, mono_ns: int) -> FeedStatus:
        sample, age_ms = self.relay, self._media_age_ms(mono_ns)
        if sample is None or not self.relay_is_fresh(mono_ns):
            epoch = 0 if sample is None else sample.feed.epoch
            return FeedStatus(state="BLIND", age_ms=age_ms, epoch=epoch)
        facts = sample.feed
        status = FeedStatus(
            state=self._state,
            kbps=facts.kbps,
            video_kbps=facts.video_kbps,
            audio_kbps=facts.audio_kbps,
            age_ms=age_ms,
            video_codec=facts.video_codec,
            audio_codec=facts.audio_codec,
            epoch=facts.epoch,
        )
        return self._with_picture(status, mono_ns)

    def _with_picture(self, status: FeedStatus, mono_ns: int) -> FeedStatus:
        probe = self.probe
        if probe is None:
            return status
        age_ms = _age_ms(probe.mono_ns, mono_ns)
        if age_ms > STALE_MS:
            return replace(status, probe_age_ms=age_ms)
        # Only the probe reads timestamps, so only it sees media that comes slower than real time.
        starved = status.state == "OK" and probe.feed.state == "STARVED"
        return replace(
            status,
            state="STARVED" if starved else status.state,
            fps=probe.feed.fps,
            gop_s=probe.feed.gop_s,
            width=probe.feed.width,
            height=probe.feed.height,
            probe_age_ms=age_ms,
        )

    def sync(self, mono_ns: int) -> SyncStatus:
        probe = self.probe
        if probe is None:
            return SyncStatus()
        age_ms = _age_ms(probe.mono_ns, mono_ns)
        if age_ms > STALE_MS:
            return SyncStatus(age_ms=age_ms)
        return replace(probe.sync, age_ms=age_ms)

    def uplinks(self, mono_ns: int) -> tuple[UplinkStatus, ...]:
        """In the order of the settings; what the relay does not speak of is down."""
        sample = self.relay
        if sample is None:
            return tuple(
                UplinkStatus(uplink.name, reason="the relay has not reported yet")
                for uplink in self._store.uplinks
            )
        age_ms = _age_ms(sample.mono_ns, mono_ns)
        return tuple(
            _uplink(facts, _goodput_kbps(sample, facts), age_ms) for facts in sample.uplinks
        )


def media_flows(feed: FeedFacts) -> bool:
    """Whether media came in within the last second."""
    return feed.connected and feed.age_ms is not None and feed.age_ms < _MEDIA_GAP_MS


def _goodput_kbps(sample: RelaySample, uplink: UplinkFacts) -> float | None:
    """Unknown while media that just came fill the second over which rates are taken.

    The low readings of that second are the window's, and would look like a slow path.
    """
    is_filling = media_flows(sample.feed) and sample.feed.kbps is None
    return None if is_filling else uplink.goodput_kbps


def _uplink(facts: UplinkFacts, goodput_kbps: float | None, age_ms: float) -> UplinkStatus:
    if age_ms > STALE_MS:
        return UplinkStatus(
            name=facts.name,
            state=facts.state,
            dropped_messages=facts.dropped_messages,
            reconnects=facts.reconnects,
            reason=f"the relay has said nothing for {age_ms / 1000:.1f} s",
            age_ms=age_ms,
            address=facts.address,
        )
    return UplinkStatus(
        name=facts.name,
        state=facts.state,
        goodput_kbps=goodput_kbps,
        backlog_ms=facts.backlog_ms,
        rtt_ms=facts.rtt_ms,
        unsent_bytes=facts.unsent_bytes,
        dropped_messages=facts.dropped_messages,
        reconnects=facts.reconnects,
        reason=facts.reason,
        age_ms=age_ms,
        address=facts.address,
    )


def relay_readings(sample: RelaySample) -> Iterator[Reading]:
    """The figures of `core.figures` that a relay sample holds."""
    feed, epoch = sample.feed, sample.feed.epoch
    yield Reading("feed_kbps", "", epoch, feed.kbps)
    yield Reading("video_kbps", "", epoch, feed.video_kbps)
    yield Reading("audio_kbps", "", epoch, feed.audio_kbps)
    for uplink in sample.uplinks:
        yield Reading("goodput_kbps", uplink.name, epoch, _goodput_kbps(sample, uplink))
        yield Reading("backlog_ms", uplink.name, epoch, uplink.backlog_ms)
        yield Reading("rtt_ms", uplink.name, epoch, uplink.rtt_ms)


def probe_readings(reading: ProbeReading) -> Iterator[Reading]:
    epoch = reading.feed.epoch
    yield Reading("skew_ms", "", epoch, reading.sync.skew_ms)
    yield Reading("fps", "", epoch, reading.feed.fps)
    yield Reading("gop_s", "", epoch, reading.feed.gop_s)


def _age_ms(then_ns: int, now_ns: int) -> float:
    return max(0.0, (now_ns - then_ns) / NS_PER_MS)
