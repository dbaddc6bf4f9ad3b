"""What does the encoder send, and who gets it? The relay's hub: timeline, rates, cache, fan-out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Protocol

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.events import Json
from livedesk.core.rate import SlidingRate
from livedesk.core.status import HealthClass, Limits
from livedesk.gauges.silence import is_near
from livedesk.relay.entries import EntryLog
from livedesk.relay.item import Item, Mark
from livedesk.relay.replay import Replay
from livedesk.relay.timeline import Timeline
from livedesk.relay.tracks import TRACK_NAMES
from livedesk.relay.watch import FeedWatch
from livedesk.rtmp import messages as m
from livedesk.rtmp.flv import Part, inspect
from livedesk.rtmp.messages import Message

_EPOCHS_SINCE_S: Final = 1_577_836_800
"""2020-01-01 UTC: whole seconds since then fit into the 32 bits that series keep for an epoch."""


class Path(Protocol):
    """Something the feed is forwarded to. `push` must neither wait nor raise."""

    def push(self, item: Item) -> None: ...

    def codec_changed(self) -> None:
        """Another codec follows on the same track."""
        ...

    def encoder_returned(self) -> None:
        """Another connection of the encoder follows, on the same timeline."""
        ...

    def broke(self) -> None:
        """One of the others raised all the same, and the path was detached."""
        ...


class Feed:
    """The one publisher's media, and the paths it goes to."""

    def __init__(
        self, clock: Clock, log: EntryLog, limits: Limits, catch_up_s: float = 10.0
    ) -> None:
        self._clock = clock
        self._log = log
        self._watch = FeedWatch(limits, log)
        self._paths: list[Path] = []
        self._presence_listeners: list[Callable[[], None]] = []
        # A later relay's epochs are above those of an earlier one.
        self._timeline = Timeline(max(0, clock.utc_ns() // NS_PER_S - _EPOCHS_SINCE_S))
        self._rate = SlidingRate()
        self._rates = {m.VIDEO: SlidingRate(), m.AUDIO: SlidingRate()}
        self._counts = {m.VIDEO: 0, m.AUDIO: 0}
        self._codecs: dict[int, str] = {}
        self._earlier_codecs: dict[int, str] = {}
        self._configurations: dict[tuple[int, int], bytes] = {}
        self._lost_ns: int | None = None
        self._number = 0
        self._frames = 0
        self.replay = Replay(catch_up_s)
        self.is_connected = False

    def on_presence(self, listener: Callable[[], None]) -> None:
        """Calls `listener` when the encoder comes or goes."""
        self._presence_listeners.append(listener)

    def _set_connected(self, is_connected: bool) -> None:
        self.is_connected = is_connected
        for listener in self._presence_listeners:
            listener()

    def attach(self, path: Path) -> None:
        self._paths.append(path)

    def detach(self, path: Path) -> None:
        if path in self._paths:
            self._paths.remove(path)

    @property
    def epoch(self) -> int:
        return self._timeline.epoch

    @property
    def state(self) -> HealthClass:
        return self._watch.state

    def kbps(self, mono_ns: int) -> float | None:
        """Of all media; None without an encoder and in its first second."""
        return self._rate.kbps(mono_ns) if self.is_connected else None

    @property
    def newest_ms(self) -> Mapping[int, int]:
        """The outgoing timestamp of each track's newest frame, by message type."""
        return self._watch.newest_ms

    def silent_ms(self, mono_ns: int) -> float | None:
        """Since the newest part of media, or the connection; None before the first encoder."""
        return self._watch.silent_ms(mono_ns)

    def flows(self, mono_ns: int) -> bool:
        """Whether the encoder is here, and no longer silent than is usual."""
        return self.is_connected and not self._watch.is_silent(mono_ns)

    def mark(self) -> Mark:
        """Before the next message."""
        return Mark(self._number, self._frames, self._clock.mono_ns())

    def lost_for_s(self, mono_ns: int) -> float | None:
        """How long the encoder has been away; None while it is here or never was."""
        if self.is_connected or self._lost_ns is None:
            return None
        return (mono_ns - self._lost_ns) / 1e9

    def begin(self, peer: str) -> None:
        """An encoder was accepted."""
        self._set_connected(True)
        self._watch.begin(self._clock.mono_ns(), near=is_near(peer))
        self._timeline.new_connection()
        self.replay.clear()
        self._configurations.clear()
        self._earlier_codecs |= self._codecs
        self._codecs.clear()
        for rate in (self._rate, *self._rates.values()):
            rate.reset()
        self._tell_paths(lambda path: path.encoder_returned())
        self._log.event(
            "feed.up",
            "info",
            f"Encoder connected from {peer}.",
            peer=peer,
            epoch=self._timeline.epoch,
        )

    def end(self, why: str) -> None:
        self._lost_ns = self._clock.mono_ns()
        self._set_connected(False)
        self._log.event("feed.lost", "warning", f"Encoder gone: {why}.", reason=why)

    def heard(self) -> None:
        """A part of a message came from the encoder."""
        self._watch.heard(self._clock.mono_ns())

    def receive(self, message: Message) -> None:
        """Forwards one message, payload untouched."""
        arrival_ns = self._clock.mono_ns()
        part = None
        if message.type_id in TRACK_NAMES:
            part = inspect(message)
            self._measure(message, part, arrival_ns)
        placed = self._place(message, part, arrival_ns)
        item = Item(placed, part, arrival_ns, self._number, self._frames)
        self._number += 1
        if part is not None and part.kind == "frame" and placed.type_id == m.VIDEO:
            self._frames += 1
        self.replay.add(item)
        for path in tuple(self._paths):
            try:
                path.push(item)
            except Exception as fault:  # noqa: BLE001 - one path's fault must not reach the others
                self._cut_off(path, fault)
        if part is not None:  # last: nobody waits for the meters
            self._look_at(placed, part, arrival_ns)

    def _look_at(self, placed: Message, part: Part, arrival_ns: int) -> None:
        has_header = (placed.type_id, part.track) in self._configurations
        self._watch.message(placed, part, arrival_ns, has_header=has_header)
        if part.kind == "frame":
            self._watch.frame(placed, arrival_ns)

    def _cut_off(self, path: Path, fault: Exception) -> None:
        self.detach(path)
        path.broke()
        name = type(path).__name__.strip("_").lower()
        self._log.event(
            "relay.error",
            "critical",
            f"A path of the relay failed ({name}: {type(fault).__name__}); please report this.",
            path=name,
        )

    def _place(self, message: Message, part: Part | None, mono_ns: int) -> Message:
        if part is not None and part.kind == "frame":
            stamp_ms, jumped = self._timeline.place_frame(
                message.timestamp_ms, mono_ns, message.type_id
            )
            if jumped:
                self._watch.jumped()
                self._tell_epoch("The encoder's timestamps jumped")
        else:
            stamp_ms = self._timeline.place_header(message.timestamp_ms)
        if stamp_ms == message.timestamp_ms:
            return message
        return Message(message.type_id, message.stream_id, stamp_ms, message.payload)

    def _tell_epoch(self, why: str) -> None:
        self._log.event(
            "feed.epoch", "notice", f"{why}; a new epoch begins.", epoch=self._timeline.epoch
        )

    def _measure(self, message: Message, part: Part, mono_ns: int) -> None:
        self._counts[message.type_id] += 1
        self._rate.add(mono_ns, len(message.payload))
        self._rates[message.type_id].add(mono_ns, len(message.payload))
        if part.kind == "header":
            self._configured(message, part)
        elif part.kind == "frame" and message.type_id not in self._codecs:
            self._codec_is(message.type_id, part.codec)

    def _configured(self, message: Message, part: Part) -> None:
        track = message.type_id, part.track
        known = self._configurations.get(track)
        if known == message.payload:
            return
        self._configurations[track] = message.payload
        before = self._codec_before(message.type_id)
        name = TRACK_NAMES[message.type_id]
        if known is not None:
            self._timeline.new_epoch()
            self._tell_epoch(f"The encoder changed the format of its {name}")
        self._log.event(
            "feed.codec",
            "info",
            f"The encoder sends {name} as {part.codec}.",
            track=name,
            codec=part.codec,
            before=before,
        )
        if part.track == 0:
            self._codec_is(message.type_id, part.codec)

    def _codec_before(self, type_id: int) -> str | None:
        """Also of the encoder's last connection: players have seen that one."""
        return self._codecs.get(type_id, self._earlier_codecs.get(type_id))

    def _codec_is(self, type_id: int, codec: str) -> None:
        before = self._codec_before(type_id)
        self._codecs[type_id] = codec
        if before not in (None, codec):
            self._tell_paths(lambda path: path.codec_changed())

    def _tell_paths(self, tell: Callable[[Path], None]) -> None:
        for path in tuple(self._paths):
            try:
                tell(path)
            except Exception as fault:  # noqa: BLE001 - as in `receive`
                self._cut_off(path, fault)

    def judge(self, mono_ns: int) -> bool:
        """Tells what changed by the clock; returns whether the class did."""
        return self._watch.judge(mono_ns, connected=self.is_connected, kbps=self.kbps(mono_ns))

    def sample(self, mono_ns: int) -> dict[str, Json]:
        """The `feed` part of a sample (docs/architecture.md, "Relay control channel")."""
        video_kbps, audio_kbps = (
            self._rates[kind].kbps(mono_ns) if self.is_connected else None
            for kind in (m.VIDEO, m.AUDIO)
        )
        return {
            "connected": self.is_connected,
            "kbps": self.kbps(mono_ns),
            "video_kbps": video_kbps,
            "audio_kbps": audio_kbps,
            "epoch": self._timeline.epoch,
            "video_codec": self._codecs.get(m.VIDEO),
            "audio_codec": self._codecs.get(m.AUDIO),
            "video_messages": self._counts[m.VIDEO],
            "audio_messages": self._counts[m.AUDIO],
            **self._watch.sample(mono_ns),
        }
