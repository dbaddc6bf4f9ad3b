"""What moves through the relay, and how is a place in it named?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from livedesk.core.clock import NS_PER_S
from livedesk.rtmp.flv import Part
from livedesk.rtmp.messages import Message

PICTURE_GONE_NS: Final = 5 * NS_PER_S
"""Sound waits for its picture, but not for one of which nothing came for so long."""


class Item(NamedTuple):
    """A message on its way through the relay. A tuple, because one is made of each message."""

    message: Message
    part: Part | None
    """None for data messages."""
    arrival_ns: int
    number: int = 0
    """Runs through all messages of the feed, across connections of the encoder."""
    frames: int = 0
    """Video frames of the feed before this message."""

    @property
    def is_sync_point(self) -> bool:
        return self.part is not None and self.part.keyframe and self.part.kind == "frame"

    @property
    def is_droppable(self) -> bool:
        """Frames may be dropped in need; headers and metadata may not."""
        return self.part is not None and self.part.kind == "frame"


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in what the feed sent: before this message, which arrived or would arrive then."""

    number: int
    frames: int
    arrival_ns: int

    @staticmethod
    def before(item: Item) -> Mark:
        return Mark(item.number, item.frames, item.arrival_ns)
