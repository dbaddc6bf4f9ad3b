"""How does a full disk still take what people do?

A file of some megabytes lies beside the sessions. It is given up when the disk is full, so that
events go on being written, and made again when there is room. Samples and stills stop earlier,
while there is still a little room beside it: of the twenty records of an engine, none then fills
the space that another has given up.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

log = logging.getLogger(__name__)

RESERVE_NAME: Final = ".reserve"
RESERVE_BYTES: Final = 8_000_000
"""About 15,000 events, the log before them and what SQLite writes twice included."""
_SHARE: Final = 16
"""Of a small disk no more than this part is kept."""
_BLOCK: Final = bytes(1_000_000)


def _usage(folder: Path) -> tuple[int, int]:
    usage = shutil.disk_usage(folder)
    return usage.total, usage.free


class Reserve:
    """Blocks; used by a writer's thread only. Never raises: it is a help, not a condition.

    `usage`: bytes of the disk of a folder, all and free.
    """

    def __init__(
        self,
        folder: Path,
        size_bytes: int = RESERVE_BYTES,
        usage: Callable[[Path], tuple[int, int]] = _usage,
    ) -> None:
        self._path = folder / RESERVE_NAME
        self._size_bytes = size_bytes
        self._usage = usage
        self._is_told = False

    def has_room(self) -> bool:
        """For samples and stills. Once the reserve was given up, not before there is room for it
        again and for as much beside it twice, so that it does not come and go."""
        try:
            total_bytes, free_bytes = self._usage(self._path.parent)
        except OSError:
            return True  # writing will tell
        size_bytes = min(self._size_bytes, total_bytes // _SHARE)
        if self._held_bytes() >= size_bytes:
            return free_bytes >= size_bytes
        if free_bytes < 3 * size_bytes:
            return False
        self._take(size_bytes)
        return True

    def _held_bytes(self) -> int:
        try:
            return self._path.stat().st_size
        except OSError:
            return 0

    def give_up(self) -> bool:
        """Whether there was something to give."""
        try:
            self._path.unlink()
        except OSError:
            return False
        log.warning("the disk is full: %s is given up, so that acts are still written", self._path)
        return True

    def leave(self) -> None:
        """Nothing is written here any more."""
        with suppress(OSError):
            self._path.unlink()

    def _take(self, size_bytes: int) -> None:
        """Where that is not possible, all the same there is room."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            _fill(self._path, size_bytes)
        except OSError as error:
            if not self._is_told:
                log.warning("%s cannot be made: %s", self._path, error.strerror or error)
            self._is_told = True
            self.leave()


def _fill(path: Path, size_bytes: int) -> None:
    """Blocks that the file system has promised, not a hole that looks like them."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(handle, 0, size_bytes)
            return
        left = size_bytes
        while left > 0:
            left -= os.write(handle, _BLOCK[:left])
    finally:
        os.close(handle)
