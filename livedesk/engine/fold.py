"""What do the relay's and the probe's newest samples say together about a store? Pure.

Whatever is older than its limit is not known any more: its value goes, its age stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from livedesk.core.clock import NS_PER_MS
from livedesk.core.settings import StoreSettings
from livedesk.core.status import (
    FailoverMode,
    FailoverStatus,
    FeedStatus,
    PictureStatus,
    SoundStatus,
    SyncStatus,
    UplinkStatus,
)
from livedesk.engine.entries import FeedFacts, RelayEntry, RelaySample, UplinkFacts
from livedesk.engine.path_conditions import HEALTHY_S

STALE_MS = 1_500
"""Four samples a second are due; after this long without any the instrument is not believed."""

_MEDIA_GAP_MS = 1_000


@dataclass(frozen=True, slots=True)
class ProbeReading:
    """What the probe measured at one instant."""

    mono_ns: int
    utc_ns: int
    feed: FeedStatus
    sync: SyncStatus
    picture: PictureStatus = field(default_factory=PictureStatus)
    sound: SoundStatus = field(default_factory=SoundStatus)


@dataclass(frozen=True, slots=True)
class Reading:
    """One figure at one instant, as the record and the plots take it."""

    figure: str
    subject: str
    epoch: int
    value: float | None


class StoreFold:
    """The newest facts about one store. Classes are the relay's; only BLIND is said here."""

    def __init__(self, store: StoreSettings) -> None:
        self._store = store
        self._own = {uplink.name: uplink for uplink in store.uplinks}
        self._lost_ns: dict[str, int] = {}
        self._mended_utc_ns: int | None = None
        self.relay: RelaySample | None = None
        self.probe: ProbeReading | None = None

    @property
    def lost_tracks(self) -> frozenset[str]:
        """`audio` or `video`, if the relay said that it stopped while the other flows."""
        return frozenset(self._lost_ns)

    def forget_relay(self) -> None:
        """Another relay speaks now; what the last one said does not hold for it."""
        self.relay = None
        self._lost_ns.clear()

    def take(self, entry: RelayEntry) -> None:
        """The newest word of the relay."""
        if isinstance(entry, RelaySample):
            self.relay = entry
            self._find_tracks(entry)
            self._look_at_left(entry)
            return
        track = entry.data.get("track")
        if entry.event == "feed.track_lost" and isinstance(track, str):
            self._lost_ns[track] = entry.mono_ns
        elif entry.event == "feed.track_back" and isinstance(track, str):
            self._lost_ns.pop(track, None)

    def _find_tracks(self, sample: RelaySample) -> None:
        """A sample that knows of later media overrules an event, whose end may have been missed."""
        ages_ms = {"video": sample.feed.video_age_ms, "audio": sample.feed.audio_age_ms}
        for track, lost_ns in tuple(self._lost_ns.items()):
            age_ms = ages_ms.get(track)
            is_back = age_ms is None or age_ms < _age_ms(lost_ns, sample.mono_ns)
            if is_back or not sample.feed.connected:
                del self._lost_ns[track]

    def _look_at_left(self, sample: RelaySample) -> None:
        """Is the uplink that the last switch left good again?"""
        last = None if sample.failover is None else sample.failover.last
        for uplink in sample.uplinks:
            if last is None or uplink.name != last["from"]:
                continue
            if uplink.healthy_s is not None and uplink.healthy_s >= HEALTHY_S:
                self._mended_utc_ns = last["utc_ns"]

    @property
    def is_mended(self) -> bool:
        """Whether it has been good for a while since that switch."""
        known = None if self.relay is None else self.relay.failover
        last = None if known is None else known.last
        return last is not None and last["utc_ns"] == self._mended_utc_ns

    def relay_is_fresh(self, mono_ns: int) -> bool:
        return self.relay is not None and _age_ms(self.relay.mono_ns, mono_ns) <= STALE_MS

    def feed(self, mono_ns: int) -> FeedStatus:
        sample = self.relay
        if sample is None:
            return FeedStatus(state="BLIND")
        passed_ms = _age_ms(sample.mono_ns, mono_ns)
        age_ms = _plus(sample.feed.age_ms, passed_ms)
        if not self.relay_is_fresh(mono_ns):
            return FeedStatus(state="BLIND", age_ms=age_ms, epoch=sample.feed.epoch)
        facts = sample.feed
        status = FeedStatus(
            state=facts.state,
            kbps=facts.kbps,
            video_kbps=facts.video_kbps,
            audio_kbps=facts.audio_kbps,
            age_ms=age_ms,
            video_codec=facts.video_codec,
            audio_codec=facts.audio_codec,
            epoch=facts.epoch,
            lag_ms=facts.lag_ms,
            video_age_ms=_plus(facts.video_age_ms, passed_ms),
            audio_age_ms=_plus(facts.audio_age_ms, passed_ms),
            message_faults=facts.faults.total,
        )
        return self._with_probe(status, mono_ns)

    def _with_probe(self, status: FeedStatus, mono_ns: int) -> FeedStatus:
        if self.probe is None:
            return status
        status = replace(status, probe_age_ms=_age_ms(self.probe.mono_ns, mono_ns))
        probe = self._fresh_probe(mono_ns)
        if probe is None:
            return status
        return replace(
            status,
            fps=probe.feed.fps,
            gop_s=probe.feed.gop_s,
            width=probe.feed.width,
            height=probe.feed.height,
            profile=probe.feed.profile,
            sample_rate=probe.feed.sample_rate,
            channels=probe.feed.channels,
            jitter_ms=probe.feed.jitter_ms,
            bframe_ms=probe.feed.bframe_ms,
            timestamp_faults=probe.feed.timestamp_faults,
        )

    def _fresh_probe(self, mono_ns: int) -> ProbeReading | None:
        probe = self.probe
        if probe is None or _age_ms(probe.mono_ns, mono_ns) > STALE_MS:
            return None
        return probe

    def sync(self, mono_ns: int) -> SyncStatus:
        if self.probe is None:
            return SyncStatus()
        age_ms = _age_ms(self.probe.mono_ns, mono_ns)
        probe = self._fresh_probe(mono_ns)
        return SyncStatus(age_ms=age_ms) if probe is None else replace(probe.sync, age_ms=age_ms)

    def picture(self, mono_ns: int) -> PictureStatus:
        probe = self._fresh_probe(mono_ns)
        return PictureStatus() if probe is None else probe.picture

    def sound(self, mono_ns: int) -> SoundStatus:
        probe = self._fresh_probe(mono_ns)
        return SoundStatus() if probe is None else probe.sound

    def uplinks(self, mono_ns: int) -> tuple[UplinkStatus, ...]:
        """In the order of the settings; what the relay does not speak of is down."""
        sample = self.relay
        if sample is None:
            uplinks = [
                UplinkStatus(name, reason="the relay has not reported yet") for name in self._own
            ]
        else:
            age_ms = _age_ms(sample.mono_ns, mono_ns)
            uplinks = [
                _uplink(facts, _goodput_kbps(sample, facts), age_ms) for facts in sample.uplinks
            ]
        return tuple(self._with_settings(uplink) for uplink in uplinks)

    def _with_settings(self, uplink: UplinkStatus) -> UplinkStatus:
        """A relay that still runs with earlier settings may know an uplink that we do not."""
        own = self._own.get(uplink.name)
        return uplink if own is None else replace(uplink, cost=own.cost, bind=own.bind)

    def failover(self, mono_ns: int) -> FailoverStatus:
        """Which uplink carries and why. What is true now is not known of a relay that is silent;
        what has happened stays."""
        sample = self.relay
        if sample is None:
            return FailoverStatus(mode=self._mode(), reason="the relay has not reported yet")
        if self.relay_is_fresh(mono_ns):
            return sample.failover or _of_earlier_release(sample)
        age_s = _age_ms(sample.mono_ns, mono_ns) / 1000
        known = sample.failover or FailoverStatus()
        return FailoverStatus(
            mode=self._mode(),
            switches=known.switches,
            last=known.last,
            reason=f"not known: the relay has said nothing for {age_s:.1f} s",
            drill=None if known.drill is None or known.drill.state == "running" else known.drill,
        )

    def _mode(self) -> FailoverMode:
        """As the settings want it, while nobody says how it is."""
        if len(self._own) < 2:
            return "single"
        return "auto" if self._store.failover.automatic else "manual"


def _of_earlier_release(sample: RelaySample) -> FailoverStatus:
    carrying = [uplink.name for uplink in sample.uplinks if uplink.state == "carrying"]
    return FailoverStatus(
        active=carrying[0] if carrying else None,
        reason="the relay is of an earlier release, which does not switch",
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
        health=facts.health,
        retransmits=facts.retransmits,
        ready=facts.ready,
        proof_age_ms=_plus(facts.proof_age_ms, age_ms),
        healthy_s=facts.healthy_s,
        capacity_kbps=facts.capacity_kbps,
    )


def relay_readings(sample: RelaySample) -> Iterator[Reading]:
    """The figures of `core.figures` that a relay sample holds."""
    feed, epoch = sample.feed, sample.feed.epoch
    yield Reading("feed_kbps", "", epoch, feed.kbps)
    yield Reading("video_kbps", "", epoch, feed.video_kbps)
    yield Reading("audio_kbps", "", epoch, feed.audio_kbps)
    yield Reading("lag_ms", "", epoch, feed.lag_ms)
    for uplink in sample.uplinks:
        yield Reading("goodput_kbps", uplink.name, epoch, _goodput_kbps(sample, uplink))
        yield Reading("backlog_ms", uplink.name, epoch, uplink.backlog_ms)
        yield Reading("rtt_ms", uplink.name, epoch, uplink.rtt_ms)


def probe_readings(reading: ProbeReading) -> Iterator[Reading]:
    """The figures of `core.figures` that a probe's sample holds."""
    feed, sync, sound = reading.feed, reading.sync, reading.sound
    figures = {
        "skew_ms": sync.skew_ms,
        "audio_wall_ms": sync.audio_wall_ms,
        "video_wall_ms": sync.video_wall_ms,
        "fps": feed.fps,
        "gop_s": feed.gop_s,
        "jitter_ms": feed.jitter_ms,
        "peak_dbfs": sound.peak_dbfs,
        "short_term_lufs": sound.short_term_lufs,
        "coverage": sound.coverage,
    }
    for figure, value in figures.items():
        yield Reading(figure, "", feed.epoch, value)


def _age_ms(then_ns: int, now_ns: int) -> float:
    return max(0.0, (now_ns - then_ns) / NS_PER_MS)


def _plus(age_ms: float | None, passed_ms: float) -> float | None:
    """What an age was for the relay, and what has passed since."""
    return None if age_ms is None else age_ms + passed_ms
