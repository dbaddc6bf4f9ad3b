"""What do the relay's and the probe's newest samples say together about a store? Pure.

Whatever is older than its limit is not known any more: its value goes, its age stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from livedesk.core.settings import StoreSettings
from livedesk.core.status import (
    FeedStatus,
    PictureStatus,
    SoundStatus,
    SyncStatus,
)
from livedesk.engine.ages import STALE_MS, age_ms_of, grown_ms
from livedesk.engine.entries import RelayEntry, RelaySample
from livedesk.engine.path_fold import PathFold, goodput_kbps


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
        self.paths = PathFold(store)
        self._lost_ns: dict[str, int] = {}
        self.relay: RelaySample | None = None
        self.probe: ProbeReading | None = None

    @property
    def lost_tracks(self) -> frozenset[str]:
        """`audio` or `video`, if the relay said that it stopped while the other flows."""
        return frozenset(self._lost_ns)

    def forget_relay(self) -> None:
        """Another relay speaks now; what the last one said does not hold for it."""
        self.relay = None
        self.paths.forget()
        self._lost_ns.clear()

    def take(self, entry: RelayEntry) -> None:
        """The newest word of the relay."""
        if isinstance(entry, RelaySample):
            self.relay = entry
            self._find_tracks(entry)
            self.paths.take(entry)
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
            is_back = age_ms is None or age_ms < age_ms_of(lost_ns, sample.mono_ns)
            if is_back or not sample.feed.connected:
                del self._lost_ns[track]

    def relay_is_fresh(self, mono_ns: int) -> bool:
        return self.relay is not None and age_ms_of(self.relay.mono_ns, mono_ns) <= STALE_MS

    def feed(self, mono_ns: int) -> FeedStatus:
        sample = self.relay
        if sample is None:
            return FeedStatus(state="BLIND")
        passed_ms = age_ms_of(sample.mono_ns, mono_ns)
        age_ms = grown_ms(sample.feed.age_ms, passed_ms)
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
            video_age_ms=grown_ms(facts.video_age_ms, passed_ms),
            audio_age_ms=grown_ms(facts.audio_age_ms, passed_ms),
            message_faults=facts.faults.total,
        )
        return self._with_probe(status, mono_ns)

    def _with_probe(self, status: FeedStatus, mono_ns: int) -> FeedStatus:
        if self.probe is None:
            return status
        status = replace(status, probe_age_ms=age_ms_of(self.probe.mono_ns, mono_ns))
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
        if probe is None or age_ms_of(probe.mono_ns, mono_ns) > STALE_MS:
            return None
        return probe

    def sync(self, mono_ns: int) -> SyncStatus:
        if self.probe is None:
            return SyncStatus()
        age_ms = age_ms_of(self.probe.mono_ns, mono_ns)
        probe = self._fresh_probe(mono_ns)
        return SyncStatus(age_ms=age_ms) if probe is None else replace(probe.sync, age_ms=age_ms)

    def picture(self, mono_ns: int) -> PictureStatus:
        probe = self._fresh_probe(mono_ns)
        return PictureStatus() if probe is None else probe.picture

    def sound(self, mono_ns: int) -> SoundStatus:
        probe = self._fresh_probe(mono_ns)
        return SoundStatus() if probe is None else probe.sound


def relay_readings(sample: RelaySample) -> Iterator[Reading]:
    """The figures of `core.figures` that a relay sample holds."""
    feed, epoch = sample.feed, sample.feed.epoch
    yield Reading("feed_kbps", "", epoch, feed.kbps)
    yield Reading("video_kbps", "", epoch, feed.video_kbps)
    yield Reading("audio_kbps", "", epoch, feed.audio_kbps)
    yield Reading("lag_ms", "", epoch, feed.lag_ms)
    for uplink in sample.uplinks:
        yield Reading("goodput_kbps", uplink.name, epoch, goodput_kbps(sample, uplink))
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
