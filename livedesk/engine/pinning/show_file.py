"""How does a store's run of show outlive the engine? A small file, written whole or not at all."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from pathlib import Path

from livedesk.core.whole_file import write_whole

log = logging.getLogger(__name__)

_LARGEST_BYTES = 4_000_000


def show_path(data: Path, store: str) -> Path:
    return data / "shows" / f"{re.sub(r'[^A-Za-z0-9_-]', '_', store) or '_'}.json"


def read_show_file(path: Path) -> bytes | None:
    """None when there is none that could be used; reads files: call it in a thread."""
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            log.warning("%s is too large for a run of show; it is not used", path)
            return None
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        log.warning("%s cannot be read: %s", path, error.strerror or error)
        return None


class ShowFile:
    """Writes the newest content; what was not yet written when newer came is passed over.

    `on_problem` is called with why it cannot be written, and with nothing once it can again.
    """

    def __init__(self, path: Path, on_problem: Callable[[str], None]) -> None:
        self._path = path
        self._on_problem = on_problem
        self._content: bytes | None = None
        self._changed = asyncio.Event()
        self._problem = ""

    def put(self, content: bytes) -> None:
        self._content = content
        self._changed.set()

    async def run(self) -> None:
        while True:
            await self._changed.wait()
            await self.flush()

    async def flush(self) -> None:
        """Write what waits; a disk that fails is told and asked again with the next change."""
        self._changed.clear()
        content, self._content = self._content, None
        if content is None:
            return
        try:
            await asyncio.to_thread(_write, self._path, content)
        except OSError as error:
            self._found(f"{self._path} cannot be written: {error.strerror or error}.")
        else:
            self._found("")

    def _found(self, problem: str) -> None:
        if problem != self._problem:
            self._problem = problem
            self._on_problem(problem)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content)
