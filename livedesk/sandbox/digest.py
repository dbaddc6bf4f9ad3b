"""Did the other end get exactly what was sent? Digests that both ends can compute.

`TrackDigest` is of one connection, everything in order. `FrameSum` is of a whole show: the frames
without headers and in whatever order, because a stream that moves to another connection repeats
its headers and some of its frames.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from livedesk.core.events import Json


@dataclass(frozen=True, slots=True)
class TrackCount:
    """`digest` is the SHA-256, in hex, over the SHA-256 of each payload in order."""

    messages: int
    bytes: int
    digest: str

    def to_json(self) -> dict[str, Json]:
        return {"messages": self.messages, "bytes": self.bytes, "digest": self.digest}


@dataclass(frozen=True, slots=True)
class FrameCount:
    """`digest` is the sum, modulo 2^256 and in hex, of the SHA-256 of each frame."""

    frames: int
    digest: str

    def to_json(self) -> dict[str, Json]:
        return {"frames": self.frames, "frames_digest": self.digest}


class FrameSum:
    """Counts frames and adds up their digests (AdHash: Bellare, Micciancio, EUROCRYPT 1997)."""

    def __init__(self) -> None:
        self._sum = 0
        self.frames = 0

    def add(self, payload_sha256: bytes) -> None:
        self._sum = (self._sum + int.from_bytes(payload_sha256, "big")) % (1 << 256)
        self.frames += 1

    def count(self) -> FrameCount:
        return FrameCount(self.frames, f"{self._sum:064x}")


class TrackDigest:
    """Counts and digests the payloads of one track."""

    def __init__(self) -> None:
        self._running = hashlib.sha256()
        self.messages = 0
        self.bytes = 0

    def add(self, payload: bytes) -> None:
        self._running.update(hashlib.sha256(payload).digest())
        self.messages += 1
        self.bytes += len(payload)

    def count(self) -> TrackCount:
        return TrackCount(self.messages, self.bytes, self._running.hexdigest())
