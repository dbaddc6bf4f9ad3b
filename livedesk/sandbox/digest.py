"""Did the other end get exactly what was sent? A running digest that both ends can compute."""

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
