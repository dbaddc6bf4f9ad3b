"""What is the feed like by the clock? Its class, its lag, a track that stops, faulty messages.

Time is passed in. For a message there is a fixed small amount of work; the judging is done when the
relay asks, twenty times a second.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.core.events import Json, Level
from livedesk.core.status import HealthClass, Limits
from livedesk.gauges.classes import FeedClass
from livedesk.gauges.silence import Silence
from livedesk.relay.entries import EntryLog
from livedesk.relay.tracks import TrackChange, Tracks
from livedesk.rtmp import messages as m
from livedesk.rtmp.flv import Part
from livedesk.rtmp.messages import Message

CLASS_LEVEL: Final[dict[HealthClass, Level]] = {
    "OK": "info",
    "LOW": "notice",
    "STARVED": "warning",
    "STALLED": "warning",
    "GONE": "notice",
    "BLIND": "notice",
}
_FIRST_MEDIA_MS: Final = 3_000.0
"""So long an encoder may take from its connection and codec headers to its first media: cameras and
codecs must open. How silent it is by habit, nothing has shown yet."""
_NEED_HEADER: Final = ("h264", "hevc", "vvc", "av1", "aac")
_COMMAND_FRAME: Final = 5
_TAG_BYTES: Final = {m.VIDEO: 5, m.AUDIO: 2}


class FeedWatch:
    """Watches the connections of the encoder, one after the other."""

    def __init__(self, limits: Limits, log: EntryLog) -> None:
        self._limits = limits
        self._log = log
        self._class = FeedClass(limits, "GONE")
        self._tracks = Tracks()
        self._silence = Silence(limits.silence_ms)
        self._last_ns: int | None = None
        self._first_ns: int | None = None
        self._empty = self._unreadable = self._before_header = 0

    @property
    def state(self) -> HealthClass:
        return self._class.state

    @property
    def newest_ms(self) -> Mapping[int, int]:
        """The outgoing timestamp of each track's newest frame, by message type."""
        return self._tracks.newest_ms

    def silent_ms(self, mono_ns: int) -> float | None:
        """Since the newest part of media, or the connection; None before the first encoder."""
        return None if self._last_ns is None else (mono_ns - self._last_ns) / NS_PER_MS

    def is_silent(self, mono_ns: int) -> bool:
        silent_ms = self.silent_ms(mono_ns)
        return silent_ms is None or silent_ms > self._limit_ms

    @property
    def _limit_ms(self) -> float:
        return _FIRST_MEDIA_MS if self._first_ns is None else self._silence.limit_ms

    def _is_opening(self, mono_ns: int) -> bool:
        """It connected, and its first media is on the way: there is nothing to judge."""
        was_silent = self.state in ("GONE", "STALLED")
        return self._first_ns is None and was_silent and not self.is_silent(mono_ns)

    def _rate(self, mono_ns: int, kbps: float | None) -> float | None:
        """A second that began before the first media has no rate."""
        is_whole = self._first_ns is None or mono_ns - self._first_ns >= NS_PER_S
        return kbps if is_whole else None

    def begin(self, mono_ns: int, *, near: bool) -> None:
        """An encoder connected; silence is counted from here."""
        self._last_ns = mono_ns
        self._first_ns = None
        self._silence = Silence(self._limits.silence_ms, near)
        self._tracks.restart()

    def jumped(self) -> None:
        """The timestamps count anew."""
        self._tracks.jumped()

    def heard(self, mono_ns: int) -> None:
        """A part of a message came: a keyframe on a slow path takes half a second to be whole."""
        self._last_ns = mono_ns
        self._silence.message(mono_ns)

    def message(self, message: Message, part: Part, mono_ns: int, *, has_header: bool) -> None:
        """An audio or video message came; one without a byte is no sign of life."""
        if message.payload:
            self.heard(mono_ns)
            if self._first_ns is None and part.kind != "header":
                self._first_ns = mono_ns
        if _is_empty(message, part):
            self._empty += 1
        elif _is_unreadable(message, part):
            self._unreadable += 1
        elif part.kind == "frame" and part.codec in _NEED_HEADER and not has_header:
            self._before_header += 1

    def frame(self, message: Message, mono_ns: int) -> None:
        """Coded media, with its place on the outgoing timeline."""
        self._tracks.frame(message, mono_ns, self._silence.limit_ms)

    def judge(self, mono_ns: int, *, connected: bool, kbps: float | None) -> bool:
        """Tells what changed; returns whether the class did."""
        if connected:
            for change in self._tracks.changes(mono_ns):
                self._tell_track(change)
        if connected and self._is_opening(mono_ns):
            return False
        before, kbps = self.state, self._rate(mono_ns, kbps)
        figures: dict[str, float | None] = {
            "kbps": kbps,
            "age_ms": self.silent_ms(mono_ns),
            "silence_limit_ms": self._limit_ms,
            "lag_ms": self._tracks.lag_ms(mono_ns),
        }
        now = self._class.update(
            mono_ns,
            connected=connected,
            kbps=kbps,
            age_ms=figures["age_ms"],
            silence_limit_ms=self._limit_ms,
            lag_ms=figures["lag_ms"],
        )
        if now == before:
            return False
        self._log.event(
            "feed.class",
            CLASS_LEVEL[now],
            f"Feed {before} → {now}: {_why(now, figures)}.",
            **{"from": before, "to": now, **figures},
        )
        return True

    def _tell_track(self, change: TrackChange) -> None:
        name, seconds = change.track, change.silent_ms / 1000
        other = "audio" if name == "video" else "video"
        self._log.event(
            "feed.track_lost" if change.is_lost else "feed.track_back",
            "warning" if change.is_lost else "info",
            f"The encoder's {name} stopped {seconds:.1f} s ago; its {other} goes on."
            if change.is_lost
            else f"The encoder's {name} is back after {seconds:.1f} s.",
            track=name,
            silent_ms=change.silent_ms,
        )

    def sample(self, mono_ns: int) -> dict[str, Json]:
        """Our share of a sample's `feed`."""
        return {
            "state": self.state,
            "age_ms": self.silent_ms(mono_ns),
            "lag_ms": self._tracks.lag_ms(mono_ns) if self.state != "GONE" else None,
            "video_age_ms": self._tracks.age_ms(m.VIDEO, mono_ns),
            "audio_age_ms": self._tracks.age_ms(m.AUDIO, mono_ns),
            "faults": {
                "empty": self._empty,
                "unreadable": self._unreadable,
                "before_header": self._before_header,
            },
        }


def _why(now: HealthClass, figures: Mapping[str, float | None]) -> str:
    """The figure that decided, for people."""
    kbps, age_ms, lag_ms = (figures[name] or 0.0 for name in ("kbps", "age_ms", "lag_ms"))
    match now:
        case "GONE":
            return "no encoder"
        case "STALLED":
            return f"nothing came for {age_ms:.0f} ms"
        case "STARVED":
            return f"its media is {lag_ms:,.0f} ms late"
        case "LOW":
            return f"{kbps:,.0f} kbps, in step with the clock"
        case "BLIND":
            return "no rate is known"
    return f"{kbps:,.0f} kbps"


def _is_empty(message: Message, part: Part) -> bool:
    """Nothing at all, or a tag header of H.264, HEVC or AAC with nothing behind it."""
    size = len(message.payload)
    is_bare = part.kind == "frame" and part.codec in ("h264", "hevc", "aac")
    return size == 0 or (is_bare and size <= _TAG_BYTES[message.type_id])


def _is_unreadable(message: Message, part: Part) -> bool:
    """Of no known codec, or cut off. A video command frame has two bytes and is none of these."""
    if part.codec == "unknown":
        return True
    if part.kind != "other" or (message.type_id == m.VIDEO and message.payload[0] & 0x80):
        return False
    return message.type_id == m.AUDIO or message.payload[0] >> 4 != _COMMAND_FRAME
