"""Which frames of a known clip did a platform get, which not, and which twice?

The clip is played over and over, so that a frame is known by its content and, among the rounds, by
its distance from the one before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from livedesk.rtmp.flv import inspect
from livedesk.rtmp.flv_file import FlvReader
from livedesk.rtmp.messages import VIDEO, Message, later_ms

_TAG_HEADER_BYTES = 5
_STAMP_ERROR_MS = 60
"""A round of the clip ends with its longer track: the next begins a little later than a frame."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One coded picture at the platform. `publisher` counts the publications it came in."""

    mono_ns: int
    publisher: int
    number: int
    stamp_ms: int
    is_key: bool


@dataclass(frozen=True, slots=True)
class Seam:
    """What the viewers' platform lacks, or has twice, between two publications."""

    lost: int
    repeated: int
    stamp_error_ms: int
    """How far the new timestamps are from going on where the old ones were."""

    @property
    def is_continuous(self) -> bool:
        return abs(self.stamp_error_ms) <= _STAMP_ERROR_MS


class ClipFrames:
    """The clip's frames by their content."""

    def __init__(self, clip: Path) -> None:
        messages = [m for m in FlvReader().feed(clip.read_bytes()) if m.type_id == VIDEO]
        frames = [m for m in messages if inspect(m).kind == "frame"]
        self._numbers = {_content(frame): at for at, frame in enumerate(frames)}
        self.count = len(self._numbers)
        if self.count < len(frames):
            raise ValueError(f"{clip}: two frames are the same")
        first_ms, last_ms = frames[0].timestamp_ms, frames[-1].timestamp_ms
        self.spacing_ms = (last_ms - first_ms) / (len(frames) - 1)

    def frame(self, message: Message, mono_ns: int, publisher: int) -> Frame | None:
        """None if it is no coded picture. Raises KeyError for one that the clip does not have."""
        if message.type_id != VIDEO or (part := inspect(message)).kind != "frame":
            return None
        number = self._numbers[_content(message)]
        return Frame(mono_ns, publisher, number, message.timestamp_ms, bool(part.keyframe))

    def ahead(self, later: Frame, earlier: Frame) -> int:
        """How many frames on, at most half a clip either way."""
        half = self.count // 2
        return (later.number - earlier.number + half) % self.count - half

    def seam(self, old: Sequence[Frame], new: Sequence[Frame]) -> Seam:
        """Between the end of one publication and the beginning of the next; neither is empty.

        Frames that are missing inside the new one count as lost too.
        """
        step = self.ahead(new[0], old[-1])
        holes = sum(max(0, self.ahead(later, earlier) - 1) for earlier, later in pairwise(new))
        stamp_ms = later_ms(new[0].stamp_ms, old[-1].stamp_ms)
        return Seam(
            lost=max(0, step - 1) + holes,
            repeated=max(0, 1 - step),
            stamp_error_ms=round(stamp_ms - step * self.spacing_ms),
        )


def _content(message: Message) -> int:
    """Without the tag's header, which a muxer writes anew."""
    return hash(message.payload[_TAG_HEADER_BYTES:])
