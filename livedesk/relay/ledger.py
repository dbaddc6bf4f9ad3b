"""What has the far end acknowledged? Counts of TCP bytes become media bits and media time.

Writing into a socket says nothing: kernel buffers hide seconds of media. The kernel's count of
acknowledged bytes does (Linux: tcpi_bytes_acked, RFC 4898 tcpEStatsAppHCThruOctetsAcked).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from livedesk.core.rate import CounterRate
from livedesk.relay.item import Item
from livedesk.rtmp.messages import later_ms


class _Sent:
    """A message in the TCP stream: where it ends, and how much of it is media."""

    __slots__ = ("end", "item", "media_bytes", "start", "timestamp_ms", "track")

    def __init__(
        self,
        start: int,
        end: int,
        media_bytes: int,
        track: int | None,
        timestamp_ms: int,
        item: Item | None,
    ) -> None:
        self.start = start
        self.end = end
        self.media_bytes = media_bytes
        self.track = track
        self.timestamp_ms = timestamp_ms
        self.item = item


class AckLedger:
    """Matches acknowledged bytes of one connection with the messages written to it.

    A message that is acknowledged in part counts in part, so a large keyframe on a slow path shows
    as a steady flow and not as a step.
    """

    def __init__(self) -> None:
        self._written = 0
        self._waiting: deque[_Sent] = deque()
        self._credited = 0  # media bytes of the oldest waiting message that have been counted
        self._rate = CounterRate()
        self._acked_ms: dict[int, int] = {}
        self.media_bytes_acked = 0

    def wrote_other(self, byte_count: int) -> None:
        """Bytes on the wire that are no media: handshake, commands, headers."""
        self._written += byte_count

    def wrote_media(
        self,
        byte_count: int,
        media_bytes: int,
        timestamp_ms: int,
        track: int | None = 0,
        item: Item | None = None,
    ) -> None:
        """`track` is None for codec headers: their timestamp says nothing about media time.

        `item` is the feed's message; None for the opening, which is made for this connection.
        """
        start = self._written
        self._written += byte_count
        end = self._written
        self._waiting.append(_Sent(start, end, media_bytes, track, timestamp_ms, item))
        if track is not None:
            self._acked_ms.setdefault(track, timestamp_ms)

    @property
    def written(self) -> int:
        return self._written

    @property
    def first_unacked(self) -> Item | None:
        """The oldest message of the feed that was written and not acknowledged to its end."""
        return next((sent.item for sent in self._waiting if sent.item is not None), None)

    def acked(self, byte_count: int, mono_ns: int) -> None:
        """The far end has now acknowledged `byte_count` bytes of the connection."""
        fresh = 0
        while self._waiting and self._waiting[0].end <= byte_count:
            sent = self._waiting.popleft()
            fresh += sent.media_bytes - self._credited
            self._credited = 0
            if sent.track is not None:
                self._acked_ms[sent.track] = sent.timestamp_ms
        if self._waiting and byte_count > self._waiting[0].start:
            sent = self._waiting[0]
            share = (byte_count - sent.start) / (sent.end - sent.start)
            credit = int(sent.media_bytes * share)
            fresh += max(0, credit - self._credited)
            self._credited = max(self._credited, credit)
        self.media_bytes_acked += fresh
        self._rate.read(mono_ns, self.media_bytes_acked)

    @property
    def goodput_kbps(self) -> float | None:
        """Over the second before the newest count; None in the first second."""
        return self._rate.kbps()

    def backlog_ms(self, newest_ms: Mapping[int, int]) -> int | None:
        """Media time between the newest frame received and the newest acknowledged.

        `newest_ms` is by track: sound may run seconds apart from its picture. The track that is
        farther behind counts; None before the first frame.
        """
        if not newest_ms:
            return None
        if not self._waiting:
            return 0
        behind = [
            later_ms(stamp_ms, self._acked_ms.get(track, stamp_ms))
            for track, stamp_ms in newest_ms.items()
        ]
        return max(0, *behind)
