"""How far is the sound ahead of the picture at the same place in the stream?

An audio packet stands in the stream between two video packets. In a stream whose sender is right,
its DTS lies between theirs, anywhere with equal chance; so `audio DTS − middle of the two video
DTS` scatters evenly around the skew, and its median is the skew. The place in the stream serves as
the common arrival: network jitter and the burst at joining do not change it. DTS, not PTS, on the
picture's side: senders sort by DTS, and PTS − DTS is the decoder's reordering allowance, which a
correct feed with B-frames has too (docs/decisions/0010-skew-at-arrival.md).
"""

from __future__ import annotations

from collections import deque
from statistics import median

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.monitors.drift import Drift
from livedesk.monitors.facts import Track

WINDOW_NS = 2 * NS_PER_S
SILENT_NS = 800 * NS_PER_MS
"""A track silent for longer has stopped: no skew is better than the last one."""

_WIDEST_MS = 500.0
"""Video packets further apart do not say when the audio between them arrived."""

_LEAST = 10
_MOST = 4_096
_MOST_PENDING = 256


class SkewMeter:
    """Median skew of the last two seconds of one epoch, and its drift. Positive: sound ahead."""

    def __init__(self) -> None:
        self.drift = Drift()
        self._samples: deque[tuple[int, float]] = deque(maxlen=_MOST)  # arrival, skew
        self._pending: deque[float] = deque(maxlen=_MOST_PENDING)  # audio since the last video
        self._video_ms: float | None = None
        self._audio_ms: float | None = None
        self._seen_ns: dict[Track, int] = {}
        self._since_ns: int | None = None
        self._fitted_ns = 0

    def restart(self) -> None:
        """A new epoch: nothing from before may be compared with what comes."""
        self.drift = Drift()
        self._seen_ns.clear()
        self._video_ms = self._audio_ms = None
        self._clear_window()

    def packet(self, track: Track, arrival_ns: int, position_ms: float) -> None:
        """`position_ms` is the DTS on the epoch's timeline."""
        self._seen_ns[track] = arrival_ns
        if track == "audio":
            self._audio(position_ms)
        else:
            self._video(arrival_ns, position_ms)

    def _audio(self, position_ms: float) -> None:
        if self._audio_ms is not None and abs(position_ms - self._audio_ms) > SILENT_NS / NS_PER_MS:
            self._clear_window()
        self._audio_ms = position_ms
        if self._video_ms is not None:
            self._pending.append(position_ms)

    def _video(self, arrival_ns: int, position_ms: float) -> None:
        before_ms, self._video_ms = self._video_ms, position_ms
        if before_ms is None:
            return
        if abs(position_ms - before_ms) > _WIDEST_MS:
            self._clear_window()
            return
        middle_ms = (before_ms + position_ms) / 2
        if self._pending and self._since_ns is None:
            self._since_ns = self._fitted_ns = arrival_ns
        self._samples.extend((arrival_ns, audio_ms - middle_ms) for audio_ms in self._pending)
        self._pending.clear()
        self._expire(arrival_ns)
        if arrival_ns - self._fitted_ns >= WINDOW_NS and len(self._samples) >= _LEAST:
            self._fitted_ns = arrival_ns
            self.drift.add(arrival_ns / NS_PER_S, self._median())

    def skew_ms(self, mono_ns: int) -> float | None:
        """None until two seconds are seen, and as soon as one track has stopped."""
        for track in ("video", "audio"):
            if mono_ns - self._seen_ns.get(track, mono_ns - SILENT_NS - 1) > SILENT_NS:
                return None
        if self._since_ns is None or mono_ns - self._since_ns < WINDOW_NS:
            return None
        self._expire(mono_ns)
        return self._median() if len(self._samples) >= _LEAST else None

    def _median(self) -> float:
        return median(value for _, value in self._samples)

    def _expire(self, mono_ns: int) -> None:
        while self._samples and mono_ns - self._samples[0][0] > WINDOW_NS:
            self._samples.popleft()

    def _clear_window(self) -> None:
        self._samples.clear()
        self._pending.clear()
        self._since_ns = None
