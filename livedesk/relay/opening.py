"""What must a receiver know before the first frame? Metadata and codec headers in force."""

from __future__ import annotations

from typing import Final

from livedesk.rtmp.flv import Part
from livedesk.rtmp.messages import Message

_ON_METADATA: Final = b"onMetaData"
_NAME_WITHIN_BYTES: Final = 32
"""The name comes first, or behind @setDataFrame. Other data messages (cue points, times) describe
one moment, not the stream."""


class Opening:
    """The newest metadata and the newest codec header of each track, of one encoder."""

    def __init__(self) -> None:
        self._metadata: Message | None = None
        self._headers: dict[tuple[int, int], Message] = {}

    def clear(self) -> None:
        """The encoder is new: what the last one said about its media does not hold any more."""
        self._metadata = None
        self._headers.clear()

    def copy(self) -> Opening:
        """As it is now."""
        same = Opening()
        same._metadata, same._headers = self._metadata, dict(self._headers)
        return same

    def take_data(self, message: Message) -> None:
        """Keeps a data message that describes the stream."""
        if _ON_METADATA in message.payload[:_NAME_WITHIN_BYTES]:
            self._metadata = message

    def take_header(self, message: Message, part: Part) -> Message | None:
        """Returns the track's header before: if that differs, frames before cannot be decoded with
        this one.
        """
        before = self._headers.get((message.type_id, part.track))
        self._headers[message.type_id, part.track] = message
        return before

    def messages(self, start_ms: int | None) -> list[Message]:
        """In order. They take the time of the first frame that follows, if that is known."""
        kept = [*([self._metadata] if self._metadata else []), *self._headers.values()]
        if start_ms is None:
            return kept
        return [Message(each.type_id, each.stream_id, start_ms, each.payload) for each in kept]
