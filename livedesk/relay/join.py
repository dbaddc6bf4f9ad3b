"""What does somebody need who joins now? Metadata, codec headers, the frames since the keyframe."""

from __future__ import annotations

from typing import Final

from livedesk.rtmp import messages as m
from livedesk.rtmp.flv import Part
from livedesk.rtmp.messages import Message

MAX_BYTES: Final = 32 * 1024 * 1024
"""A keyframe interval of 10 s at 20 Mb/s is 25 MB; beyond that joining starts at the next keyframe.
"""

_ON_METADATA: Final = b"onMetaData"
_NAME_WITHIN_BYTES: Final = 32
"""The name comes first, or behind @setDataFrame. Other data messages (cue points, times) describe
one moment, not the stream."""


class JoinCache:
    """Keeps the newest group of pictures. Without video, joining starts at the newest message."""

    def __init__(self) -> None:
        self._metadata: Message | None = None
        self._headers: dict[tuple[int, int], Message] = {}
        self._group: list[Message] = []
        self._group_bytes = 0
        self._has_video = False
        self.overflows = 0

    def clear(self) -> None:
        """The encoder is new: what the last one said about its media does not hold any more."""
        self._metadata = None
        self._headers.clear()
        self._drop_group()
        self._has_video = False

    def add(self, message: Message, part: Part | None) -> None:
        """`part` is None for data messages."""
        if part is None:
            if _ON_METADATA in message.payload[:_NAME_WITHIN_BYTES]:
                self._metadata = message
            return
        self._has_video = self._has_video or message.type_id == m.VIDEO
        if part.kind == "header":
            self._add_header(message, part)
            return
        if message.type_id == m.VIDEO and part.keyframe and part.track == 0:
            self._drop_group()
        elif not self._group:
            return
        self._group.append(message)
        self._group_bytes += len(message.payload)
        if self._group_bytes > MAX_BYTES:
            self.overflows += 1
            self._drop_group()

    def _add_header(self, message: Message, part: Part) -> None:
        before = self._headers.get((message.type_id, part.track))
        self._headers[message.type_id, part.track] = message
        is_new = before is not None and before.payload != message.payload
        if is_new and message.type_id == m.VIDEO and part.track == 0:
            self._drop_group()  # its pictures cannot be decoded with this header

    def _drop_group(self) -> None:
        self._group = []
        self._group_bytes = 0

    def messages(self) -> list[Message]:
        """Everything a joining path gets, in order. Headers take the time of the first frame."""
        opening = [*([self._metadata] if self._metadata else []), *self._headers.values()]
        if not self._group:
            return opening
        start_ms = self._group[0].timestamp_ms
        restamped = [Message(o.type_id, o.stream_id, start_ms, o.payload) for o in opening]
        return restamped + self._group

    @property
    def starts_at_keyframe(self) -> bool:
        """Whether a joining path can begin at once, or must wait for a keyframe."""
        return bool(self._group) or not self._has_video
