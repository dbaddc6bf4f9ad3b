"""Which files of orders were handed in, and how are their columns understood?

They name customers' orders, so they are kept for this user only, below the data folder, for a day;
a new engine begins with none. What people said of their columns is remembered for files like them.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.one_line import one_line
from livedesk.core.records import OrderFile
from livedesk.core.whole_file import PRIVATE
from livedesk.engine.records.child import Child
from livedesk.engine.records.folder import emptied
from livedesk.journal.commerce.mapping import FILE_NAME
from livedesk.journal.work import Line, Orders, OrdersRead, OrdersWork, Trouble, Work

FILES_MOST: Final = 20
KEEP_S: Final = 86_400.0
LONGEST_NAME: Final = 200
_PIECE: Final = 1 << 20


class OrdersError(Exception):
    """The file cannot be used; the text says why, for people."""


class TooManyOrdersError(Exception):
    """As many files are kept as may be."""


@dataclass(slots=True)
class _Kept:
    path: Path
    name: str
    taken_mono_ns: int
    told: OrderFile


class OrderShelf:
    """Called from the engine's event loop only."""

    def __init__(self, data: Path, clock: Clock, make_child: Callable[[Work], Child]) -> None:
        self._folder = data / "order-files"
        self._columns_file = data / FILE_NAME
        self._clock = clock
        self._make_child = make_child
        self._kept: dict[str, _Kept] = {}
        self._coming = 0
        self._one_at_a_time = asyncio.Lock()
        self._reading: Child | None = None
        self._is_closing = False

    async def open(self) -> None:
        await asyncio.to_thread(emptied, self._folder)

    async def close(self) -> None:
        self._is_closing = True
        if self._reading is not None:
            self._reading.end()
        async with self._one_at_a_time:
            await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    async def take(self, name: str, pieces: AsyncIterator[bytes]) -> OrderFile:
        """Raises OrdersError, TooManyOrdersError."""
        await self._tidy()
        if len(self._kept) + self._coming >= FILES_MOST:
            raise TooManyOrdersError
        file_id = secrets.token_hex(8)
        path = self._folder / file_id
        self._coming += 1
        try:
            await _written(path, pieces)
            told = await self._read(file_id, one_line(name, LONGEST_NAME), path, None)
        except BaseException:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
            raise
        finally:
            self._coming -= 1
        self._kept[file_id] = _Kept(path, told.name, self._clock.mono_ns(), told)
        return told

    def get(self, file_id: str) -> OrderFile | None:
        kept = self._kept.get(file_id)
        return None if kept is None else kept.told

    async def understand(self, file_id: str, mapping: Mapping[str, str]) -> OrderFile:
        """Read it with these columns, and remember them. Raises KeyError, OrdersError."""
        kept = self._kept[file_id]
        kept.told = await self._read(file_id, kept.name, kept.path, dict(mapping))
        return kept.told

    async def remove(self, file_id: str) -> bool:
        """An export that has begun with it may fail. Whether there was such a file."""
        kept = self._kept.pop(file_id, None)
        if kept is not None:
            await asyncio.to_thread(kept.path.unlink, missing_ok=True)
        return kept is not None

    def work(self, file_id: str) -> Orders | None:
        """For an export; None where there is no such file."""
        kept = self._kept.get(file_id)
        return None if kept is None else Orders(str(kept.path), dict(kept.told.mapping))

    async def _read(
        self, file_id: str, name: str, path: Path, mapping: dict[str, str] | None
    ) -> OrderFile:
        work = OrdersWork(file_id, name, str(path), str(self._columns_file), mapping)
        async with self._one_at_a_time:
            if self._is_closing:
                raise OrdersError("The engine stops.")
            self._reading = self._make_child(work)
            try:
                line: Line = await self._reading.run(lambda _: None)
            finally:
                self._reading = None
        match line:
            case OrdersRead(file):
                return file
            case Trouble(text):
                raise OrdersError(text)
            case _:
                raise OrdersError("The worker answered something else.")

    async def _tidy(self) -> None:
        now_ns = self._clock.mono_ns()
        old = [k for k, v in self._kept.items() if now_ns - v.taken_mono_ns > KEEP_S * NS_PER_S]
        for file_id in old:
            await self.remove(file_id)


async def _written(path: Path, pieces: AsyncIterator[bytes]) -> None:
    """For this user only. Raises OrdersError where the disk does not take it."""
    try:
        file = await asyncio.to_thread(_opened, path)
        try:
            waiting = bytearray()
            async for piece in pieces:
                waiting += piece
                if len(waiting) >= _PIECE:
                    await asyncio.to_thread(file.write, bytes(waiting))
                    waiting.clear()
            await asyncio.to_thread(file.write, bytes(waiting))
        finally:
            await asyncio.to_thread(file.close)
    except OSError as error:
        raise OrdersError(f"The file cannot be kept ({error.strerror or error}).") from error


def _opened(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "wb")
