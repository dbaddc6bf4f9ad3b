"""How do lines leave the process without the measuring ever waiting for whoever reads them?"""

from __future__ import annotations

import threading
from collections import deque
from typing import BinaryIO

ROOM = 64
_LOOK_S = 0.5


class Outbox:
    """A bounded list of lines, emptied by a thread of its own; when full, the oldest is dropped."""

    def __init__(self, out: BinaryIO, room: int = ROOM) -> None:
        self._out = out
        self._room = room
        self._lines: deque[bytes] = deque()
        self._change = threading.Condition()
        self._is_closed = False
        self._writer = threading.Thread(target=self._write, name="outbox", daemon=True)
        self.dropped = 0

    def start(self) -> None:
        self._writer.start()

    def put(self, line: bytes, *, may_wait: bool = False) -> None:
        """`may_wait`: only for what need not keep up with anything, such as a file read at once."""
        with self._change:
            while may_wait and len(self._lines) >= self._room and self._writer.is_alive():
                self._change.wait(_LOOK_S)
            if len(self._lines) >= self._room:
                self._lines.popleft()
                self.dropped += 1
            self._lines.append(line)
            self._change.notify_all()

    def close(self, wait_s: float) -> None:
        """Let what is there be written, for at most `wait_s`."""
        with self._change:
            self._is_closed = True
            self._change.notify_all()
        self._writer.join(wait_s)

    def _write(self) -> None:
        while True:
            with self._change:
                while not self._lines and not self._is_closed:
                    self._change.wait()
                if not self._lines:
                    return
                line = self._lines.popleft()
                self._change.notify_all()
            try:
                self._out.write(line)
                self._out.flush()
            except (OSError, ValueError):
                return
