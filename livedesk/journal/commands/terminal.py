"""How does who typed a command see how far it is? One line on a terminal, nothing in a pipe."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from typing import Final, TextIO

from livedesk.core.one_line import one_line

_SOON_S: Final = 0.7
"""What is done sooner needs no progress."""
_EVERY_S: Final = 0.2


class TerminalWatch:
    """A Watch. `what`: which of several things it is at. `clear` it before other output."""

    def __init__(
        self, stream: TextIO, what: str = "", now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = stream if stream.isatty() else None
        self._what = f"{what}: " if what else ""
        self._now_s = now_s
        self._next_s = now_s() + _SOON_S
        self._is_shown = False

    def told(self, done: float, doing: str) -> None:
        if self._stream is None or self._now_s() < self._next_s:
            return
        self._next_s = self._now_s() + _EVERY_S
        width = shutil.get_terminal_size().columns - 1
        line = f"{done * 100:3.0f} % {one_line(self._what + doing, 1_000)}"[:width]
        self._stream.write(f"\r\x1b[K{line}")
        self._stream.flush()
        self._is_shown = True

    def clear(self) -> None:
        if self._stream is not None and self._is_shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._is_shown = False
