"""Where on the outgoing timeline does a message belong?

The first connection's timestamps pass unchanged. A later connection of the encoder starts its own
count, often at zero; it is placed behind the last one, so that the platform and the probe see time
go on.
"""

from __future__ import annotations

from typing import Final

from livedesk.core.clock import NS_PER_MS
from livedesk.rtmp.messages import TIMESTAMP_MODULUS, later_ms

JUMP_MS: Final = 2_000
"""A larger step, or one backward by more, starts a new epoch (docs/architecture.md, "epoch")."""


class Timeline:
    """Counts epochs and keeps the offset of the current connection. Pure: time is passed in."""

    def __init__(self, first_epoch: int = 0) -> None:
        self.epoch = first_epoch
        self._offset_ms: int | None = 0
        self._last_out_ms: int | None = None
        self._last_ns = 0
        # Per track, as timestamp and arrival: sound may run seconds apart from its picture.
        self._last_in: dict[int, tuple[int, int]] = {}

    def new_connection(self) -> None:
        if self._last_out_ms is not None:
            self.epoch += 1
            self._offset_ms = None
        self._last_in.clear()

    def new_epoch(self) -> None:
        """The media changed its form; its timestamps go on."""
        self.epoch += 1

    def place_header(self, timestamp_ms: int) -> int:
        """Codec headers and metadata: they carry no time of their own on a new connection."""
        if self._offset_ms is None:
            return self._last_out_ms or 0
        return (timestamp_ms + self._offset_ms) % TIMESTAMP_MODULUS

    def place_frame(self, timestamp_ms: int, mono_ns: int, track: int = 0) -> tuple[int, bool]:
        """The outgoing timestamp, and whether a jump inside the connection began a new epoch."""
        if self._offset_ms is None:
            assert self._last_out_ms is not None
            elapsed_ms = max(1, (mono_ns - self._last_ns) // NS_PER_MS)
            self._offset_ms = (self._last_out_ms + elapsed_ms - timestamp_ms) % TIMESTAMP_MODULUS
        jumped = self._is_jump(timestamp_ms, mono_ns, track)
        if jumped:
            self.epoch += 1
            self._last_in.clear()  # the other tracks make the same jump
        self._last_in[track] = timestamp_ms, mono_ns
        self._last_out_ms = (timestamp_ms + self._offset_ms) % TIMESTAMP_MODULUS
        self._last_ns = mono_ns
        return self._last_out_ms, jumped

    def _is_jump(self, timestamp_ms: int, mono_ns: int, track: int) -> bool:
        """Backward, or further forward than the clock: a pause of the sender is no jump."""
        if track not in self._last_in:
            return False
        last_ms, last_ns = self._last_in[track]
        step_ms = later_ms(timestamp_ms, last_ms)
        waited_ms = (mono_ns - last_ns) / NS_PER_MS
        return step_ms < -JUMP_MS or step_ms > waited_ms + JUMP_MS
