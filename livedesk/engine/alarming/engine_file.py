"""How do the engine's own alarms outlive it? No session's record has them: a small file does.

What was acknowledged, put aside or missed is there again after a restart. It is written a moment
after it changed; a power cut takes that moment, and a disk that is away holds nothing up.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from pathlib import Path
from typing import Final

import msgspec

from livedesk.core.status import AlarmStatus
from livedesk.core.whole_file import write_whole
from livedesk.engine.alarming.left import Left

log = logging.getLogger(__name__)

_LARGEST_BYTES: Final = 1_000_000
_RETRY_S: Final = 30.0


class EngineAlarmsFile:
    """`run` writes what `keep` was last given."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept: Left | None = None
        self._written: Left | None = None
        self._news = asyncio.Event()

    async def read(self) -> Left:
        """Without a file that can be used, nothing is known of before."""
        self._written = self._kept = await asyncio.to_thread(_read, self._path)
        return self._kept

    def keep(self, left: Left) -> None:
        """Called once a second; figures in the words of a cause are not worth a write."""
        if self._kept is None or _facts(left) != _facts(self._kept):
            self._kept = left
            self._news.set()

    async def run(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            if not await self._write():
                await asyncio.sleep(_RETRY_S)
                self._news.set()

    async def close(self) -> None:
        """What was not written yet, once."""
        await self._write()

    async def _write(self) -> bool:
        kept = self._kept
        if kept is None or kept == self._written:
            return True
        try:
            await asyncio.to_thread(_write, self._path, kept)
        except OSError as error:
            log.warning("%s cannot be written: %s", self._path, error.strerror or error)
            return False
        self._written = kept
        return True


def _facts(left: Left) -> tuple[object, ...]:
    return tuple(map(_fact, left.standing)), left.ended, left.shelved


def _fact(alarm: AlarmStatus) -> AlarmStatus:
    return replace(alarm, cause="")


def _write(path: Path, left: Left) -> None:
    write_whole(path, msgspec.json.format(msgspec.json.encode(left)))


def _read(path: Path) -> Left:
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise msgspec.DecodeError("it is too large")
        return msgspec.json.decode(path.read_bytes(), type=Left)
    except FileNotFoundError:
        return Left()
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        log.warning("%s cannot be used (%s): alarms of before are not known", path, error)
        return Left()
