"""What does a probe process say? The JSON lines on its standard output, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from livedesk.core.events import Level
from livedesk.core.status import FeedStatus, PictureStatus, SoundStatus, SyncStatus
from livedesk.monitors.cadence import TimestampFaults

ReaderState = Literal["opening", "reading", "waiting"]


@dataclass(frozen=True, slots=True)
class ProbeSample:
    """The state of the measuring itself. `reason` says why nothing is read."""

    reader: ReaderState = "opening"
    reason: str | None = None
    opened: int = 0
    decode_load: float | None = None
    """Share of the last seconds that went into decoding; near 1 the probe is too slow."""
    decode_errors: int = 0
    dropped_lines: int = 0


class SampleLine(msgspec.Struct, frozen=True, tag_field="kind", tag="sample"):
    mono_ns: int
    utc_ns: int
    feed: FeedStatus
    sync: SyncStatus
    picture: PictureStatus = field(default_factory=PictureStatus)
    sound: SoundStatus = field(default_factory=SoundStatus)
    cadence: TimestampFaults = field(default_factory=TimestampFaults)
    probe: ProbeSample = field(default_factory=ProbeSample)


class PreviewLine(msgspec.Struct, frozen=True, tag_field="kind", tag="preview"):
    """`jpeg` travels as base64."""

    mono_ns: int
    jpeg: bytes
    width: int
    height: int


class EventLine(msgspec.Struct, frozen=True, tag_field="kind", tag="event"):
    """`event` is dotted and stable: probe.opened, probe.lost, probe.ended, probe.codec_changed,
    probe.picture_changed, probe.sound_changed, probe.too_large, probe.slow_decode,
    probe.decode_recovered, probe.stuck, probe.out_of_memory, probe.bad_job.

    `data` holds JSON values; their recursive type is more than the decoder can check."""

    event: str
    level: Level
    text: str
    data: dict[str, Any] = {}


Line = SampleLine | PreviewLine | EventLine

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)


def encode_line(line: Line) -> bytes:
    return _encoder.encode(line) + b"\n"


def parse_line(text: bytes) -> Line:
    """Raises msgspec.DecodeError."""
    return _decoder.decode(text)
