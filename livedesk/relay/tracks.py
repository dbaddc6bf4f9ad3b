"""How do picture and sound come in, each for itself? Lag, ages, and a track that stops."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from livedesk.core.clock import NS_PER_MS
from livedesk.gauges.lag import Lag
from livedesk.gauges.silence import Silence
from livedesk.rtmp import messages as m
from livedesk.rtmp.messages import Message, later_ms

TRACK_NAMES: Final = {m.VIDEO: "video", m.AUDIO: "audio"}
LOST_MS: Final = 800.0
"""Told within a second, the relay's own interval of asking included."""


@dataclass(frozen=True, slots=True)
class TrackChange:
    """A track stopped while the other flowed, or came back. `silent_ms`: how long it was away."""

    track: str
    is_lost: bool
    silent_ms: float


class _Track:
    """The frames of one track on this connection."""

    def __init__(self, mono_ns: int, stamp_ms: int) -> None:
        self.spacing = Silence(LOST_MS)
        self.lag = Lag(self.spacing)
        self.last_ns = mono_ns
        self.stamp_ms = stamp_ms
        self.missed_ms = 0.0
        """For how long the other track has flowed since our newest frame."""
        self.is_lost = False
        self.returned_after_ms: float | None = None
        self._position_ms = 0

    def frame(self, mono_ns: int, stamp_ms: int) -> float:
        """Returns the gap before this frame, in ms."""
        gap_ms = self.age_ms(mono_ns)
        self._position_ms += later_ms(stamp_ms, self.stamp_ms)
        self.lag.packet(mono_ns, self._position_ms)
        if self.is_lost and self.returned_after_ms is None:
            self.returned_after_ms = gap_ms
        self.last_ns, self.stamp_ms, self.missed_ms = mono_ns, stamp_ms, 0.0
        return gap_ms

    def age_ms(self, mono_ns: int) -> float:
        return (mono_ns - self.last_ns) / NS_PER_MS


class Tracks:
    """The tracks of one connection. Constant work for a frame; the rest is asked by the clock."""

    def __init__(self) -> None:
        self._tracks: dict[int, _Track] = {}

    def restart(self) -> None:
        """Another connection: what its encoder sends is not known yet."""
        self._tracks.clear()

    def jumped(self) -> None:
        """The timestamps count anew."""
        for track in self._tracks.values():
            track.lag.restart()

    def frame(self, message: Message, mono_ns: int, silence_limit_ms: float) -> None:
        """Coded media. The limit is that of the feed: what is longer was a silence of both.

        Where longer silences are allowed, one gap alone does not make the other track lost either:
        its media may be right behind.
        """
        kind, stamp_ms = message.type_id, message.timestamp_ms
        if kind not in self._tracks:
            self._tracks[kind] = _Track(mono_ns, stamp_ms)
        gap_ms = self._tracks[kind].frame(mono_ns, stamp_ms)
        if gap_ms <= silence_limit_ms:
            for other_kind, other in self._tracks.items():
                if other_kind != kind:
                    other.missed_ms += min(gap_ms, other.spacing.limit_ms / 2)

    @property
    def newest_ms(self) -> Mapping[int, int]:
        """The timestamp of each track's newest frame, by message type."""
        return {kind: track.stamp_ms for kind, track in self._tracks.items()}

    def age_ms(self, kind: int, mono_ns: int) -> float | None:
        """Since the newest frame; None before the first."""
        track = self._tracks.get(kind)
        return None if track is None else track.age_ms(mono_ns)

    def lag_ms(self, mono_ns: int) -> float | None:
        """Of the track that is least late: one that stops is lost, and not late."""
        lags = [track.lag.read(mono_ns) for track in self._tracks.values()]
        return min((lag for lag in lags if lag is not None), default=None)

    def changes(self, mono_ns: int) -> list[TrackChange]:
        """What stopped or came back since this was last asked. What was never here is not lost."""
        changes = []
        for kind, track in self._tracks.items():
            if track.returned_after_ms is not None:
                changes.append(TrackChange(TRACK_NAMES[kind], False, track.returned_after_ms))
                track.is_lost, track.returned_after_ms = False, None
            elif not track.is_lost and track.missed_ms >= track.spacing.limit_ms:
                changes.append(TrackChange(TRACK_NAMES[kind], True, track.age_ms(mono_ns)))
                track.is_lost = True
        return changes
