"""Messages wait here for a socket that is slow.

Bounded in time and bytes; what is dropped is counted.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from livedesk.core.clock import NS_PER_MS
from livedesk.relay.item import PICTURE_GONE_NS, Item
from livedesk.rtmp import messages as m

MAX_BYTES: Final = 64 * 1024 * 1024
"""Ten seconds of 50 Mb/s: a bound also for an encoder that sends faster than it should."""


class Outlet:
    """The queue in front of one socket.

    When the oldest message has waited for more than `max_ms`, everything before the newest keyframe
    goes, or, if none waits, all frames until the next keyframe: sound is never sent without its
    picture. Waiting is counted from arrival to arrival: timestamps may jump.
    """

    def __init__(self, max_ms: int, max_bytes: int = MAX_BYTES) -> None:
        self._max_ms = max_ms
        self._max_bytes = max_bytes
        self._waiting: deque[Item] = deque()
        self._bytes = 0
        self._filled_ns = 0
        self._needs_keyframe = False
        self._has_video = False
        self._picture_ns: int | None = None
        self.dropped = 0
        self.skips = 0

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def is_skipping(self) -> bool:
        """Whether frames are being dropped until a keyframe comes."""
        return self._needs_keyframe

    @property
    def is_clear(self) -> bool:
        """Whether a message need not be put here: nothing waits, and nothing is skipped."""
        return not self._waiting and not self._needs_keyframe

    @property
    def oldest(self) -> Item | None:
        return self._waiting[0] if self._waiting else None

    def wait_for_keyframe(self) -> None:
        """What came before is not known to the receiver: begin at a keyframe."""
        self._needs_keyframe = self._has_video = True

    def clear(self) -> None:
        self._waiting.clear()
        self._bytes = 0
        self._filled_ns = 0
        self._picture_ns = None
        self._needs_keyframe = self._has_video = False

    def fill(self, items: list[Item], mono_ns: int) -> None:
        """What a path has to catch up with. It arrived long ago; its waiting begins now."""
        self._waiting.extend(items)
        self._bytes += sum(len(item.message.payload) for item in items)
        self._filled_ns = mono_ns

    def put(self, item: Item) -> None:
        self._look_for_picture(item)
        if self._needs_keyframe and item.is_droppable:
            if self._has_video and not item.is_sync_point:
                self.dropped += 1
                return
            self._needs_keyframe = False
        self._waiting.append(item)
        self._bytes += len(item.message.payload)
        if self._waited_ms() > self._max_ms or self._bytes > self._max_bytes:
            self._skip()

    def _look_for_picture(self, item: Item) -> None:
        if item.message.type_id == m.VIDEO:
            self._has_video, self._picture_ns = True, item.arrival_ns
        elif self._picture_ns is None:
            self._picture_ns = item.arrival_ns
        elif item.arrival_ns - self._picture_ns > PICTURE_GONE_NS:
            self._has_video = False

    def take(self) -> Item | None:
        if not self._waiting:
            return None
        item = self._waiting.popleft()
        self._bytes -= len(item.message.payload)
        return item

    def _waited_ms(self) -> float:
        since_ns = max(self._waiting[0].arrival_ns, self._filled_ns)
        return (self._waiting[-1].arrival_ns - since_ns) / NS_PER_MS

    def _skip(self) -> None:
        items = list(self._waiting)
        newest = max((at for at, item in enumerate(items) if item.is_sync_point), default=None)
        # The first keyframe cannot help when everything waits behind it already.
        start = newest if newest is not None and newest > 0 else len(items)
        kept = [item for item in items[:start] if not item.is_droppable] + items[start:]
        self.dropped += len(items) - len(kept)
        self.skips += 1
        self._waiting = deque(kept)
        self._bytes = sum(len(item.message.payload) for item in kept)
        self._needs_keyframe = start == len(items)
