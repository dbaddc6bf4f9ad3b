"""Facts in, one sample out: what does the feed look like at this instant?"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Protocol

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.core.rate import SlidingRate
from livedesk.core.status import FeedStatus, Limits, PictureStatus, SoundStatus, SyncStatus
from livedesk.monitors.cadence import CadenceMeter, TimestampFaults
from livedesk.monitors.facts import PacketFact, PictureFact, SoundFact, StreamFacts, Track
from livedesk.monitors.limits import FeedJudge, SkewJudge
from livedesk.monitors.skew import SkewMeter
from livedesk.monitors.timeline import Timeline

FRESH_NS = NS_PER_S
"""Figures of a track that was silent for longer are unknown."""

_DRAINED_NS = 3 * NS_PER_MS
_DRAINED_WITHIN_NS = NS_PER_S


class SlateReading(Protocol):
    @property
    def offset_ms(self) -> float | None: ...

    @property
    def age_s(self) -> float | None: ...

    @property
    def pairs(self) -> int: ...


class PictureGauge(Protocol):
    def picture(self, fact: PictureFact) -> None: ...

    def read(self, mono_ns: int) -> PictureStatus: ...

    def restart(self) -> None: ...


class SoundGauge(Protocol):
    def sound(self, fact: SoundFact) -> None: ...

    def read(self, mono_ns: int) -> SoundStatus: ...

    def restart(self) -> None: ...


class SlateGauge(Protocol):
    def picture(self, fact: PictureFact) -> None: ...

    def sound(self, fact: SoundFact) -> None: ...

    def read(self, mono_ns: int) -> SlateReading: ...

    def restart(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything the meters know at one instant."""

    feed: FeedStatus
    sync: SyncStatus
    picture: PictureStatus = field(default_factory=PictureStatus)
    sound: SoundStatus = field(default_factory=SoundStatus)
    faults: TimestampFaults = field(default_factory=TimestampFaults)


class Meters:
    """All meters of one feed. Pure: arrival times come with the facts, the time with `read`."""

    def __init__(
        self,
        limits: Limits,
        picture: PictureGauge | None = None,
        sound: SoundGauge | None = None,
        slate: SlateGauge | None = None,
    ) -> None:
        self._max_skew_ms = limits.max_skew_ms
        self._feed_judge = FeedJudge(limits.min_kbps)
        self._skew_judge = SkewJudge(limits.max_skew_ms)
        self._timeline = Timeline()
        self._cadence = CadenceMeter()
        self._skew = SkewMeter()
        self._rates = _Rates()
        self._streams: StreamFacts | None = None
        self._seen_ns: dict[Track, int] = {}
        self._has_opened = False
        self._picture = picture
        self._sound = sound
        self._slate = slate

    def opened(self, mono_ns: int, streams: StreamFacts) -> None:
        """An input delivers from now on. Opening it again begins an epoch."""
        if self._has_opened:
            self._restart(mono_ns)
        self._has_opened = True
        self._streams = streams
        self._rates = _Rates()
        self._seen_ns.clear()

    def closed(self) -> None:
        """The input is gone: nothing is known any more."""
        self._streams = None
        self._seen_ns.clear()
        self._restart_decoded()

    def changed(self, mono_ns: int, streams: StreamFacts) -> None:
        """More is known of the input, or it goes on in another form, which is a new epoch."""
        before, self._streams = self._streams, streams
        if before is not None and streams.differs(before):
            self._restart(mono_ns)

    def packet(self, fact: PacketFact) -> None:
        self._seen_ns[fact.track] = fact.arrival_ns
        self._rates.packet(fact)
        placed = self._timeline.place(fact)
        if placed is None:
            self._cadence.untimed()
            return
        position_ms, jumped = placed
        if jumped:
            self._skew.restart()
            self._cadence.restart()
            self._restart_decoded()
        self._cadence.packet(fact, position_ms)
        if self._streams is not None and self._streams.in_arrival_order:
            self._skew.packet(fact.track, fact.arrival_ns, position_ms)

    def picture(self, fact: PictureFact) -> None:
        for gauge in (self._picture, self._slate):
            if gauge is not None:
                gauge.picture(fact)

    def sound(self, fact: SoundFact) -> None:
        for gauge in (self._sound, self._slate):
            if gauge is not None:
                gauge.sound(fact)

    def read(self, mono_ns: int) -> Reading:
        """The sample at `mono_ns`; what has not come for a while is None, never its last value."""
        return Reading(
            feed=self._feed(mono_ns),
            sync=self._sync(mono_ns),
            picture=self._picture.read(mono_ns) if self._picture else PictureStatus(),
            sound=self._sound.read(mono_ns) if self._sound else SoundStatus(),
            faults=self._cadence.faults(),
        )

    def _feed(self, mono_ns: int) -> FeedStatus:
        streams, age_ms = self._streams, self._age_ms(mono_ns)
        if streams is None:
            state = self._feed_judge.update(mono_ns, connected=False, kbps=None, age_ms=None)
            return FeedStatus(state=state, epoch=self._timeline.epoch)
        rates = self._rates
        kbps = rates.total.kbps(mono_ns)
        pace = self._cadence.pace.read(mono_ns)
        feed = FeedStatus(
            state=self._feed_judge.update(
                mono_ns, connected=True, kbps=kbps, age_ms=age_ms, pace=pace
            ),
            kbps=kbps,
            video_kbps=rates.video.kbps(mono_ns),
            audio_kbps=rates.audio.kbps(mono_ns),
            width=streams.width,
            height=streams.height,
            age_ms=age_ms,
            video_codec=streams.video_codec,
            audio_codec=streams.audio_codec,
            epoch=self._timeline.epoch,
        )
        if mono_ns - self._seen_ns.get("video", mono_ns - FRESH_NS - 1) > FRESH_NS:
            return feed
        return replace(feed, fps=self._cadence.fps(mono_ns), gop_s=self._cadence.gop_s)

    def _sync(self, mono_ns: int) -> SyncStatus:
        skew_ms = self._skew.skew_ms(mono_ns) if self._streams is not None else None
        state = self._skew_judge.update(skew_ms)
        if skew_ms is None:
            return SyncStatus(state=state)
        drift = self._skew.drift
        return SyncStatus(
            skew_ms=skew_ms,
            slope_ppm=drift.slope_ppm(),
            forecast_s=drift.forecast_s(skew_ms, self._max_skew_ms),
            state=state,
            age_ms=self._age_ms(mono_ns),
        )

    def _age_ms(self, mono_ns: int) -> float | None:
        if not self._seen_ns:
            return None
        return max(0, mono_ns - max(self._seen_ns.values())) / NS_PER_MS

    def _restart(self, mono_ns: int) -> None:
        self._timeline.restart(mono_ns)
        self._cadence.restart()
        self._skew.restart()
        self._restart_decoded()

    def _restart_decoded(self) -> None:
        for gauge in (self._picture, self._sound, self._slate):
            if gauge is not None:
                gauge.restart()


class _Rates:
    """Payload bits a second, once the burst that a joining player gets is through.

    The burst comes as fast as the reader takes it; the first wait for a packet ends it.
    """

    def __init__(self) -> None:
        self.total = SlidingRate()
        self.video = SlidingRate()
        self.audio = SlidingRate()
        self._begun_ns: int | None = None
        self._last_ns = 0
        self._is_drained = False

    def packet(self, fact: PacketFact) -> None:
        if self._begun_ns is None:
            self._begun_ns = self._last_ns = fact.arrival_ns
        if not self._is_drained:
            waited_ns = fact.arrival_ns - self._last_ns
            open_ns = fact.arrival_ns - self._begun_ns
            self._is_drained = waited_ns >= _DRAINED_NS or open_ns >= _DRAINED_WITHIN_NS
            self._last_ns = fact.arrival_ns
            if not self._is_drained:
                return
        self.total.add(fact.arrival_ns, fact.payload_bytes)
        track = self.video if fact.track == "video" else self.audio
        track.add(fact.arrival_ns, fact.payload_bytes)
