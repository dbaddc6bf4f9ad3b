"""Facts in, one sample out: what does the feed look like at this instant?"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.core.status import (
    FeedState,
    FeedStatus,
    Limits,
    PictureStatus,
    SoundStatus,
    SyncStatus,
)
from livedesk.gauges.classes import FeedClass
from livedesk.gauges.lag import Lag
from livedesk.gauges.silence import Silence
from livedesk.monitors.cadence import Cadence, CadenceMeter, TimestampFaults
from livedesk.monitors.clocks import ClockMeter
from livedesk.monitors.coverage import CoverageMeter
from livedesk.monitors.facts import PacketFact, PictureFact, SoundFact, StreamFacts, Track
from livedesk.monitors.limits import SkewJudge
from livedesk.monitors.picture import PictureMeter
from livedesk.monitors.rates import Rates
from livedesk.monitors.skew import SkewMeter
from livedesk.monitors.slate import SlateMeter
from livedesk.monitors.sound import SoundMeter
from livedesk.monitors.timeline import Timeline

FRESH_NS: Final = NS_PER_S
"""Figures of a track that was silent for longer are unknown."""

_TRACKS: Final[tuple[Track, Track]] = ("video", "audio")


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

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._feed_class = FeedClass(limits)
        self._skew_judge = SkewJudge(limits.max_skew_ms)
        self._timeline = Timeline()
        # The input may be far away, and the reader's own decoding holds packets up.
        self._silence = Silence(limits.silence_ms, near=False)
        self._rates = Rates()
        self._lags: dict[Track, Lag] = {"video": Lag(), "audio": Lag()}
        self._cadence = CadenceMeter()
        self._skew = SkewMeter()
        self._clocks = ClockMeter()
        self._coverage = CoverageMeter()
        self._picture = PictureMeter()
        self._sound = SoundMeter()
        self._slate = SlateMeter()
        self._streams: StreamFacts | None = None
        self._seen_ns: dict[Track, int] = {}
        self._has_opened = False

    def opened(self, mono_ns: int, streams: StreamFacts) -> None:
        """An input delivers from now on. Opening it again begins an epoch."""
        if self._has_opened:
            self._timeline.restart(mono_ns)
            self._restart()
        self._has_opened = True
        self._feed_class = FeedClass(self._limits)  # BLIND, not GONE, until its rate is known
        self._streams = streams
        self._rates = Rates()
        self._silence.restart()
        self._seen_ns.clear()

    def closed(self) -> None:
        """The input is gone: nothing is known any more."""
        self._streams = None
        self._seen_ns.clear()
        self._restart()

    def changed(self, mono_ns: int, streams: StreamFacts) -> None:
        """More is known of the input, or it goes on in another form, which is a new epoch."""
        before, self._streams = self._streams, streams
        if before is not None and streams.differs(before):
            self._timeline.restart(mono_ns)
            self._restart()

    def packet(self, fact: PacketFact) -> None:
        """A packet without payload holds no media: it keeps no track alive."""
        if not fact.payload_bytes:
            return
        self._seen_ns[fact.track] = fact.arrival_ns
        self._rates.packet(fact)
        self._silence.message(fact.arrival_ns)
        placed = self._timeline.place(fact)
        if placed is None:
            self._cadence.untimed(fact)
            return
        position_ms, jumped = placed
        if jumped:
            self._restart()
        self._lags[fact.track].packet(fact.arrival_ns, position_ms)
        self._clocks.packet(fact.track, fact.arrival_ns, position_ms)
        self._cadence.packet(fact, position_ms)
        if self._streams is not None and self._streams.in_arrival_order:
            self._skew.packet(fact.track, fact.arrival_ns, position_ms)

    def picture(self, fact: PictureFact) -> None:
        """A picture was decoded."""
        self._picture.picture(fact)
        self._slate.picture(fact)

    def sound(self, fact: SoundFact) -> None:
        """A block of sound was decoded."""
        self._sound.sound(fact)
        self._coverage.sound(fact)
        self._slate.sound(fact)

    def read(self, mono_ns: int) -> Reading:
        """The sample at `mono_ns`; what has not come for a while is None, never its last value."""
        return Reading(
            feed=self._read_feed(mono_ns),
            sync=self._read_sync(mono_ns),
            picture=self._picture.read(mono_ns),
            sound=replace(self._sound.read(mono_ns), coverage=self._coverage.read(mono_ns)),
            faults=self._cadence.faults(),
        )

    def _read_feed(self, mono_ns: int) -> FeedStatus:
        streams, epoch = self._streams, self._timeline.epoch
        faults = self._cadence.faults().total
        if streams is None:
            state = self._judge(mono_ns, kbps=None, lag_ms=None)
            return FeedStatus(state=state, epoch=epoch, timestamp_faults=faults)
        kbps, lag_ms = self._rates.total.kbps(mono_ns), self._lag_ms(mono_ns)
        is_fresh = self._is_fresh("video", mono_ns)
        cadence = self._cadence.read(mono_ns) if is_fresh else Cadence()
        return FeedStatus(
            state=self._judge(mono_ns, kbps=kbps, lag_ms=lag_ms),
            kbps=kbps,
            video_kbps=self._rates.video.kbps(mono_ns),
            audio_kbps=self._rates.audio.kbps(mono_ns),
            fps=cadence.fps,
            gop_s=cadence.gop_s,
            width=streams.width,
            height=streams.height,
            age_ms=self._age_ms(mono_ns),
            video_codec=streams.video_codec,
            audio_codec=streams.audio_codec,
            epoch=epoch,
            lag_ms=lag_ms,
            video_age_ms=self._track_age_ms("video", mono_ns),
            audio_age_ms=self._track_age_ms("audio", mono_ns),
            profile=streams.profile,
            sample_rate=streams.sample_rate,
            channels=streams.channels,
            jitter_ms=cadence.jitter_ms,
            bframe_ms=cadence.bframe_ms,
            timestamp_faults=faults,
        )

    def _judge(self, mono_ns: int, *, kbps: float | None, lag_ms: float | None) -> FeedState:
        return self._feed_class.update(
            mono_ns,
            connected=self._streams is not None,
            kbps=kbps,
            age_ms=self._age_ms(mono_ns),
            silence_limit_ms=self._silence.limit_ms,
            lag_ms=lag_ms,
        )

    def _read_sync(self, mono_ns: int) -> SyncStatus:
        skew_ms = self._skew.skew_ms(mono_ns) if self._streams is not None else None
        sync = SyncStatus(
            skew_ms=skew_ms,
            state=self._skew_judge.update(skew_ms),
            age_ms=self._age_ms(mono_ns) if skew_ms is not None else None,
            audio_wall_ms=self._wall_ms("audio", mono_ns),
            video_wall_ms=self._wall_ms("video", mono_ns),
        )
        if skew_ms is not None:
            sync = self._with_drift(sync)
        return self._with_slate(sync, mono_ns)

    def _with_drift(self, sync: SyncStatus) -> SyncStatus:
        """A slope only when there is one; how sure that is, as soon as it can be told."""
        drift = self._skew.drift
        trend = drift.trend
        if trend is None:
            return replace(sync, kind=drift.kind)
        drifts = trend.kind == "drifting"
        left_s, error_s = trend.forecast(self._limits.max_skew_ms) or (None, None)
        return replace(
            sync,
            kind=trend.kind,
            slope_ppm=trend.slope_ppm if drifts else None,
            slope_error_ppm=trend.slope_error_ppm,
            forecast_s=left_s,
            forecast_error_s=error_s,
        )

    def _with_slate(self, sync: SyncStatus, mono_ns: int) -> SyncStatus:
        slate = self._slate.read(mono_ns)
        return replace(
            sync, offset_ms=slate.offset_ms, offset_age_s=slate.age_s, offset_pairs=slate.pairs
        )

    def _wall_ms(self, track: Track, mono_ns: int) -> float | None:
        return self._clocks.growth_ms(track) if self._is_fresh(track, mono_ns) else None

    def _lag_ms(self, mono_ns: int) -> float | None:
        """Of the track that is less late: what holds up the path holds up both."""
        lags = (self._lags[track].read(mono_ns) for track in _TRACKS if track in self._seen_ns)
        return min((lag_ms for lag_ms in lags if lag_ms is not None), default=None)

    def _age_ms(self, mono_ns: int) -> float | None:
        ages = (self._track_age_ms(track, mono_ns) for track in _TRACKS)
        return min((age_ms for age_ms in ages if age_ms is not None), default=None)

    def _track_age_ms(self, track: Track, mono_ns: int) -> float | None:
        seen_ns = self._seen_ns.get(track)
        return None if seen_ns is None else max(0, mono_ns - seen_ns) / NS_PER_MS

    def _is_fresh(self, track: Track, mono_ns: int) -> bool:
        age_ms = self._track_age_ms(track, mono_ns)
        return age_ms is not None and age_ms * NS_PER_MS <= FRESH_NS

    def _restart(self) -> None:
        """Nothing from before may be compared with what comes."""
        for lag in self._lags.values():
            lag.restart()
        self._cadence.restart()
        self._skew.restart()
        self._clocks.restart()
        self._coverage.restart()
        self._picture.restart()
        self._sound.restart()
        self._slate.restart()
