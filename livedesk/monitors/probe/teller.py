"""What does the probe say about what its reader sees? Facts go in on one thread, lines come out."""

from __future__ import annotations

import threading
from typing import Final

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.events import Json, Level
from livedesk.core.status import Limits
from livedesk.monitors.facts import PacketFact, PictureFact, SoundFact, StreamFacts
from livedesk.monitors.meters import Meters, Reading
from livedesk.monitors.probe.job import ProbeJob
from livedesk.monitors.probe.lines import (
    EventLine,
    Line,
    PreviewLine,
    ProbeSample,
    ReaderState,
    SampleLine,
    encode_line,
)
from livedesk.monitors.probe.outbox import Outbox

SAMPLE_NS: Final = NS_PER_S // 4


class Teller:
    """The reader's sink, and the one who samples: the reader's thread and the clock's share it."""

    def __init__(self, job: ProbeJob, outbox: Outbox, clock: Clock) -> None:
        self._job = job
        self._outbox = outbox
        self._clock = clock
        self._lock = threading.Lock()
        self._meters = Meters(Limits(min_kbps=job.min_kbps, max_skew_ms=job.max_skew_ms))
        self._samples_by_media = job.is_file and job.pace == "at_once"
        self._next_ns = self._arrived_ns = 0
        self._streams: StreamFacts | None = None
        self._state: ReaderState = "opening"
        self._reason: str | None = None
        self._moved_ns = clock.mono_ns()
        self._load: float | None = None
        self._errors = 0
        self.opened_count = 0

    # The reader's side.

    def opening(self) -> None:
        with self._lock:
            self._move("opening")

    def opened(self, mono_ns: int, streams: StreamFacts) -> None:
        with self._lock:
            before, self._streams = self._streams, streams
            self._meters.opened(mono_ns, streams)
            self._move("reading")
            self._reason = None
            self.opened_count += 1
            self._next_ns = mono_ns + SAMPLE_NS
        text = f"The probe measures {self._job.place}: {_described(streams)}."
        self.note("probe.opened", "info", text, _data(streams))
        if before is not None:
            self._note_change(before, streams)

    def changed(self, mono_ns: int, streams: StreamFacts) -> None:
        with self._lock:
            before, self._streams = self._streams, streams
            self._meters.changed(mono_ns, streams)
        if before is not None:
            self._note_change(before, streams)

    def packet(self, fact: PacketFact) -> None:
        with self._lock:
            self._moved_ns = self._clock.mono_ns()
            if self._samples_by_media:
                while fact.arrival_ns >= self._next_ns:
                    self._sample(self._next_ns)
                    self._next_ns += SAMPLE_NS
            self._meters.packet(fact)
            self._arrived_ns = fact.arrival_ns

    def picture(self, fact: PictureFact) -> None:
        with self._lock:
            self._meters.picture(fact)

    def sound(self, fact: SoundFact) -> None:
        with self._lock:
            self._meters.sound(fact)

    def preview(self, mono_ns: int, jpeg: bytes, width: int, height: int) -> None:
        self._put(PreviewLine(mono_ns, jpeg, width, height))

    def decoding(self, load: float | None, errors: int) -> None:
        with self._lock:
            self._load, self._errors = load, errors

    def note(self, event: str, level: Level, text: str, data: dict[str, Json]) -> None:
        self._put(EventLine(event, level, text, data))

    def lost(self, reason: str) -> None:
        """Told once per reason, however often it is tried again."""
        with self._lock:
            is_news = reason != self._reason
            self._close(reason)
        if is_news:
            self.note("probe.lost", "warning", f"The probe {reason}.", {})

    def ended(self) -> None:
        with self._lock:
            if self._samples_by_media:  # a file's end is no silence
                self._sample(self._next_ns, self._meters.read(self._arrived_ns))
            self._close("the source ended the stream")
        self.note("probe.ended", "info", f"The source ended the stream: {self._job.place}.", {})

    # The clock's side.

    def sample(self, mono_ns: int) -> None:
        with self._lock:
            self._sample(mono_ns)

    def overdue_s(self, mono_ns: int) -> float:
        """How much longer than its own timeout the reader has been silent."""
        with self._lock:
            if self._state == "waiting":
                return 0.0
            is_opening = self._state == "opening"
            job = self._job
            limit_s = job.open_timeout_s if is_opening else job.read_timeout_s
            return (mono_ns - self._moved_ns) / NS_PER_S - limit_s

    def stuck(self) -> None:
        text = f"The reader of {self._job.place} hangs; the probe starts anew."
        self.note("probe.stuck", "warning", text, {})

    def out_of_memory(self, limit_mb: int) -> None:
        text = (
            f"Reading {self._job.place} took more than {limit_mb:,} MB of memory; the probe starts "
            "anew. Check what is sent there."
        )
        self.note("probe.out_of_memory", "warning", text, {})

    # Inside, with the lock held where state is touched.

    def _move(self, state: ReaderState) -> None:
        self._state = state
        self._moved_ns = self._clock.mono_ns()

    def _close(self, reason: str) -> None:
        self._meters.closed()
        self._reason = reason
        self._load = None
        self._move("waiting")

    def _sample(self, mono_ns: int, reading: Reading | None = None) -> None:
        reading = reading or self._meters.read(mono_ns)
        probe = ProbeSample(
            reader=self._state,
            reason=self._reason,
            opened=self.opened_count,
            decode_load=self._load,
            decode_errors=self._errors,
            dropped_lines=self._outbox.dropped,
        )
        self._put(
            SampleLine(
                mono_ns=mono_ns,
                utc_ns=self._clock.utc_ns(),
                feed=reading.feed,
                sync=reading.sync,
                picture=reading.picture,
                sound=reading.sound,
                cadence=reading.faults,
                probe=probe,
            )
        )

    def _put(self, line: Line) -> None:
        self._outbox.put(encode_line(line), may_wait=self._samples_by_media)

    def _note_change(self, before: StreamFacts, after: StreamFacts) -> None:
        if not after.differs(before):
            return
        text = f"The feed changed from {_described(before)} to {_described(after)}."
        for event in _changes(before, after):
            self.note(event, "notice", text, _data(after))


def _changes(before: StreamFacts, after: StreamFacts) -> list[str]:
    """Which events a change is. Another codec is one event, whatever else changed with it."""

    def only(*names: str) -> StreamFacts:
        return StreamFacts(**{name: getattr(after, name) for name in names})

    if before.differs(only("video_codec", "audio_codec")):
        return ["probe.codec_changed"]
    events = []
    if before.differs(only("width", "height", "profile")):
        events.append("probe.picture_changed")
    if before.differs(only("sample_rate", "channels")):
        events.append("probe.sound_changed")
    return events


def _described(streams: StreamFacts) -> str:
    parts = []
    if streams.video_codec is not None:
        profile = f" {streams.profile}" if streams.profile else ""
        size = f" {streams.width}×{streams.height}" if streams.width else ""
        parts.append(f"{streams.video_codec}{profile}{size}")
    if streams.audio_codec is not None:
        rate = f" {streams.sample_rate / 1000:g} kHz" if streams.sample_rate else ""
        parts.append(f"{streams.audio_codec}{rate}{_channels(streams.channels)}")
    return " and ".join(parts)


def _channels(count: int | None) -> str:
    if count is None:
        return ""
    return {1: " mono", 2: " stereo"}.get(count, f" {count} channels")


def _data(streams: StreamFacts) -> dict[str, Json]:
    return {
        "video_codec": streams.video_codec,
        "audio_codec": streams.audio_codec,
        "width": streams.width,
        "height": streams.height,
        "profile": streams.profile,
        "sample_rate": streams.sample_rate,
        "channels": streams.channels,
    }
