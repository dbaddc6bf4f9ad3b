"""What does the far end of one connection acknowledge, and how long has it not?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.gauges.silence import Silence
from livedesk.relay.item import Item
from livedesk.relay.ledger import AckLedger
from livedesk.relay.proof import Proof
from livedesk.relay.tcp import TcpInfo
from livedesk.rtmp import messages as m
from livedesk.rtmp.messages import Message

_SEGMENTS: Final = 1.5
"""A segment, and the time between two looks at it."""
_LONGEST_SEGMENT_MS: Final = 500.0
LONGEST_LOOK_NS: Final = 100 * NS_PER_MS
"""More between two looks is a pause of this process, and no silence of the path: acknowledgements
may have come meanwhile for all that had been written."""


class LinkGauge:
    """Reads one connection some twenty times a second. Pure: time and counts are passed in."""

    def __init__(self, mono_ns: int, silence: Silence, info: TcpInfo | None) -> None:
        """`info`: when the connection was handed over; the kernel counts from its first byte."""
        self._silence = silence
        self._ledger = AckLedger()
        self._acked_before = info.bytes_acked if info is not None else 0
        self._acked_bytes = 0
        self._progress_ns = self._read_ns = mono_ns
        self._was_waiting = False
        self._written_before = 0
        self._segment_ms = 0.0
        self._publishes = False
        self.proof = Proof(mono_ns)
        self.tcp_info: TcpInfo | None = None
        self.base_rtt_ms: float | None = None
        """The least of this connection: what the way itself takes, without queues."""

    def publication_began(self, mono_ns: int) -> None:
        """Rates and silences count from here."""
        self._publishes = True
        self._progress_ns = self._read_ns = mono_ns
        self.proof.heard(mono_ns)

    def wrote(self, byte_count: int) -> None:
        """Bytes that are no media."""
        self._ledger.wrote_other(byte_count)

    def wrote_message(
        self, byte_count: int, message: Message, item: Item | None, *, is_frame: bool
    ) -> None:
        if message.type_id not in (m.AUDIO, m.VIDEO):
            self._ledger.wrote_other(byte_count)
            return
        track = message.type_id if is_frame else None
        self._ledger.wrote_media(
            byte_count, len(message.payload), message.timestamp_ms, track, item
        )

    def read(self, mono_ns: int, info: TcpInfo | None, buffered_bytes: int) -> None:
        """Takes over the kernel's count of acknowledged bytes.

        Elsewhere than on Linux what has left our own buffer must do for the rates, as the send
        buffer is small; it proves nothing.
        """
        self._progress_ns += self._paused_ns(mono_ns)
        self._read_ns = mono_ns
        self.tcp_info = info or self.tcp_info
        if self.tcp_info is not None:
            acked = self.tcp_info.bytes_acked - self._acked_before
            self.proof.acked(mono_ns, acked)
        else:
            acked = self._ledger.written - buffered_bytes
        if self._publishes:
            self._ledger.acked(acked, mono_ns)
        if acked != self._acked_bytes or acked >= self._ledger.written:
            self._acked_bytes = acked
            self._progressed(mono_ns)

    def _progressed(self, mono_ns: int) -> None:
        # What was written and acknowledged between two looks says too how long silences are here.
        has_written = self._ledger.written > self._written_before
        if self._publishes and (self._was_waiting or has_written):
            self._silence.gap((mono_ns - self._progress_ns) / NS_PER_MS)
        self._progress_ns = mono_ns
        self._written_before = self._ledger.written
        self._was_waiting = self._acked_bytes < self._ledger.written
        info, goodput_kbps = self.tcp_info, self._ledger.goodput_kbps
        if info is not None:
            self.base_rtt_ms = min(info.rtt_ms, self.base_rtt_ms or info.rtt_ms)
            if goodput_kbps:
                segment_ms = info.segment_bytes * 8 / goodput_kbps
                self._segment_ms = min(segment_ms, _LONGEST_SEGMENT_MS)

    def stalled_s(self, mono_ns: int) -> float:
        """How long bytes have been waiting without any acknowledgement, while we looked."""
        return (mono_ns - self._paused_ns(mono_ns) - self._progress_ns) / NS_PER_S

    def _paused_ns(self, mono_ns: int) -> int:
        """Since the newest count, but for the time that a look may take to come."""
        return max(0, mono_ns - self._read_ns - LONGEST_LOOK_NS)

    @property
    def silence_limit_ms(self) -> float:
        """How long that is usual here.

        A receiver that is full opens its window by whole segments (RFC 9293, 3.8.6.2.2), and on
        loopback these are large: at 2,000 kbps one of 64 kB takes a quarter of a second.
        """
        return max(self._silence.limit_ms, _SEGMENTS * self._segment_ms)

    @property
    def goodput_kbps(self) -> float | None:
        return self._ledger.goodput_kbps

    @property
    def media_bytes_acked(self) -> int:
        return self._ledger.media_bytes_acked

    def backlog_ms(self, newest_ms: Mapping[int, int]) -> int | None:
        return self._ledger.backlog_ms(newest_ms)

    @property
    def first_unacked(self) -> Item | None:
        return self._ledger.first_unacked

    def has_acked(self, written: Item) -> bool:
        """Whether all of a message that was written has been acknowledged."""
        first = self._ledger.first_unacked
        return first is None or first.number > written.number
