"""How did a real uplink's capacity change? Recordings in the mahimahi format as a path's supply.

One line is one whole number: milliseconds since the start at which one packet of 1,500 bytes could
be delivered. Lines repeat for several packets in one millisecond, and never decrease. A recording
starts over at its end (Netravali et al., "Mahimahi", USENIX ATC 2015).
"""

from __future__ import annotations

from bisect import bisect_right
from pathlib import Path
from typing import Final

PACKET_BYTES: Final = 1500
MAX_LINES: Final = 5_000_000
UNUSED_S: Final = 0.01
"""An opportunity that nobody uses is lost. So long it waits for us, who look every 5 ms."""


class RecordingError(ValueError):
    """The file is no recording; the text names file, line and fault."""


class RecordedUplink:
    """A recording played in a loop."""

    def __init__(self, deliveries_ms: list[int]) -> None:
        if not deliveries_ms or deliveries_ms[-1] <= 0:
            raise RecordingError("a recording needs a delivery later than 0 ms")
        self._deliveries_ms = deliveries_ms
        self._length_ms = deliveries_ms[-1]

    @property
    def mean_kbps(self) -> float:
        return len(self._deliveries_ms) * PACKET_BYTES * 8 / self._length_ms

    def bytes_between(self, from_s: float, to_s: float) -> float:
        """Packets that could be delivered after `from_s`, up to and including `to_s`."""
        return float((self._until(to_s) - self._until(from_s)) * PACKET_BYTES)

    def unused_bytes(self, now_s: float) -> float:
        return self.bytes_between(max(0.0, now_s - UNUSED_S), now_s)

    def _until(self, t_s: float) -> int:
        rounds, within_ms = divmod(t_s * 1000, self._length_ms)
        per_round = len(self._deliveries_ms)
        return int(rounds) * per_round + bisect_right(self._deliveries_ms, within_ms)


def read_recording(path: Path) -> RecordedUplink:
    """Raises RecordingError for a file that cannot be read or is none."""
    deliveries_ms: list[int] = []
    try:
        with path.open(encoding="ascii") as lines:
            for number, line in enumerate(lines, 1):
                if not (text := line.strip()):
                    continue
                if not text.isdigit() or number > MAX_LINES:
                    raise RecordingError(f"{path}, line {number}: a whole number is needed")
                if deliveries_ms and int(text) < deliveries_ms[-1]:
                    raise RecordingError(f"{path}, line {number}: earlier than the line before")
                deliveries_ms.append(int(text))
    except (OSError, UnicodeDecodeError) as fault:
        raise RecordingError(f"{path}: {getattr(fault, 'strerror', None) or 'no text'}") from None
    return RecordedUplink(deliveries_ms)
