"""Where did the stream go on, on the path that took it over, and what did that cost?"""

from __future__ import annotations

from livedesk.core.clock import NS_PER_MS
from livedesk.relay.item import Item, Mark
from livedesk.rtmp import messages as m


class Handover:
    """The figures of one path since it was told to carry, over all its connections since.

    Frames are video frames. They are None until the first one was sent, and when the stream has not
    been carried before.
    """

    def __init__(self) -> None:
        self.published_ns: int | None = None
        """When the platform took the first publication."""
        self.first: Item | None = None
        """The first frame on the newest connection: a keyframe, where there is video."""
        self.frames_lost: int | None = None
        self.frames_repeated: int | None = None
        self.lost_ms: float | None = None
        self._mark: Mark | None = None

    def publishes(self, mono_ns: int, mark: Mark | None) -> None:
        """A connection publishes. The far end may not have what follows the mark."""
        self.published_ns = self.published_ns or mono_ns
        self.first = None
        self._mark = mark

    def sends(self, frame: Item) -> None:
        """The first frame of this connection is written."""
        self.first = frame
        if self._mark is None:
            return
        missed = frame.frames - self._mark.frames
        is_sound = frame.message.type_id == m.AUDIO  # then there is no picture to be counted
        is_gap = missed > 0 or (is_sound and frame.number > self._mark.number)
        gap_ms = (frame.arrival_ns - self._mark.arrival_ns) / NS_PER_MS if is_gap else 0.0
        self.frames_lost = (self.frames_lost or 0) + max(0, missed)
        self.frames_repeated = (self.frames_repeated or 0) + max(0, -missed)
        self.lost_ms = (self.lost_ms or 0.0) + gap_ms
