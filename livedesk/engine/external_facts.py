"""What do a probe at the server and the sending program say together to the failover policy? Pure.

There is no relay here. The probe sees what arrived, so that is what the path carried; what the
encoder made is only known where the sending program tells. Without it, media that stops is taken
for the path's fault, and a low rate with timestamps in step for the encoder's.
"""

from __future__ import annotations

from typing import Final

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.core.status import FeedStatus, UplinkState
from livedesk.engine.actuators.base import SenderFacts
from livedesk.engine.ages import STALE_MS
from livedesk.engine.entries import SenderState
from livedesk.engine.fold import ProbeReading
from livedesk.failover.facts import FeedFacts, PathFacts

AGREED_SILENCE_MS: Final = 1_000.0
"""With a sender that is held up too. The probe speaks four times a second, and a server passes on
in bursts."""

LONE_SILENCE_MS: Final = 3_000.0
"""Where only the probe says so: its server, its machine and itself may be what is slow."""

SETTLE_NS: Final = 2 * NS_PER_S
"""A player that begins reads what waits for it, then finds its pace."""

REMEMBERED_NS: Final = 10 * NS_PER_S
"""So long after the last media an encoder of which nothing is known is believed to go on."""

CONGESTED: Final = 0.1
"""Of OBS's scale from 0 to 1: frames of 70 ms wait to be sent."""

_FORGET: Final = 0.98
"""A reading; at four a second what the encoder made is half forgotten in 9 s. A rate that falls may
be the path's doing, before that can be told."""

_RATE_NS: Final = NS_PER_S


class ServerView:
    """Follows one stream at its server, and makes facts of it."""

    def __init__(self) -> None:
        self._reading: ProbeReading | None = None
        self._sender: SenderFacts | None = None
        self._media_ns: int | None = None
        self._began_ns: int | None = None
        self._is_held_up = False
        self._acked_bytes = 0.0
        self._healthy_kbps: float | None = None
        self._wanted_ns: int | None = None
        self._has_stream = False

    @property
    def has_stream(self) -> bool:
        """Whether the server gave the stream out when that was last seen. That our own instrument
        fails says nothing about it."""
        return self._has_stream

    @property
    def gives_media(self) -> bool:
        """Whether the server did when that was last seen; a short silence is no end."""
        return self._has_stream and self._silent_ms < LONE_SILENCE_MS

    @property
    def media_ns(self) -> int | None:
        """When media last came out of the server."""
        return self._media_ns

    def want(self, mono_ns: int | None) -> None:
        """A switch stopped the stream and did not bring it back: that it is off is no wish. Until
        it was seen to flow again (None)."""
        self._wanted_ns = mono_ns

    @property
    def has_returned(self) -> bool:
        """Whether what was wanted flows: media that left the server since, from a sender that
        streams."""
        wanted_ns, media_ns = self._wanted_ns, self._media_ns
        if wanted_ns is None or media_ns is None or media_ns <= wanted_ns:
            return False
        return self.gives_media and self.path_state()[0] == "carrying"

    def take(self, reading: ProbeReading | None, sender: SenderFacts | None) -> None:
        """The newest of both; the same reading may be given again."""
        if sender is not self._sender:
            self._is_held_up = _is_held_up(self._sender, sender)
            self._sender = sender
        if reading is None or reading is self._reading:
            return
        passed_ns = _RATE_NS if self._reading is None else reading.mono_ns - self._reading.mono_ns
        self._reading = reading
        feed = reading.feed
        if feed.state != "BLIND":
            self._has_stream = feed.state != "GONE"
        if feed.kbps is not None:
            self._acked_bytes += feed.kbps * 125 * min(passed_ns, _RATE_NS) / NS_PER_S
        if feed.age_ms is None:
            self._began_ns = None
        else:
            self._began_ns = self._began_ns or reading.mono_ns
            self._media_ns = reading.mono_ns - round(feed.age_ms * NS_PER_MS)
        if feed.state == "OK" and feed.kbps is not None and not self._is_congested:
            self._healthy_kbps = max(feed.kbps, (self._healthy_kbps or 0.0) * _FORGET)

    @property
    def _is_congested(self) -> bool:
        return self._sender is not None and self._sender.congestion > CONGESTED

    def is_fresh(self, mono_ns: int) -> bool:
        reading = self._reading
        return reading is not None and mono_ns - reading.mono_ns <= STALE_MS * NS_PER_MS

    def seen(self, mono_ns: int) -> FeedStatus:
        """What the probe says, while it is not too old."""
        if self._reading is None or not self.is_fresh(mono_ns):
            return FeedStatus(state="BLIND")
        return self._reading.feed

    def age_ms(self, mono_ns: int) -> float | None:
        """Of the newest media that was seen."""
        return None if self._media_ns is None else (mono_ns - self._media_ns) / NS_PER_MS

    @property
    def _silent_ms(self) -> float:
        """As the probe saw it last: that the instrument is silent says nothing about the show."""
        reading = self._reading
        return 0.0 if reading is None else self.age_ms(reading.mono_ns) or 0.0

    def flows(self, mono_ns: int) -> bool:
        """Whether the encoder gives media, as far as that can be known."""
        if self._media_ns is None:
            return False
        if self._wanted_ns is not None:
            return True
        if self._began_ns is not None and mono_ns - self._began_ns < SETTLE_NS:
            return False
        if self._sender is not None:
            return self._sender.active
        return self.is_fresh(mono_ns) and mono_ns - self._media_ns <= REMEMBERED_NS

    def feed(self, mono_ns: int) -> FeedFacts:
        seen, flows = self.seen(mono_ns), self.flows(mono_ns)
        if not flows:
            return FeedFacts("GONE" if self.is_fresh(mono_ns) else "BLIND", None, False)
        if seen.state == "LOW" and not self._is_congested:
            return FeedFacts("LOW", seen.kbps, True)
        if seen.state == "OK" and not self._is_congested:
            return FeedFacts("OK", seen.kbps, True)
        return FeedFacts("OK", self._healthy_kbps, True)

    @property
    def sender(self) -> SenderState | None:
        """What it says of itself; None when it cannot be asked."""
        if self._sender is None:
            return None
        if self._sender.reconnecting:
            return "reconnecting"
        if not self._sender.active:
            return "off"
        return "held_up" if self._is_held_up else "streaming"

    def path_state(self) -> tuple[UplinkState, str | None]:
        """Of the path that should carry, and why it does not."""
        if self.sender == "reconnecting":
            return "down", "OBS lost its connection and connects again"
        if self.sender == "off":
            return "down", "OBS does not stream"
        if self._media_ns is None:
            return "connecting", "no media came out of the server yet"
        if self._silent_ms > REMEMBERED_NS / NS_PER_MS:
            return "down", "no media comes out of the server"
        return "carrying", None

    def carrying(self, name: str, mono_ns: int) -> PathFacts:
        state, reason = self.path_state()
        seen = self.seen(mono_ns)
        return PathFacts(
            name,
            state,
            ready=state == "carrying",
            reason=reason,
            silent_ms=self._silent_ms,
            silence_limit_ms=AGREED_SILENCE_MS if self._is_held_up else LONE_SILENCE_MS,
            goodput_kbps=seen.kbps,
            backlog_ms=seen.lag_ms,
            media_bytes_acked=round(self._acked_bytes),
            unsent_bytes=self._unsent_bytes(seen),
        )

    def _unsent_bytes(self, seen: FeedStatus) -> int | None:
        """OBS calls 700 ms of queue 1.0 (rtmp-stream.c, the threshold at which it drops frames)."""
        if self._sender is None:
            return None
        if not self._is_congested:
            return 0
        return max(1, round(self._sender.congestion * 0.7 * (seen.kbps or 0.0) * 125))


def _is_held_up(before: SenderFacts | None, now: SenderFacts | None) -> bool:
    """It has something to send, and gets rid of little or nothing."""
    if now is None or not now.active:
        return False
    is_stuck = before is not None and now.sent_bytes == before.sent_bytes
    return now.reconnecting or now.congestion > CONGESTED or is_stuck
