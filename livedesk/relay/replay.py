"""What did the feed send lately? For who joins now, and for the path that takes the stream over."""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import Final

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.relay.item import PICTURE_GONE_NS, Item, Mark
from livedesk.relay.opening import Opening
from livedesk.rtmp import messages as m
from livedesk.rtmp.messages import Message

MAX_BYTES: Final = 48 * 1024 * 1024
"""Of 20 Mb/s, 10 s of catching up and a keyframe interval as long are 50 MB. A single interval that
is larger is let go: joining then starts at the next keyframe."""

MARGIN_NS: Final = 500 * NS_PER_MS
"""Before the first unacknowledged message: what the far end's kernel acknowledged, its program need
not have read when the connection was reset."""
_SOUND_GROUP_NS: Final = NS_PER_S
"""Without video every message is a place to begin at; so often one is remembered."""


class _Group:
    """A keyframe and what follows it; `opening` is in force at its begin."""

    __slots__ = ("byte_count", "has_video", "items", "opening")

    def __init__(self, opening: Opening, has_video: bool) -> None:
        self.opening = opening
        self.has_video = has_video
        self.items: list[Item] = []
        self.byte_count = 0

    @property
    def start_ns(self) -> int:
        return self.items[0].arrival_ns


class Replay:
    """Keeps the last `catch_up_s` of the feed, back to a keyframe.

    Across connections of the encoder and changes of its format too: a path may fall at that very
    moment. Who joins then waits for the next keyframe. Times are those of arrival: timestamps may
    jump.
    """

    def __init__(self, catch_up_s: float, max_bytes: int = MAX_BYTES) -> None:
        self._catch_up_ns = round(catch_up_s * NS_PER_S)
        self._max_bytes = max_bytes
        self._opening = Opening()
        self._groups: deque[_Group] = deque()
        self._byte_count = 0
        self._has_video = False
        self._picture_ns = 0
        self._is_joinable = False
        self.overflows = 0

    def clear(self) -> None:
        """The encoder is new."""
        self._opening.clear()
        self._has_video = self._is_joinable = False

    def add(self, item: Item) -> None:
        message, part = item.message, item.part
        if message.type_id == m.VIDEO:
            self._picture_ns = item.arrival_ns
            if not self._has_video:
                self._picture_begins()
        elif self._has_video and item.arrival_ns - self._picture_ns > PICTURE_GONE_NS:
            self._has_video = self._is_joinable = False
        if part is None:
            self._opening.take_data(message)
        elif part.kind == "header":
            before = self._opening.take_header(message, part)
            if before is not None and before.payload == message.payload:
                return
            self._is_joinable = self._is_joinable and before is None
        elif self._is_start(item):
            self._begin(item.arrival_ns)
        if self._groups:
            self._append(item)

    def _is_start(self, item: Item) -> bool:
        part = item.part
        if part is None or part.kind != "frame":
            return False
        if self._has_video:
            return part.keyframe and part.track == 0
        if not self._groups or not self._is_joinable:
            return True
        return item.arrival_ns - self._groups[-1].start_ns >= _SOUND_GROUP_NS

    def _begin(self, arrival_ns: int) -> None:
        """Lets go what is older than the bound, but never the keyframe of what is not."""
        edge_ns = arrival_ns - self._catch_up_ns - MARGIN_NS
        while len(self._groups) > 1 and self._groups[1].start_ns <= edge_ns:
            self._drop_oldest()
        self._groups.append(_Group(self._opening.copy(), self._has_video))
        self._is_joinable = True

    def _append(self, item: Item) -> None:
        group, size = self._groups[-1], len(item.message.payload)
        group.items.append(item)
        group.byte_count += size
        self._byte_count += size
        while self._byte_count > self._max_bytes:
            if len(self._groups) == 1:
                self.overflows += 1
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        self._byte_count -= self._groups.popleft().byte_count

    def _picture_begins(self) -> None:
        """Sound that came before it is not to be sent without it."""
        self._has_video, self._is_joinable = True, False
        while self._groups and not self._groups[-1].has_video:
            self._byte_count -= self._groups.pop().byte_count

    @property
    def _has_keyframe(self) -> bool:
        """With which what comes now can be decoded."""
        return self._is_joinable and bool(self._groups)

    @property
    def starts_at_keyframe(self) -> bool:
        """Whether what comes now can follow at once, or must wait for a keyframe."""
        return self._has_keyframe or not self._has_video

    def newest(self) -> list[Item]:
        """Since the newest keyframe. Without video joining starts at the newest message."""
        return list(self._groups[-1].items) if self._has_keyframe and self._has_video else []

    def since(self, mark: Mark | None) -> list[Item]:
        """What a path sends that goes on where another was; from a keyframe on.

        With more than the bound after the mark, or without a mark, since the newest keyframe.
        """
        if mark is None or not self._groups:
            return self.newest()
        newest_ns = self._groups[-1].items[-1].arrival_ns
        if newest_ns - mark.arrival_ns > self._catch_up_ns:
            return self.newest()
        edge_ns = mark.arrival_ns - MARGIN_NS
        first = 0
        for at, group in enumerate(self._groups):
            if group.start_ns <= edge_ns:
                first = at
        return [item for group in islice(self._groups, first, None) for item in group.items]

    def opening(self, items: list[Item]) -> list[Message]:
        """Metadata and codec headers, to be sent before the items."""
        if not items:
            return self._opening.messages(None)
        begun = (group.opening for group in self._groups if group.items[0] is items[0])
        return next(begun, self._opening).messages(items[0].message.timestamp_ms)

    def messages(self) -> list[Message]:
        """Everything that a joining player gets, in order."""
        items = self.newest()
        return [*self.opening(items), *(item.message for item in items)]
